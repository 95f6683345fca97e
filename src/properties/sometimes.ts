// SPDX-License-Identifier: GPL-2.0-only
// Proofs that a world is not vacuous: in some run it binds, defers, retries and groups.

import type { RunEvent, Sometimes } from '#checker/program/scene';
import { aboutOf, type EventName } from '#env/events';
import { DEFERRED_WORKER, type HeardEvent, heard, type RuleContext } from './context.ts';

/** What every world must show in at least one run, about the devices in its focus. */
export const REQUIRED: readonly string[] = ['binds', 'defers', 'retries', 'groups'];

/** Short names of what is to happen at least once, with how to see it. */
export function sometimesFor(ctx: RuleContext): Sometimes[] {
  const focus = (e: RunEvent): boolean => {
    const d = ctx.watched(aboutOf(e));
    return d !== undefined && ctx.world.focus.includes(d.data.name);
  };
  const seen = <N extends EventName>(
    id: string,
    event: N,
    also: (e: HeardEvent<N>) => boolean = () => true,
  ) => ({
    id,
    events: [event],
    holds: (e: RunEvent) => focus(e) && also(heard(e) as HeardEvent<N>),
  });
  return [
    seen('binds', 'bound'),
    seen('defers', 'deferred'),
    seen('retries', 'bound', (e) => e.thread === DEFERRED_WORKER),
    seen('groups', 'group-set'),
    seen('grouped-by-walk', 'group-set', (e) => e.by === 'walk'),
    seen('grouped-by-notifier', 'group-set', (e) => e.by === 'notifier'),
    seen('grouped-by-replay', 'group-set', (e) => e.by === 'replay'),
    seen('visited-by-walk', 'walk-visit'),
    seen('configured-by-walk', 'configure-begin', (e) => e.by === 'walk'),
    seen('driver-set-at-visit', 'configure-skipped', (e) => e.by === 'walk'),
    seen('deferred-while-registering', 'not-ready-deferred'),
    seen('fwspec-found-at-bind', 'fwspec-found'),
    seen('flag-lost', 'flag-lost'),
    {
      id: 'waits-half-probed',
      events: ['deferred'],
      reads: ['device.iommu', 'device.iommu_group'],
      subjects: ctx.devices
        .filter((d) => ctx.world.focus.includes(d.data.name))
        .map((d) => d.handle),
      holds: (e, peek) => {
        const d = ctx.watched(aboutOf(e));
        if (d === undefined || !focus(e)) return false;
        return peek.get(d.handle, 'iommu') !== null && peek.get(d.handle, 'iommu_group') === null;
      },
    },
    seen('ready', 'use-default-domain', (e) => e.errno === 0 && e.group !== null),
  ];
}
