// SPDX-License-Identifier: GPL-2.0-only
// P2: devices behind one IOMMU get their group ids in the order of the bus list.

import type { Peek } from '#checker/program/scene';
import {
  type GroupHandle,
  heard,
  type Property,
  type RuleContext,
  type WatchedDevice,
} from './context.ts';

/**
 * Ids are smallest-free and never taken back while a group lives, so the order is lost at the
 * moment a device gets a group whose id is above that of a group which only later devices are in.
 * Judging it there, and not at the end of the run, needs no state and gives shorter schedules.
 *
 *   bus list  a   b        ids  b: 0, then a: 1   -> broken when a gets 1
 */
export const groupOrder: Property = {
  id: 'P2',
  name: 'group-order',
  rule: 'devices behind one IOMMU get their group ids in the order of the bus list',
  seen: 'group ids out of bus order',
  harm: 'order',
  means: 'group numbers differ from boot to boot, so what is set up by number hits another device',
  kind: 'always',
  asked: {
    what: 'two clients behind one IOMMU that are in groups of their own',
    events: ['group-set'],
    reads: ['device.iommu_group'],
    holds: (e, peek, ctx) => {
      if (e.name !== 'group-set') return false;
      const dev = ctx.device(e.dev);
      const { group } = e;
      return ctx.clients.some((other) => {
        if (other === dev || !ctx.comparable(dev, other)) return false;
        if (!ctx.isFocus(dev) && !ctx.isFocus(other)) return false;
        const theirs = peek.get(other.handle, 'iommu_group');
        return theirs !== null && theirs.name !== group.name;
      });
    },
    fits: ({ devices }) =>
      new Set(devices.filter((d) => d.iommus.length > 0).map((d) => d.groupKey)).size > 1,
  },
  holdsWith: 'client beside two walks',
  make: (ctx) => ({
    id: 'P2',
    events: ['group-set'],
    reads: ['device.iommu_group', 'iommu_group.id'],
    onEvent: (state, run, peek) => {
      const e = heard(run);
      if (e.name !== 'group-set') return undefined;
      const dev = ctx.device(e.dev);
      const group = e.group;
      const id = e.id;
      const ahead = overtaker(ctx, peek, dev, group, id, e.by);
      if (!ahead) return undefined;
      const other = ahead.dev.data.name;
      return {
        state,
        report: {
          subject: dev.data.name,
          because: `got group ${id}; ${other}, later on the bus list, has group ${ahead.id}`,
          facts: { by: e.by, id, other, otherId: ahead.id },
        },
      };
    },
  }),
};

/** The device behind dev on the list whose group, all of it behind dev, has a smaller id. */
function overtaker(
  ctx: RuleContext,
  peek: Peek,
  dev: WatchedDevice,
  group: GroupHandle,
  id: number,
  by: string,
): { dev: WatchedDevice; id: number } | undefined {
  for (const other of ctx.clients) {
    if (other.position <= dev.position || !ctx.comparable(dev, other)) continue;
    // A device added while the walk runs counts only against devices which that walk still met.
    if (!other.data.present && (!dev.data.present || by !== 'walk')) continue;
    const theirs = peek.get(other.handle, 'iommu_group');
    if (!theirs || theirs.name === group.name) continue;
    const otherId = peek.get(theirs, 'id');
    if (otherId >= id) continue;
    const first = ctx.clients.find((d) => inGroup(peek, d, theirs));
    if (first && first.position > dev.position) return { dev: other, id: otherId };
  }
  return undefined;
}

function inGroup(peek: Peek, d: WatchedDevice, group: GroupHandle): boolean {
  return peek.get(d.handle, 'iommu_group')?.name === group.name;
}
