// SPDX-License-Identifier: GPL-2.0-only
// C21 by the second look-up of of_iommu_xlate(): NULL is followed since v6.11, and not before.
import { expect, test } from 'vitest';
import type { Commit } from '#kernel/index';
import { opsTested } from './fixes.ts';
import { deathsOf, kernelOf, worldOf } from './support.ts';

const scenes = ['fail+bind+retry', 'unbind+add'];

const deaths = async (scene: string, kernel: string, own: readonly Commit[] = []) =>
  deathsOf('of_iommu_xlate', worldOf(`hand:${scene}`), await kernelOf(kernel, own));

test.each(scenes)('%s: the oops is C21, in kernels that look the ops up twice', async (scene) => {
  for (const kernel of ['6.11', '6.12.y', '7.2', '7.3']) {
    expect([kernel, await deaths(scene, kernel)]).toEqual([kernel, ['C21']]);
  }
  for (const kernel of ['6.1', '6.10']) {
    expect([kernel, await deaths(scene, kernel)]).toEqual([kernel, []]);
  }
});

test.each(scenes)('%s: with a test of the ops it is gone', async (scene) => {
  expect(await deaths(scene, '7.2', [opsTested])).toEqual([]);
});
