// SPDX-License-Identifier: GPL-2.0-only
// C35 where a walk fails by one client and releases another: in 6.12.y that is so with bcb81ac6ae3c
// alone, by which a walk configures clients, and not with 7d835134d4e1, which came with it.
import { expect, test } from 'vitest';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { windowById } from '#windows/index';
import { disagreement } from '#windows/ways';
import { kernelOf, worldOf } from './support.ts';

const chain = '+fd598f71b669 +bcb81ac6ae3c';
const world = worldOf('walk+add+retry/1 client/bystanders 1+0');

/** The windows that name a crash of who releases the clients of an instance. */
async function deaths(kernel: string): Promise<(string | null)[]> {
  const { findings, bounded } = runWorld({
    ask: 'check',
    world,
    kernel: specOf(await kernelOf(kernel), []),
    properties: null,
    strategy: { kind: 'exhaustive' },
    statesMax: 100_000,
    timeMaxMs: null,
    minimiseMax: 0,
  });
  expect(bounded).toEqual([]);
  const ours = findings.filter(({ witness }) => witness.facts['function'] === 'remove_iommu_group');
  return [...new Set(ours.map(({ window }) => window))];
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
