// SPDX-License-Identifier: GPL-2.0-only
// P3: a driver's probe body runs only where the IOMMU set-up of its device is complete.

import type { RuleReport } from '#checker/program/scene';
import { hasDriver, heard, isNamed, type Property } from './context.ts';

/** Judged where the probe body begins: later changes of the default domain are P6. */
export const readyBeforeProbe: Property = {
  id: 'P3',
  name: 'ready-before-probe',
  rule:
    'while the driver of a device behind an IOMMU probes, the device is in a group with a ' +
    'default domain and counts as its user',
  seen: 'a driver that binds before its device is in a group: direct DMA, then IOMMU faults',
  harm: 'memory',
  means:
    'the driver runs before its IOMMU does: its DMA reaches memory untranslated, and faults later',
  kind: 'at a program point',
  asked: {
    what: 'a driver that probes a client',
    events: ['driver-probe'],
    reads: ['device.iommu_group'],
    holds: (e, peek, ctx) => {
      if (e.name !== 'driver-probe') return false;
      const dev = ctx.device(e.dev);
      if (!ctx.isFocus(dev) || dev.data.iommus.length === 0) return false;
      return isNamed(ctx.world, dev.data) || peek.get(dev.handle, 'iommu_group') !== null;
    },
    fits: hasDriver,
  },
  make: (ctx) => ({
    id: 'P3',
    events: ['driver-probe'],
    reads: ['device.iommu_group', 'iommu_group.default_domain', 'iommu_group.owner_cnt'],
    onEvent: (state, run, peek) => {
      const e = heard(run);
      if (e.name !== 'driver-probe') return undefined;
      const dev = ctx.device(e.dev);
      if (dev.data.iommus.length === 0) return undefined;
      const report = (because: string, facts: RuleReport['facts']) => ({
        state,
        report: { subject: dev.data.name, because, facts },
      });
      const group = peek.get(dev.handle, 'iommu_group');
      if (!group) {
        if (!isNamed(ctx.world, dev.data)) return undefined;
        return report('its driver probes while dev->iommu_group is NULL', { group: null });
      }
      const domain = peek.get(group, 'default_domain');
      const owners = peek.get(group, 'owner_cnt');
      const facts = { group: group.name, domain: domain?.name ?? null, owners };
      if (!domain) return report('its driver probes while its group has no default domain', facts);
      if (owners === 0 && !dev.data.driver?.managedDma) {
        return report('its driver probes, but its group counts no user', facts);
      }
      return undefined;
    },
  }),
};
