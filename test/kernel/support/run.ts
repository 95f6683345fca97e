// SPDX-License-Identifier: GPL-2.0-only
// Runs a world in a fixed order of threads and says which events happened.
import { Machine } from '#checker/machine/machine';
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

/** Run workers at once, and else each thread as far as it goes, in the order of the world. */
export function runInOrder(world: World, revision: Revision): Ran {
  const scene = buildScene(world, revision);
  const machine = new Machine({ ...scene, rules: [], signatures: [], sometimes: [] });
  const events: string[] = [];
  const reports: string[] = [];
  let steps = 0;
  const ready = (daemon: boolean): number => {
    for (let t = 0; t < machine.threadCount(); t++) {
      if (machine.isDaemon(t) === daemon && !machine.isDone(t) && machine.enabled(t)) return t;
    }
    return -1;
  };
  for (;;) {
    const worker = ready(true);
    const t = worker < 0 ? ready(false) : worker;
    if (t < 0) break;
    const step = machine.record(t);
    events.push(...step.events.map((e) => `${step.thread}: ${e}`));
    reports.push(...machine.reports.map((r) => `${r.property}: ${r.because}`));
    steps++;
  }
  reports.push(...machine.atEnd().map((r) => `${r.property}: ${r.because}`));
  return { events, reports, steps };
}
