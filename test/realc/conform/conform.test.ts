// SPDX-License-Identifier: GPL-2.0-only
// The model held against the kernel's own C: no difference as it is, one for each seeded fault.

import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '#base/assert';
import { findRevision, type Revision } from '#kernel/index';
import { buildTree, type KernelImage } from '#realc/build/image';
import { compareWorld, modelSide, type RealSide, realSide } from '#realc/conform/conform';
import { sourceWorld } from '#realc/worlds';
import { cc, NO_LIMIT_MS, treeOrSkip } from '../helpers.ts';
import { type Seed, seeds } from '../seeds.ts';

const tree = treeOrSkip('7.2', 'the model against the C of 7.2, and ten seeded faults');

const SAMPLES = 300;
const STATES_MAX = 200_000;

function seeded(revision: Revision, seed: Seed): Revision {
  const commit = { sha: 'seed', subject: seed.name, landed: 'never', fixes: [], link: null };
  const more = { requires: [], conflicts: [], apply: seed.apply };
  return { ...revision, commits: [...revision.commits, { ...commit, ...more }] };
}

describe.skipIf(!tree)('conform on 7.2', () => {
  let image: KernelImage;
  let revision: Revision;
  const known = new Map<string, RealSide>();
  const real = (world: string): RealSide => {
    const options = {
      worlds: [],
      bound: 1,
      samples: SAMPLES,
      timeMaxMs: NO_LIMIT_MS,
      statesMax: 0,
    };
    const side = known.get(world) ?? realSide(image, must(sourceWorld(world), world), options);
    known.set(world, side);
    return side;
  };
  const compare = (name: string, model: Revision) => {
    const world = must(sourceWorld(name), name);
    return compareWorld(world, modelSide(world, model, STATES_MAX), real(name), SAMPLES);
  };
  beforeAll(async () => {
    image = await buildTree(tree!, { cc });
    const found = findRevision('7.2');
    if (!found.ok) throw new Error('there is no model of 7.2');
    revision = found.value;
  });

  it('has ten faults', () => {
    expect(new Set(seeds.map((s) => s.name)).size).toBe(10);
  });

  it.each([...new Set(seeds.map((s) => s.world))])('finds no difference in %s', (world) => {
    const { differences } = compare(world, revision);
    expect(differences).toEqual([]);
  });

  it.each(seeds.map((s) => [s.name, s] as const))('finds that %s', (_name, seed) => {
    expect(compare(seed.world, seeded(revision, seed)).differences).not.toEqual([]);
  });
});
