// SPDX-License-Identifier: GPL-2.0-only
// Runs a world in a fixed order of threads and says which events happened.
import { Machine } from '#checker/machine';
import { findRevision, type Revision, withCommits } from '#kernel/index';
import { buildScene } from '#worlds/scene';
import type { World } from '#worlds/world';

export function kernel(name: string, without: readonly string[] = []): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(found.error.message);
  const changed = withCommits(found.value, { without });
  if (!changed.ok) throw new Error(changed.error.message);
  return changed.value;
}

export interface Ran {
  readonly events: readonly string[];
  readonly reports: readonly string[];
  readonly steps: number;
}

/** Run each thread as far as it goes, in the order in which the world names them; then again. */
export function runInOrder(world: World, revision: Revision): Ran {
  const scene = buildScene(world, revision);
  const machine = new Machine({ ...scene, rules: [], signatures: [], sometimes: [] });
  const events: string[] = [];
  const reports: string[] = [];
  let steps = 0;
  for (let t = 0; t < machine.threadCount(); ) {
    if (machine.isDone(t) || !machine.enabled(t)) {
      t++;
      continue;
    }
    const step = machine.record(t);
    events.push(...step.events.map((e) => `${step.thread}: ${e}`));
    reports.push(...machine.reports.map((r) => `${r.property}: ${r.because}`));
    steps++;
    t = 0;
  }
  reports.push(...machine.atEnd().map((r) => `${r.property}: ${r.because}`));
  return { events, reports, steps };
}
