// SPDX-License-Identifier: GPL-2.0-only
// P2: devices behind one IOMMU get their group ids in bus order, once they can be probed.

import type { Peek } from '#checker/program/scene';
import {
  type GroupHandle,
  heard,
  instancesOf,
  type Property,
  type RuleContext,
  type WatchedDevice,
} from './context.ts';

/**
 * Ids are smallest-free and never taken back while a group lives, so the order is lost at the
 * moment a device gets a group whose id is above that of a group which only later devices are in.
 * Judging it there, and not at the end of the run, gives shorter schedules.
 *
 *   bus list  a   b        ids  b: 0, then a: 1   -> broken when a gets 1
 *
 * In which order IOMMUs register is up to their drivers. While one of its IOMMUs is not listed, a
 * device can not be probed: who gets a group meanwhile has not overtaken it.
 */
export const groupOrder: Property = {
  id: 'P2',
  name: 'group-order',
  rule: 'devices behind one IOMMU get their group ids in bus order, once they can be probed',
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
  make: (ctx) => {
    const several = ctx.clientsOfSeveral;
    const initial: Waits = { unlisted: several.length > 0 ? ctx.unlisted : [], ahead: [] };
    return {
      id: 'P2',
      events: ['group-set', ...ctx.listingEvents],
      reads: ['device.iommu_group', 'iommu_group.id'],
      initial: JSON.stringify(initial),
      onEvent: (state, run, peek) => {
        const e = heard(run);
        const waits = several.length > 0 ? (JSON.parse(state as string) as Waits) : initial;
        if (e.name !== 'group-set') {
          const unlisted = ctx.unlistedAfter(waits.unlisted, e);
          return { state: JSON.stringify({ ...waits, unlisted }) };
        }
        const dev = ctx.device(e.dev);
        const { group, id, by } = e;
        const overtaken = overtaker(ctx, peek, dev, waits, group, id, by);
        const next = JSON.stringify(waitsAfter(ctx, peek, dev, waits, group));
        if (!overtaken) return next === state ? undefined : { state: next };
        const other = overtaken.dev.data.name;
        return {
          state: next,
          report: {
            subject: dev.data.name,
            because: `got group ${id}; ${other}, later on the bus list, has group ${overtaken.id}`,
            facts: { by, id, other, otherId: overtaken.id },
          },
        };
      },
    };
  },
};

/** Instances that are not listed, and which group came while which device waited for one. */
interface Waits {
  readonly unlisted: readonly string[];
  readonly ahead: readonly string[];
}

/** That @group came while the device waited, as a text. */
function aheadOf({ data }: WatchedDevice, group: GroupHandle): string {
  return `${group.name} while ${data.name} waited`;
}

/** @waits after @dev has got @group. */
function waitsAfter(
  ctx: RuleContext,
  peek: Peek,
  dev: WatchedDevice,
  waits: Waits,
  group: GroupHandle,
): Waits {
  const waiting = ctx.clientsOfSeveral.filter(
    (d) =>
      d.position < dev.position &&
      instancesOf(d).some((name) => waits.unlisted.includes(name)) &&
      peek.get(d.handle, 'iommu_group') === null,
  );
  const ahead = new Set([...waits.ahead, ...waiting.map((d) => aheadOf(d, group))]);
  return { ...waits, ahead: [...ahead].sort() };
}

/** The device behind dev on the list whose group, all of it behind dev, has a smaller id. */
function overtaker(
  ctx: RuleContext,
  peek: Peek,
  dev: WatchedDevice,
  { ahead }: Waits,
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
    if (ahead.includes(aheadOf(dev, theirs))) continue;
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
