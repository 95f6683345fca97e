// SPDX-License-Identifier: GPL-2.0-only
// The model alone, with a small search: windows are where the history says they are.
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
  return [...explore(world, kernel(name, without), 2).windows].sort();
}

describe('two preemptions', () => {
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
    const crashes = (name: string) =>
      [...explore(walks, kernel(name), 2).found].filter((text) =>
        /^(oops|use-|double-)/.test(text),
      );
    expect(crashes('6.1').length).toBeGreaterThan(0);
    expect(crashes('6.2')).toEqual([]);
  });

  it('find a fwspec whose dev->iommu is freed in 6.2, not in 6.7', () => {
    const alone = oneInstance([client('b')], [walk, attach('b')]);
    const crashes = (name: string) =>
      [...explore(alone, kernel(name), 2).found].filter((text) =>
        /^(oops|use-|double-)/.test(text),
      );
    expect(crashes('6.2').length).toBeGreaterThan(0);
    expect(crashes('6.7')).toEqual([]);
  });
});
