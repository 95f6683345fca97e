// SPDX-License-Identifier: GPL-2.0-only
// Whether some run of a world comes to something, in the kernel's own C: what is named as a way
// there has been tried.

import { askedOnce, type Comes, type Sought } from '#questions/comes';
import { SourceError } from '#realc/build/errors';
import type { KernelImage } from '#realc/build/image';
import { WAY_RUNS } from '#realc/limits';
import { searchSource } from '#realc/search/layers';
import { learn } from '#realc/search/learn';
import { SourceRunner } from '#realc/search/run';
import type { World } from '#worlds/world';

/** Of the worlds in @image. */
export function comesIn(image: KernelImage): Comes {
  return askedOnce((world, sought, effort) => ask(image, world, sought, effort === 'searched'));
}

function ask(
  image: KernelImage,
  world: World,
  { ids, properties, windows }: Sought,
  search: boolean,
): ReturnType<Comes> {
  try {
    const runner = new SourceRunner(image, world, { properties, windows });
    // What it learns from are whole runs of every thread, with random switches.
    if (search) searchSource(runner, { bound: 1, runsMax: WAY_RUNS });
    else learn(runner);
    return ids.some((id) => runner.watch.hits.has(id)) ? 'yes' : 'unknown';
  } catch (e) {
    if (e instanceof SourceError && e.code === 'RW309') return 'no';
    throw e;
  }
}
