// SPDX-License-Identifier: GPL-2.0-only
// P6: the default domain of a group does not change under a driver that uses it.

import { hasDriver, heard, type Property } from './context.ts';

/** A driver counts itself in owner_cnt before it maps anything. */
export const stableDomain: Property = {
  id: 'P6',
  name: 'stable-domain',
  rule: 'the default domain of a group does not change while a driver counts as its user',
  seen: 'IOMMU faults when the domain is switched under a driver',
  harm: 'memory',
  means: 'buffers that the driver has mapped are in a domain that is gone: its DMA goes astray',
  kind: 'always',
  asked: {
    what: 'a driver that counts as a user of its group',
    events: ['use-default-domain'],
    holds: (e, _peek, ctx) => {
      if (e.name !== 'use-default-domain') return false;
      const counts = e.errno === 0 && e.group !== null;
      return counts && ctx.isFocus(ctx.device(e.dev));
    },
    fits: hasDriver,
  },
  make: () => ({
    id: 'P6',
    events: ['default-domain-set'],
    reads: ['iommu_group.owner_cnt'],
    onEvent: (state, run, peek) => {
      const e = heard(run);
      if (e.name !== 'default-domain-set') return undefined;
      const group = e.group;
      const owners = peek.get(group, 'owner_cnt');
      if (owners === 0) return undefined;
      return {
        state,
        report: {
          subject: group.name,
          because: 'group->default_domain was stored while drivers use the group',
          facts: { owners, thread: e.thread },
        },
      };
    },
  }),
};
