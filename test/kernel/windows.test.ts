// SPDX-License-Identifier: GPL-2.0-only
// The model alone, windows are where the history says they are.
import { describe, expect, it } from 'vitest';
import type { World, WorldThread } from '#worlds/world';
import { explore } from './support/explore.ts';
import { kernel } from './support/run.ts';
import { attach, client, iommuDevice, oneInstance, walk } from './support/worlds.ts';

const bind = oneInstance([client('a'), client('b')], [walk, attach('b')]);
const range = oneInstance([client('b', { dmaRanges: true })], [walk, attach('b')]);
const amba = oneInstance([client('b', { bus: 'amba' })], [walk, attach('b')]);

const second: WorldThread = { kind: 'iommu-probe', name: 'kworker/u8:2', instance: 'iommu@1' };
const lone = client('b', { driver: null });
const walks = oneInstance([lone], [walk, second], {
  devices: [iommuDevice('iommu@0'), iommuDevice('iommu@1'), lone],
  instances: ['iommu@0', 'iommu@1'].map((name) => ({
    name,
    device: name,
    driver: 'generic',
    registered: false,
  })),
});

function windowsOf(world: World, name: string, without: readonly string[] = []): string[] {
  return [...explore(world, kernel(name, without)).windows];
}

describe('all interleavings', () => {
  it('find C08 where nothing is tested after the lock was dropped', () => {
    expect(windowsOf(walks, '6.15.0')).toContain('C08');
    expect(windowsOf(walks, '7.2')).not.toContain('C08');
  });

  it('find C09 until the seed, and again without it', () => {
    expect(windowsOf(bind, '6.15.0')).toContain('C09');
    const now = windowsOf(bind, '7.2');
    expect(now).not.toContain('C09');
    expect(now).toEqual(expect.arrayContaining(['C10', 'C14']));
    expect(windowsOf(bind, '7.2', ['da33e87bd2bf'])).toContain('C09');
  });

  it('find nothing of that kind before 6.15', () => {
    const found = windowsOf(bind, '6.12');
    for (const window of ['C08', 'C09', 'C10', 'C14']) expect(found).not.toContain(window);
  });

  it('find the wild pointer of C16 on AMBA to this day', () => {
    expect(windowsOf(amba, '7.2')).toContain('C16');
    expect(windowsOf(amba, '6.12')).not.toContain('C16');
  });

  it('find that dma_range_map is freed under the walk since 6.15', () => {
    expect(windowsOf(range, '7.2')).toContain('C25');
    expect(windowsOf(range, '6.12')).not.toContain('C25');
  });

  it('find two walks that free what the other one uses in 6.1, not in 6.2', () => {
    expect(windowsOf(walks, '6.1')).toContain('C01');
    expect(windowsOf(walks, '6.2')).not.toContain('C01');
  });

  it('find a fwspec whose dev->iommu is freed in 6.2, not in 6.7', () => {
    const alone = oneInstance([client('b')], [walk, attach('b')]);
    const crashes = (name: string) =>
      explore(alone, kernel(name)).found.filter((text) => /^(oops|use-|double-)/.test(text));
    expect(crashes('6.2').length).toBeGreaterThan(0);
    expect(crashes('6.7')).toEqual([]);
  });

  it('find C37 where the bus has no ops yet, up to 6.7', () => {
    expect(windowsOf(bind, '6.6.y')).toContain('C37');
    expect(windowsOf(bind, '6.8')).not.toContain('C37');
  });

  it('find an instance that is used after its registration failed', () => {
    const refused = client('c', { driver: null, probeError: true });
    const world = oneInstance([client('b'), refused], [walk, attach('b')]);
    const { found } = explore(world, kernel('7.2'));
    expect(found.some((text) => /^use-after-free .*iommu_device$/.test(text))).toBe(true);
  });

  it('find nothing at all with strict links', () => {
    const strict = { ...bind.switches, strictDevlink: true };
    const { found } = explore({ ...bind, switches: strict }, kernel('7.2'));
    expect(found).toEqual([]);
  });
});
