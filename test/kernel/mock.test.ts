// SPDX-License-Identifier: GPL-2.0-only
// The mock device of the iommufd selftest, and the PCI topology that decides on groups.
import { describe, expect, it } from 'vitest';
import { exploreWorld } from '#run/explore';
import { genericWorlds } from '#worlds/generic';
import type { WorldThread } from '#worlds/world';
import { kernel, runInOrder } from './support/run.ts';
import { client, oneInstance, walk } from './support/worlds.ts';

describe('a mock device', () => {
  const mock = client('mock0', { driver: null, present: false });
  const ask: WorldThread = { kind: 'mock-add', name: 'iommufd', device: 'mock0' };
  const instances = [{ name: 'iommu@0', device: 'iommu@0', driver: 'mock', registered: false }];
  const eventsOf = (name: string, threads: readonly WorldThread[]) =>
    runInOrder(oneInstance([mock], threads, { instances }), kernel(name)).events.join('\n');

  it('is probed by the notifier, which finds its fwspec', () => {
    const events = eventsOf('7.2', [walk, ask]);
    expect(events).toContain('fwspec-built mock0');
    expect(events).toContain('group-set mock0 mock0.iommu_group#1 0 notifier');
    expect(events).not.toContain('configure-begin mock0');
  });

  it('is refused before its instance is there', () => {
    const events = eventsOf('7.2', [ask, walk]);
    expect(events).toContain('device-released mock0 -517');
    expect(events).not.toContain('group-set mock0');
  });
});

function seen(scene: string, name: string): string[] {
  const derived = genericWorlds().find((w) => w.classKey === `hand:${scene}`);
  if (!derived) throw new Error(`no world ${scene}`);
  return exploreWorld(derived, kernel(name)).sightings.map((s) => `${s.report} ${s.window}`);
}

describe('PCI functions', () => {
  it('with one requester id are in two groups where the bridge is probed later', () => {
    expect(seen('scan alias', '6.12')).toContain('P13 C07');
    expect(seen('scan alias', '7.2')).toEqual([]);
    expect(seen('walk+bind alias', '7.2')).toContain('P13 C10');
  });

  it('with ACS are apart, and isolated, since 7.0', () => {
    expect(seen('scan acs dt', '6.12')).toEqual(['P13 C41']);
    expect(seen('scan acs dt', '7.2')).toEqual([]);
    expect(seen('walk acs intel', '6.12.y')).toEqual([]);
    expect(seen('walk acs intel', '7.2')).toEqual([]);
  });
});
