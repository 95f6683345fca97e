// SPDX-License-Identifier: GPL-2.0-only
// Small worlds for the tests of the model.
import type { World, WorldDevice, WorldSwitches, WorldThread } from '#worlds/world';

export function client(name: string, more: Partial<WorldDevice> = {}): WorldDevice {
  return {
    name,
    bus: 'platform',
    role: 'client',
    iommus: [{ instance: 'iommu@0', ids: [1] }],
    present: true,
    driver: { name, managedDma: false, async: false },
    groupKey: null,
    dmaRanges: false,
    ...more,
  };
}

export function iommuDevice(name: string, more: Partial<WorldDevice> = {}): WorldDevice {
  const driver = { name: 'arm-smmu', managedDma: false, async: false };
  return { ...client(name), role: 'iommu', iommus: [], driver, ...more };
}

export const switches: WorldSwitches = {
  asyncProbe: false,
  strictDevlink: false,
  deferralEnabled: true,
  deferralTimeout: false,
};

/** One instance, its device first on the bus, and @clients behind it. */
export function oneInstance(
  clients: readonly WorldDevice[],
  threads: readonly WorldThread[],
  more: Partial<World> = {},
): World {
  return {
    name: 'test world',
    classKey: 'hand:test',
    firmware: 'dt',
    devices: [iommuDevice('iommu@0'), ...clients],
    instances: [{ name: 'iommu@0', device: 'iommu@0', driver: 'generic', registered: false }],
    threads,
    switches,
    focus: clients.map((c) => c.name),
    ...more,
  };
}

export const walk: WorldThread = { kind: 'iommu-probe', name: 'swapper/0', instance: 'iommu@0' };

export function attach(device: string, name = `modprobe:${device}`): WorldThread {
  return { kind: 'driver-attach', name, device };
}
