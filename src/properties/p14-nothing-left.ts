// SPDX-License-Identifier: GPL-2.0-only
// P14: a device that is released has given its dev->iommu back.

import { heard, type Property } from './context.ts';

/** What is left then belongs to nobody: kmemleak reports it. */
export const nothingLeft: Property = {
  id: 'P14',
  name: 'nothing-left',
  rule: 'a device that could not be added has no dev->iommu when its last reference is dropped',
  seen: 'kmemleak: unreferenced object',
  harm: 'order',
  means: 'memory is lost each time that a device can not be added',
  kind: 'always',
  concerns: ({ threads }) => threads.some((t) => t.kind === 'mock-add'),
  asked: {
    what: 'a device that could not be added and is released',
    events: ['device-released'],
    holds: (e, _peek, ctx) => e.name === 'device-released' && ctx.isFocus(ctx.device(e.dev)),
  },
  make: (ctx) => ({
    id: 'P14',
    events: ['device-released'],
    reads: ['device.iommu'],
    onEvent: (state, run, peek) => {
      const e = heard(run);
      if (e.name !== 'device-released') return undefined;
      const dev = ctx.device(e.dev);
      if (peek.get(dev.handle, 'iommu') === null) return undefined;
      const because = 'is released, and its dev->iommu is still allocated';
      return { state, report: { subject: dev.data.name, because, facts: {} } };
    },
  }),
};
