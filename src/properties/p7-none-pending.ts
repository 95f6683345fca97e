// SPDX-License-Identifier: GPL-2.0-only
// P7: once its IOMMU is bound and the system is settled, no client waits to be probed again.

import type { RuleReport } from '#checker/program/scene';
import type { Value } from '#env/op';
import type { Property, WatchedDeferredFields } from './context.ts';
import { DEFERRED_WORKER, hasDriver, isHandle } from './context.ts';

/** What the machine calls a thread that waits for ever. */
export const P7_REPORTS: readonly string[] = ['lost-wake-up'];

/** The deferred lists are looked at where nothing can run any more. */
export const nonePending: Property = {
  id: 'P7',
  name: 'none-pending-at-end',
  rule: 'once its IOMMU is bound and the system is settled, no client is left on the deferred list',
  seen: 'a device that stays in devices_deferred',
  harm: 'dead',
  means: 'the device stays deferred, and its driver never runs',
  kind: 'at end',
  asked: {
    what: 'a client that waits for its IOMMU, and is bound when it is probed again',
    events: ['bound'],
    holds: (e, _peek, ctx) => {
      if (e.name !== 'bound') return false;
      const dev = ctx.device(e.dev);
      return ctx.isFocus(dev) && e.thread === DEFERRED_WORKER;
    },
    fits: hasDriver,
  },
  make: (ctx) => ({
    id: 'P7',
    events: [],
    reads: [],
    readsAtEnd: [
      'deferred_probe.pending',
      'deferred_probe.active',
      'device.driver',
      'device.iommu_group',
    ],
    atEnd: (peek) => {
      if (!ctx.deferred) return undefined;
      const lists: (keyof WatchedDeferredFields)[] = ['pending', 'active'];
      const waiting = lists.flatMap((name) => [...peek.get(ctx.deferred!, name)]);
      const reports: RuleReport[] = [];
      for (const dev of ctx.clients) {
        const left = waiting.some((x: Value) => isHandle(x) && x.name === dev.handle.name);
        if (!left || !ctx.iommusBound(peek, dev)) continue;
        reports.push({
          subject: dev.data.name,
          because: 'its IOMMU is bound, everything is settled, and its probe is still deferred',
          facts: { group: peek.get(dev.handle, 'iommu_group')?.name ?? null },
        });
      }
      return reports;
    },
  }),
};
