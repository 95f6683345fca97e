// SPDX-License-Identifier: GPL-2.0-only
// P1: the kernel never warns that an IOMMU probe came late.

import { heard, isNamed, type Property } from './context.ts';

/** The WARN alone does not tell which window it was; signatures do. */
export const lateWarn: Property = {
  id: 'P1',
  name: 'no-late-probe',
  rule: 'no device is probed by its IOMMU while a driver is already being bound to it',
  seen: 'late IOMMU probe at driver bind, something fishy here!',
  harm: 'warning',
  means: 'the kernel prints a warning, and the group of the device is made out of turn',
  kind: 'always',
  asked: {
    what: 'a client with a driver that is probed by its IOMMU',
    events: ['probe-device'],
    holds: (e, _peek, ctx) => {
      if (e.name !== 'probe-device') return false;
      const dev = ctx.device(e.dev);
      return ctx.isFocus(dev) && dev.data.driver !== null && isNamed(ctx.world, dev.data);
    },
  },
  make: (ctx) => ({
    id: 'P1',
    events: ['late-warn'],
    reads: [],
    onEvent: (state, run) => {
      const e = heard(run);
      if (e.name !== 'late-warn') return undefined;
      const dev = ctx.device(e.dev);
      if (!isNamed(ctx.world, dev.data)) return undefined;
      return {
        state,
        report: {
          subject: dev.data.name,
          because: 'late IOMMU probe at driver bind, something fishy here!',
          facts: { by: e.by, thread: e.thread },
        },
      };
    },
  }),
};
