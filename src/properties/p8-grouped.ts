// SPDX-License-Identifier: GPL-2.0-only
// P8: once the system is settled, every device whose firmware names a bound IOMMU is in a group.

import type { RuleReport } from '#checker/program/scene';
import type { Property } from './context.ts';

/** Before 6.15 a device without a driver fails it by design: that is window C07. */
export const grouped: Property = {
  id: 'P8',
  name: 'grouped-at-end',
  rule: 'once its IOMMU is bound and the system is settled, each device behind it is in a group',
  seen: 'a device without iommu_group in sysfs',
  harm: 'isolation',
  means: 'the device is in no group: nothing keeps its DMA apart, and VFIO can not have it',
  kind: 'at end',
  asked: {
    what: 'a client that is there when all is settled and its IOMMU is bound',
    readsAtEnd: ['device.driver'],
    atEnd: (peek, ctx) => ctx.remaining.some((d) => ctx.isFocus(d) && ctx.iommusBound(peek, d)),
  },
  holdsWith: 'client beside two walks',
  make: (ctx) => ({
    id: 'P8',
    events: [],
    reads: [],
    readsAtEnd: ['device.iommu_group', 'device.driver'],
    atEnd: (peek) => {
      const reports: RuleReport[] = [];
      for (const dev of ctx.remaining) {
        if (peek.get(dev.handle, 'iommu_group') || !ctx.iommusBound(peek, dev)) continue;
        reports.push({
          subject: dev.data.name,
          because: 'its IOMMU is bound, everything is settled, and dev->iommu_group is NULL',
          facts: { driver: peek.get(dev.handle, 'driver') !== null },
        });
      }
      return reports;
    },
  }),
};
