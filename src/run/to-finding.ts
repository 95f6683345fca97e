// SPDX-License-Identifier: GPL-2.0-only
// From what one world has shown to a finding: everything that reports and replay need.

import { Machine, replay } from '#checker/index';
import type { Finding, FindingSource, FixCode, KernelSpec, Memory } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import { ruleBroken } from '#properties/index';
import { type Renaming, rename, renaming } from '#worlds/shape';
import type { World } from '#worlds/world';
import type { WorldFinding } from './check-world.ts';
import { revisionOf } from './kernel-spec.ts';
import { producer } from './producer.ts';
import { toldOf } from './told.ts';
import { watchedScene } from './watched-scene.ts';

/** Where a finding of a world belongs. */
export interface Place {
  readonly world: World;
  /** Kind of the client. */
  readonly kind: string;
  /** All devices of that kind whose worlds show it. */
  readonly devices: readonly string[];
  readonly kernel: KernelSpec;
  readonly memory?: Memory | undefined;
  /** Of the kernel's own C only. */
  readonly source?: FindingSource;
}

/** The finding that @f is at @place, complete. */
export function toFinding(f: WorldFinding, place: Place): Finding {
  const slug = place.kind.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const { name, commits, userFixes } = place.kernel;
  const revision = { name, commits, userFixes: userFixes.map(withoutCode) };
  const { property, window, trace } = f;
  const { world, source } = place;
  const ofSource = source === undefined ? {} : { source };
  const { places, ...told } = toldOf({ property, window, trace, world, revision, ...ofSource });
  const { rule, symptom, assumed, threads, roles, fixes, closers, links, ...harm } = told;
  return {
    format: 'racewindow/finding@2',
    producer: producer(),
    id: `${f.property}-${f.window ?? 'new'}-${slug}`,
    revision,
    ...ofSource,
    world,
    ...(place.memory === undefined ? {} : { memory: place.memory }),
    ...{ property, window, class: place.kind, devices: place.devices, rule, symptom, ...harm },
    ...{ fixes, closers, links, assumed, threads, roles },
    preemptions: f.preemptions,
    minimal: f.minimal,
    schedule: f.schedule,
    trace,
    ...(places === undefined ? {} : { places }),
    deciding: f.deciding ?? null,
    ...(f.failure ? { failure: f.failure } : {}),
    ...(f.why ? { why: f.why } : {}),
    witness: f.witness,
    ...(userFixes.length === 0 ? {} : { code: userFixes }),
  };
}

function withoutCode({ name, sha256 }: FixCode): Omit<FixCode, 'source'> {
  return { name, sha256 };
}

/**
 * What was found in @from as it shows in @to, a world of the same shape: the schedule with the
 * names changed is run there. Null if it does not show the same, which would be a fault.
 */
export function transfer(
  f: WorldFinding,
  from: World,
  to: World,
  kernel: KernelSpec,
  memory?: Memory,
): WorldFinding | null {
  const names: Renaming = renaming(from, to);
  const revision = revisionOf(kernel);
  if (!revision.ok) return null;
  const machine = new Machine(watchedScene(to, revision.value, null, { memory }));
  const schedule = rename(f.schedule, escapedNames(names));
  const run = replay(machine, schedule);
  if (!run.ok) return null;
  const subject = rename(f.witness.subject, names);
  const report = run.value.reports
    .map((r) => r.report)
    // One run may break a rule for several devices.
    .find((r) => r.subject === subject && breaksTheSame(ruleBroken(r), f));
  if (!report) return null;
  const { because, facts } = report;
  const trace = run.value.trace;
  return { ...f, schedule, trace, witness: { subject, because, facts } };
}

/** Names as schedules write them (checker/program/schedule.ts): `cb@3` is `cb%403`. */
function escapedNames(names: Renaming): Renaming {
  const escaped = (text: string): string =>
    text.replace(/[%>@#~\s]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return new Map([...names].map(([from, to]) => [escaped(from), escaped(to)]));
}
