// SPDX-License-Identifier: GPL-2.0-only
// P4: each device is probed by its IOMMU at most once per lifetime of its dev->iommu.

import type { Value } from '#env/op';
import { heard, type Property } from './context.ts';

/**
 * State: for each device by position, the dev_iommu that was last probed. It names an object that
 * the device points at anyway, so it hardly adds to the number of states.
 */
export const probedOnce: Property = {
  id: 'P4',
  name: 'probed-once',
  rule: 'each device is probed by its IOMMU at most once in the lifetime of its dev->iommu',
  seen: 'a device that is probed twice: duplicate stream table entries',
  harm: 'dead',
  means: 'the IOMMU driver sets the device up twice, and may refuse it the second time',
  kind: 'always',
  asked: {
    what: 'a client that is probed by its IOMMU',
    events: ['probe-device'],
    holds: (e, _peek, ctx) => e.name === 'probe-device' && ctx.isFocus(ctx.device(e.dev)),
  },
  make: (ctx) => ({
    id: 'P4',
    events: ['probe-device'],
    reads: ['device.iommu'],
    initial: ctx.devices.map(() => null),
    onEvent: (state, run, peek) => {
      const e = heard(run);
      if (e.name !== 'probe-device') return undefined;
      const dev = ctx.device(e.dev);
      const last = (state as readonly (string | null)[])[dev.position];
      const now = peek.get(dev.handle, 'iommu')?.name ?? null;
      const next = (state as readonly Value[]).map((x, i) => (i === dev.position ? now : x));
      if (now === null || last !== now) return { state: next };
      return {
        state: next,
        report: {
          subject: dev.data.name,
          because: 'ops->probe_device() ran twice on the same dev->iommu',
          facts: { by: e.by, thread: e.thread },
        },
      };
    },
  }),
};
