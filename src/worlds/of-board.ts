// SPDX-License-Identifier: GPL-2.0-only
// Devices and threads of a world as a board has them, whoever puts the world together.

import {
  fwspecIds,
  type IommuDriver,
  type Platform,
  type PlatformDevice,
  runsOf,
} from '#platform/index';
import type { WorldDevice, WorldSpecifier, WorldThread } from './world.ts';

/** The driver of an IOMMU of @platform. */
export function familyOf(platform: Platform, instance: string): IommuDriver {
  return platform.iommus.find((i) => i.name === instance)?.driver ?? 'unknown';
}

/** A device behind IOMMUs; one that nobody binds stands by. */
export function clientDevice(
  platform: Platform,
  d: PlatformDevice,
  { binds, async }: { readonly binds: boolean; readonly async: boolean },
): WorldDevice {
  const name = d.compatible[0] ?? d.name;
  return {
    name: d.name,
    bus: busOf(d),
    role: binds ? 'client' : 'bystander',
    iommus: specifiersOf(platform, d),
    present: true,
    driver: binds ? { name, managedDma: false, async } : null,
    groupKey: d.groupKey,
    dmaRanges: d.dmaRanges,
  };
}

/** The device @d whose driver registers an IOMMU. */
export function iommuDevice(platform: Platform, d: PlatformDevice, async: boolean): WorldDevice {
  return {
    name: d.name,
    bus: busOf(d),
    role: 'iommu',
    iommus: [],
    present: true,
    driver: { name: familyOf(platform, d.name), managedDma: false, async },
    groupKey: null,
    dmaRanges: d.dmaRanges,
  };
}

/** The probes of @instances, each on a thread of its own. */
export function walksOf(instances: readonly string[]): WorldThread[] {
  return instances.map((instance, i) => ({
    kind: 'iommu-probe',
    name: i === 0 ? 'swapper/0' : `kworker/u8:${i + 1}`,
    instance,
  }));
}

/** Neighbouring specifiers for one instance become one: no lock is dropped between them. */
function specifiersOf(platform: Platform, d: PlatformDevice): WorldSpecifier[] {
  return runsOf(d).map(({ iommu, ids }) => ({
    instance: iommu,
    ids: ids.flatMap((cells) => fwspecIds(familyOf(platform, iommu), cells)),
  }));
}

/** ABSTRACTED: fsl-mc and host1x devices are walked as if they were platform devices. */
function busOf(d: PlatformDevice): WorldDevice['bus'] {
  return d.bus === 'pci' || d.bus === 'amba' ? d.bus : 'platform';
}
