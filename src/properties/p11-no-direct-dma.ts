// SPDX-License-Identifier: GPL-2.0-only
// P11: a driver does not map buffers directly while its group translates.

import { hasDriver, heard, type Property } from './context.ts';

/**
 * Judged where a buffer is mapped. P3 is about the moment before: it says nothing of a device whose
 * group is complete, but whose DMA ops are not those of its group.
 */
export const noDirectDma: Property = {
  id: 'P11',
  name: 'no-direct-dma',
  rule: 'a driver does not map buffers directly while its group has a domain that translates',
  seen: 'IOMMU faults of a device that maps directly',
  harm: 'dead',
  means: 'the driver maps buffers as if there were no IOMMU, and its DMA faults',
  kind: 'always',
  asked: {
    what: 'a driver that maps a buffer while its group has a domain that translates',
    events: ['dma-map'],
    reads: ['device.iommu_group', 'iommu_group.default_domain'],
    holds: (e, peek, ctx) => {
      if (e.name !== 'dma-map') return false;
      const dev = ctx.device(e.dev);
      if (!ctx.isFocus(dev) || dev.data.domainType === 'IDENTITY') return false;
      const group = peek.get(dev.handle, 'iommu_group');
      return group !== null && peek.get(group, 'default_domain') !== null;
    },
    fits: hasDriver,
  },
  make: (ctx) => ({
    id: 'P11',
    events: ['dma-map'],
    reads: ['device.iommu_group', 'iommu_group.default_domain'],
    onEvent: (state, run, peek) => {
      const e = heard(run);
      if (e.name !== 'dma-map' || e.path !== 'direct') return undefined;
      const dev = ctx.device(e.dev);
      if (dev.data.domainType === 'IDENTITY') return undefined;
      const group = peek.get(dev.handle, 'iommu_group');
      const domain = group && peek.get(group, 'default_domain');
      if (!group || !domain) return undefined;
      return {
        state,
        report: {
          subject: dev.data.name,
          because: 'its driver maps a buffer directly, and its group translates',
          facts: { group: group.name, domain: domain.name },
        },
      };
    },
  }),
};
