// SPDX-License-Identifier: GPL-2.0-only
// Where the fields stand that events and rules need, as DWARF has it.

import { SourceError } from '#realc/build/errors';
import type { ImageMachine } from './machine.ts';

/** Offsets of the fields that events and rules need. */
export interface Offsets {
  readonly iommu: number;
  readonly group: number;
  readonly driver: number;
  readonly fwspec: number;
  readonly priv: number;
  readonly ids: number;
  readonly fwspecFwnode: number;
  readonly groupId: number;
  readonly defaultDomain: number;
  readonly ownerCount: number;
  readonly fwnode: number;
  readonly deviceInPrivate: number;
  readonly deferredInPrivate: number;
  readonly driverName: number;
  readonly coherentMask: number;
  /** A pointer to the other one. */
  readonly dmaMask: number;
  readonly instanceFwnode: number;
  readonly instanceList: number;
  readonly instanceOps: number;
  /** From a device to its private part, and from there to the list of its driver. */
  readonly devicePrivate: number;
  readonly driverNode: number;
  readonly ready: number | null;
}

/** Where they are in the image of @m; a kernel that lacks one is refused. */
export function offsetsIn(m: ImageMachine): Offsets {
  const get = (struct: string, path: string): number => {
    const o = m.image.debug.offsetOf(struct, path);
    if (o !== null) return o;
    throw new SourceError(
      'RW309',
      `this kernel has no ${path} in struct ${struct}`,
      'the tree is too different; 6.12, 7.2 and 7.3 are tested',
    );
  };
  return {
    iommu: get('device', 'iommu'),
    group: get('device', 'iommu_group'),
    driver: get('device', 'driver'),
    fwspec: get('dev_iommu', 'fwspec'),
    priv: get('dev_iommu', 'priv'),
    ids: get('iommu_fwspec', 'num_ids'),
    fwspecFwnode: get('iommu_fwspec', 'iommu_fwnode'),
    groupId: get('iommu_group', 'id'),
    defaultDomain: get('iommu_group', 'default_domain'),
    ownerCount: get('iommu_group', 'owner_cnt'),
    fwnode: get('device', 'fwnode'),
    deviceInPrivate: get('device_private', 'device'),
    deferredInPrivate: get('device_private', 'deferred_probe'),
    driverName: get('device_driver', 'name'),
    coherentMask: get('device', 'coherent_dma_mask'),
    dmaMask: get('device', 'dma_mask'),
    instanceFwnode: get('iommu_device', 'fwnode'),
    instanceList: get('iommu_device', 'list'),
    instanceOps: get('iommu_device', 'ops'),
    devicePrivate: get('device', 'p'),
    driverNode: get('device_private', 'knode_driver.n_klist'),
    ready: m.image.debug.offsetOf('iommu_device', 'ready'),
  };
}
