// SPDX-License-Identifier: GPL-2.0-only
// As recipes.ts, for windows that are told by the thread that crashes, or by who has freed.

import { group, type Recipe } from './recipes.ts';

export const crashes: readonly Recipe[] = [
  {
    window: 'C16',
    steps: [['walk', 'driver-from-null', 'a']],
    property: 'oops',
    subject: 'walk',
    facts: { error: 'amba_dma_configure(a): driver computed from NULL' },
    sameThread: true,
    byThread: true,
  },
  {
    window: 'C25',
    steps: [
      ['async', 'driver-set', 'a'],
      ['walk', 'init-begin', 'a', 'walk'],
    ],
    property: 'use-after-free',
    subject: 'a.dma_range_map#1',
    facts: { thread: 'walk', freedBy: 'async' },
    more: { dmaRanges: true },
    sameThread: true,
  },
  {
    window: 'C25',
    steps: [['walk', 'init-begin', 'a', 'walk']],
    property: 'use-after-free',
    subject: 'a.dma_range_map#1',
    facts: { thread: 'walk', freedBy: 'bind' },
    more: { dmaRanges: true },
    sameThread: true,
  },
  {
    window: 'C25',
    steps: [
      ['walk2', 'init-begin', 'a', 'walk'],
      ['walk', 'init-begin', 'a', 'walk'],
    ],
    property: 'use-after-free',
    subject: 'a.dma_range_map#1',
    facts: { thread: 'walk', freedBy: 'walk2' },
    more: { dmaRanges: true },
    sameThread: true,
  },
  {
    window: 'C28',
    steps: [['del', 'device-removed', 'a']],
    property: 'use-after-free',
    subject: 'a.iommu#1',
    facts: { thread: 'walk', freedBy: 'del' },
    sameThread: true,
    byThread: true,
  },
  {
    window: 'C28',
    steps: [['del', 'device-removed', 'a']],
    property: 'oops',
    subject: 'walk',
    facts: { error: '__iommu_group_remove_device(a): dev->iommu_group is NULL' },
  },
  {
    window: 'C28',
    steps: [['del', 'device-removed', 'a']],
    property: 'use-after-free',
    subject: 'a.iommu_group#1',
    facts: { thread: 'walk', freedBy: 'walk' },
  },
  { window: 'C28', steps: [['del', 'device-removed', 'a']], property: 'P8' },
  {
    window: 'C34',
    steps: [['walk', 'members-unlocked', group.name, 'begin']],
    property: 'use-after-free',
    subject: 'a.group_device#1',
    facts: { thread: 'walk', freedBy: 'del' },
    sameThread: true,
    byThread: true,
    healed: [1, ['walk', 'members-unlocked', group.name, 'end']],
  },
  {
    window: 'C35',
    steps: [['walk', 'init-end', 'a', 'walk', -517]],
    property: 'use-after-free',
    subject: 'i2.iommu#1',
    driver: 'arm-smmu',
    facts: { thread: 'walk', freedBy: 'walk2', function: 'remove_iommu_group' },
    sameThread: true,
    byThread: true,
  },
];
