// SPDX-License-Identifier: GPL-2.0-only
// C25 by two walks and no bind: the one of another IOMMU defers, and frees the map that the walk of
// the device's own IOMMU is about to read.
import { expect, test } from 'vitest';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { windowById } from '#windows/index';
import { disagreement } from '#windows/ways';
import { kernelOf, worldOf } from './support.ts';

const order = worldOf('hand:walk+walk order');
const one = order.devices.filter(({ name }) => name !== '30.eth');
const devices = one.map((d) => (d.role === 'client' ? { ...d, dmaRanges: true } : d));
const world = { ...order, devices, focus: ['20.gpu'] };

/** The windows that name a use of a map of DMA ranges that is gone. */
async function mapsFreed(kernel: string): Promise<(string | null)[]> {
  const { findings, bounded } = runWorld({
    ask: 'check',
    world,
    kernel: specOf(await kernelOf(kernel), []),
    properties: ['P5'],
    strategy: { kind: 'exhaustive' },
    statesMax: 100_000,
    timeMaxMs: null,
    minimiseMax: 0,
  });
  expect(bounded).toEqual([]);
  const ours = findings.filter(({ witness }) => /dma_range_map#/.test(witness.subject));
  return [...new Set(ours.map(({ window }) => window))];
}

test('since walks parse firmware, one frees the map that the other reads', async () => {
  for (const kernel of ['6.15.0', '7.2', '7.3']) {
    expect([kernel, await mapsFreed(kernel)]).toEqual([kernel, ['C25']]);
    const { commits } = await kernelOf(kernel);
    expect(disagreement(windowById('C25'), commits, world)).toBeNull();
  }
});

test('before that no walk has a map to free', async () => {
  for (const kernel of ['6.12.y', '6.14']) {
    expect([kernel, await mapsFreed(kernel)]).toEqual([kernel, []]);
  }
});
