// SPDX-License-Identifier: GPL-2.0-only
// Groups of PCI functions: pci_device_group() in drivers/iommu/iommu.c of v7.2.
import { type Kfn, load } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device, IommuGroup } from '../types.ts';

/**
 * The group of the bridge whose requester id the device uses; else that of a function of the same
 * slot which is as little isolated; else a new one. Each step asks who has a group already, and
 * whose ACS is on already, so the order of probes decides.
 *
 * Models pci_device_group() of v7.2, with get_pci_alias_or_group().
 * ABSTRACTED: the climb through bridges without ACS; quirks by which functions alias one another.
 */
export function* pci_device_group(k: Kernel, dev: Device): Kfn<IommuGroup> {
  const bridge = k.alias_of(dev);
  if (bridge) {
    const group = yield* k.iommu_group_get(bridge);
    if (group) return group;
  }
  return (yield* k.get_pci_function_alias_group(dev)) ?? (yield* k.iommu_group_alloc(dev));
}

/** Models get_pci_function_alias_group() of v7.2, with pci_acs_enabled(). */
export function* get_pci_function_alias_group(k: Kernel, dev: Device): Kfn<IommuGroup | null> {
  if (dev.acs && (yield* load(dev, 'acs_enabled'))) return null;
  for (const other of k.group_sharers(dev)) {
    if (other.acs && (yield* load(other, 'acs_enabled'))) continue;
    const group = yield* k.iommu_group_get(other);
    if (group) return group;
  }
  return null;
}
