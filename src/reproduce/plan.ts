// SPDX-License-Identifier: GPL-2.0-only
// From a finding to waits: its order at the boundaries of functions, proved in the model.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { Machine, replay } from '#checker/index';
import { type Choice, enabledThreads, replayRun } from '#checker/program/run';
import type { SceneInput } from '#checker/program/scene';
import type { Finding } from '#finding/finding';
import type { Expected } from '#finding/reproduction';
import type { TraceStep } from '#finding/step';
import type { Revision } from '#kernel/index';
import { watchedScene } from '#run/watched-scene';
import type { World } from '#worlds/world';
import { type FoundWaits, findWaits } from './find-waits.ts';
import { heldBy, type PointDevices } from './hooks.ts';
import { type BrokenRule, DETECTED, expected, isJudged, type Proof, prove } from './prove.ts';
import type { Wait } from './waits.ts';

/** What is to be done on a machine to force the order of a finding. */
export interface WaitPlan extends FoundWaits {
  readonly device: string;
  readonly broken: BrokenRule;
}

/** The waits that force @finding, which was made under @revision. */
export function planFor(finding: Finding, revision: Revision): Result<WaitPlan, UserError> {
  const devices = pointDevices(finding);
  const device = devices.subject;
  const world = finding.world as World;
  const broken = brokenOf(finding);
  const isDevice = world.devices.some((d) => d.name === device && d.role !== 'iommu');
  const scene = watchedScene(world, heldBy(revision, devices, []), null);
  if (!isDevice || !isJudged(scene, broken)) {
    const what = isDevice
      ? `${finding.property} is judged over all runs`
      : `${device} is no client`;
    return fail('RW500', `${finding.id}: ${what}`, 'take a finding that one run of a client shows');
  }
  const machine = new Machine(scene);
  const shown = replay(machine, finding.schedule);
  if (!shown.ok) return shown;
  const whole = toTheEnd(machine, shown.value.run);
  const found = findWaits({ trace: whole, broken: finding.failure }, (waits) =>
    proofOf(finding, revision, waits),
  );
  return ok({ ...found, device, broken });
}

/** The device that @finding is about, and the client that is bound or added in its world. */
export function pointDevices({ world, property, witness: { subject } }: Finding): PointDevices {
  const { threads, instances } = world as World;
  const acts = threads.flatMap((t) =>
    t.kind === 'driver-attach' || t.kind === 'device-add' ? [t.device] : [],
  );
  const actor = acts.length === 1 ? acts[0]! : subject;
  const [, second] = threads.flatMap((t) => (t.kind === 'iommu-probe' ? [t.instance] : []));
  const beside = instances.find(({ name }) => name === second)?.device ?? null;
  // The machine itself tells which thread crashes, and not over which device.
  return { subject: property === DETECTED ? actor : subject, actor, beside };
}

function brokenOf({ property, window, witness: { subject } }: Finding): BrokenRule {
  return { rule: property, subject, window };
}

/** Steps of one run; a loop that goes on for ever is cut off. */
const stepsMax = 20_000;

/** The trace of @run and of what then comes, one thread after the other. */
function toTheEnd(machine: Machine, run: readonly Choice[]): readonly TraceStep[] {
  const steps = [...run];
  replayRun(machine, steps);
  for (let next = enabledThreads(machine); next.length > 0 && steps.length < stepsMax; ) {
    const step = { thread: next[0]!, choice: 0 };
    steps.push(step);
    machine.step(step.thread, step.choice);
    next = enabledThreads(machine);
  }
  return replayRun(machine, steps).trace;
}

/** What @waits leave of the world of @finding under @revision. */
export function proofOf(finding: Finding, revision: Revision, waits: readonly Wait[]): Proof {
  return prove(...heldScene(finding, revision, waits));
}

/** What the same @waits come to under another @revision. */
export function expectedOf(finding: Finding, revision: Revision, waits: readonly Wait[]): Expected {
  return expected(...heldScene(finding, revision, waits));
}

function heldScene(
  finding: Finding,
  revision: Revision,
  waits: readonly Wait[],
): [SceneInput, BrokenRule] {
  const held = heldBy(revision, pointDevices(finding), waits);
  const scene = watchedScene(finding.world as World, held, [finding.property]);
  return [scene, brokenOf(finding)];
}
