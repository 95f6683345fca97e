// SPDX-License-Identifier: GPL-2.0-only
// C35 where a walk fails by one client and releases another: in 6.12.y that is so with bcb81ac6ae3c
// alone, by which a walk configures clients, and not with 7d835134d4e1, which came with it.
import { expect, test } from 'vitest';
import { Machine } from '#checker/machine/machine';
import { exhaustive } from '#checker/search/exhaustive';
import { watchedScene } from '#run/watched-scene';
import { windowById } from '#windows/index';
import { disagreement } from '#windows/ways';
import { kernelOf, worldOf } from './support.ts';

const chain = '+fd598f71b669 +bcb81ac6ae3c';
const world = worldOf('walk+add+retry/1 client/bystanders 1+0');

/** The windows that name a crash of who releases the clients of an instance. */
async function deaths(kernel: string): Promise<(string | null)[]> {
  const machine = new Machine(watchedScene(world, await kernelOf(kernel), null));
  const { found, bounded } = exhaustive(machine, { statesMax: 100_000 });
  expect(bounded).toEqual([]);
  const ours = found.filter(({ report }) => report.facts['function'] === 'remove_iommu_group');
  return [...new Set(ours.map(({ report }) => report.window))];
}

test('the crash of a release beside a bind is C35, whoever made the walk fail', async () => {
  expect(await deaths(`6.12.y ${chain}`)).toEqual(['C35']);
  const { commits } = await kernelOf(`6.12.y ${chain}`);
  expect(disagreement(windowById('C35'), commits, world)).toBeNull();
});

test('it is none before the first of them, nor with the second', async () => {
  for (const kernel of ['6.12.y', `6.12.y ${chain} +7d835134d4e1`, '6.15.0', '7.2']) {
    expect([kernel, await deaths(kernel)]).toEqual([kernel, []]);
  }
});
