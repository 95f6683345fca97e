// SPDX-License-Identifier: GPL-2.0-only
// P12: an IOMMU driver probes a device with all the ids that its firmware names.

import { heard, isNamed, type Property } from './context.ts';

/** What has been left out at that moment is never added: its streams fault, or pass unseen. */
export const allIds: Property = {
  id: 'P12',
  name: 'all-ids',
  rule: 'an IOMMU driver probes a device with all the stream ids that its firmware names',
  seen: 'IOMMU faults for some of the stream ids',
  harm: 'dead',
  means: 'the IOMMU knows some stream ids of the device only, and DMA with the others faults',
  kind: 'always',
  asked: {
    what: 'a client that is probed by its IOMMU with ids that firmware names',
    events: ['probe-device'],
    holds: (e, _peek, ctx) => {
      if (e.name !== 'probe-device') return false;
      const dev = ctx.device(e.dev);
      return ctx.isFocus(dev) && isNamed(ctx.world, dev.data);
    },
  },
  make: (ctx) => ({
    id: 'P12',
    events: ['fwspec-incomplete'],
    reads: [],
    onEvent: (state, run) => {
      const e = heard(run);
      if (e.name !== 'fwspec-incomplete') return undefined;
      const { have, want } = e;
      return {
        state,
        report: {
          subject: ctx.device(e.dev).data.name,
          because: `ops->probe_device() sees ${have} of its ${want} stream ids`,
          facts: { have, want, thread: e.thread },
        },
      };
    },
  }),
};
