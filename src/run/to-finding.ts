// SPDX-License-Identifier: GPL-2.0-only
// From what one world has shown to a finding: everything that reports and replay need.

import { formatSchedule, Machine, replay } from '#checker/index';
import { replayRun } from '#checker/program/run';
import type { Finding, FindingSource, FixCode, KernelSpec, Memory } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import { ruleBroken } from '#properties/index';
import type { World } from '#worlds/world';
import type { WorldFinding } from './check-world.ts';
import { revisionOf } from './kernel-spec.ts';
import { producer } from './producer.ts';
import { toldOf } from './told.ts';
import { watchedScene } from './watched-scene.ts';

/** Where a finding of a world belongs. */
interface Place {
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
 * What was found in @from as it shows in @to, a world of the same shape: the same threads take the
 * same steps there, whatever things are called. Null if it does not show the same, which would be a
 * fault.
 */
export function transfer(
  f: WorldFinding,
  from: World,
  to: World,
  kernel: KernelSpec,
  memory?: Memory,
): WorldFinding | null {
  const revision = revisionOf(kernel);
  if (!revision.ok) return null;
  const [here, there] = [from, to].map(
    (world) => new Machine(watchedScene(world, revision.value, null, { memory })),
  ) as [Machine, Machine];
  const found = replay(here, f.schedule);
  if (!found.ok) return null;
  const { run, reports } = found.value;
  // One run may break a rule for several devices; both worlds tell of them in one order.
  const nth = reports.findIndex(
    ({ report: r }) => r.subject === f.witness.subject && breaksTheSame(ruleBroken(r), f),
  );
  const shown = replayRun(there, run);
  const report = shown.reports[nth]?.report;
  if (!report || !breaksTheSame(ruleBroken(report), f)) return null;
  const { subject, because, facts } = report;
  const { trace } = shown;
  const schedule = formatSchedule(trace, run);
  return { ...f, schedule, trace, witness: { subject, because, facts } };
}
