// SPDX-License-Identifier: GPL-2.0-only
// What happens sometimes in a world by the search, without and with random runs before it, and what
// random runs alone show of it.

import { Machine } from '../../src/checker/machine/machine.ts';
import { exhaustive } from '../../src/checker/search/exhaustive.ts';
import { sample } from '../../src/checker/search/sample.ts';
import type { Revision } from '../../src/kernel/index.ts';
import { findRevision } from '../../src/kernel/index.ts';
import { openWorld } from '../../src/run/watched-scene.ts';
import type { DerivedWorld } from '../../src/worlds/derive.ts';
import { genericWorlds } from '../../src/worlds/generic.ts';

export interface Shown {
  /** Null where a search was cut off. */
  readonly missed: readonly string[] | null;
  readonly states: number;
}

/** What the searches of @derived under @revision miss of what random runs and each other show. */
export function missedIn(
  { world }: DerivedWorld,
  revision: Revision,
  statesMax: number,
  runs: number,
): Shown {
  const scene = () => openWorld(world, revision, { by: 'windows', ids: null }).scene;
  const machines = [0, 1, 2].map(() => new Machine(scene()));
  const [learned, plain, random] = machines as [Machine, Machine, Machine];
  const search = exhaustive(learned, { statesMax });
  const { states } = search;
  if (search.bounded.length > 0) return { missed: null, states };
  // Without having learned, a search begins again where it is wrong, and is larger.
  const without = exhaustive(plain, { statesMax: statesMax * 10, learn: false });
  if (without.bounded.length > 0) return { missed: null, states };
  sample(random, runs, 7, {});
  const hits = machines.map((m) => m.rules.hits);
  const missed = [learned, plain].flatMap((m, i) =>
    [...new Set(hits.flatMap((h) => [...h]))]
      .filter((id) => !m.rules.hits.has(id))
      .map((id) => `${id} ${i === 0 ? 'after' : 'without'} random runs`),
  );
  return { missed, states };
}

/** The worlds of no board, without those of store buffers. */
export function sweepWorlds(): DerivedWorld[] {
  return genericWorlds().filter(({ world }) => world.switches.storeBuffers === undefined);
}

/** The kernel called @name; throws where there is none. */
export function kernelNamed(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}
