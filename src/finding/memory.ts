// SPDX-License-Identifier: GPL-2.0-only
// Store buffers: which stores go through them where nobody says.

/** What publishes an instance, and what a client gets from it: all would be too many. */
export const BUFFERED: readonly string[] = [
  'iommu_device.ready',
  'iommu_device.fwnode',
  'device.bound',
  'device.iommu_group',
];
