// SPDX-License-Identifier: GPL-2.0-only
// What was explored under one kernel and holds for others: most commits do not matter to a world.
//
// A commit of the history only sets switches of the model. An exploration says which switches it
// has read; a kernel that has the same values for these would have been explored step by step in
// the same way, whatever its other switches are. So its result is taken over.
//
//   world on a device tree, 6.7 explored: read probe_locked=true, configure_locked=true, ...
//   6.8 differs in ops_per_device alone: read, explored again; 6.9 differs in nothing: taken over

import { must } from '#base/assert';
import { draftOf, type Switches } from '#kernel/index';
import type { Explored } from './explore.ts';
import { revisionOf } from './kernel-spec.ts';
import type { ExploreJob, Explorer } from './world-pool.ts';

/**
 * An explorer that asks @explorer only for what is not known. One world is explored under one
 * kernel at a time, so that what can be taken over does not depend on which of them was faster.
 */
export function reusing(explorer: Explorer): Explorer {
  const known = new Map<string, Explored[]>();
  const queues = new Map<string, Promise<unknown>>();
  const explore = async (job: ExploreJob): Promise<Explored> => {
    const revision = revisionOf(job.spec);
    const { sw } = draftOf(must(revision.ok ? revision.value : undefined, job.spec.name));
    const { world, classKey } = job.derived;
    const fixes = job.spec.userFixes.map((fix) => fix.sha256);
    const key = JSON.stringify([classKey, world.name, job.options, fixes, job.window]);
    const ask = async (): Promise<Explored> => {
      const results = known.get(key) ?? [];
      known.set(key, results);
      const before = results.find((result) => agrees(result, sw));
      if (before !== undefined) return before;
      const fresh = await explorer.explore(job);
      results.push(fresh);
      return fresh;
    };
    const turn = (queues.get(key) ?? Promise.resolve()).then(ask);
    queues.set(
      key,
      turn.catch(() => {}),
    );
    return turn;
  };
  return { explore, close: () => explorer.close() };
}

/** True where @sw has the values that the exploration of @result has read. */
export function agrees(result: Explored, sw: Readonly<Switches>): boolean {
  return result.switches.every(([name, value]) => sw[name] === value);
}
