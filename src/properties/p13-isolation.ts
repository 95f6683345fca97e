// SPDX-License-Identifier: GPL-2.0-only
// P13: a group is what the IOMMU can tell apart: aliases are together, functions with ACS are not.

import type { Peek, RuleReport } from '#checker/program/scene';
import {
  type GroupHandle,
  heard,
  type Property,
  type RuleContext,
  type WatchedDevice,
} from './context.ts';

/**
 * Devices that use one requester id have to share a group, or one of them escapes its domain.
 * Functions of a slot that have ACS need not; where they share one all the same, or where one has a
 * group of its own while its ACS is off, that was decided before ACS was on.
 */
export const isolation: Property = {
  id: 'P13',
  name: 'isolation',
  rule: 'devices with one requester id share a group; functions that ACS can isolate do not',
  seen: 'functions that share a group though they need not, or no isolation',
  harm: 'isolation',
  means:
    'devices are in other groups than their hardware allows: too few can be assigned, or too many',
  kind: 'always',
  concerns: ({ devices }) => devices.some((d) => d.acs || d.alias !== undefined),
  asked: {
    what: 'two clients in groups that have one requester id, or one slot and ACS',
    events: ['group-set'],
    reads: ['device.iommu_group'],
    holds: (e, peek, ctx) => {
      if (e.name !== 'group-set') return false;
      const dev = ctx.device(e.dev);
      return ctx.clients.some((other) => {
        if (other === dev || peek.get(other.handle, 'iommu_group') === null) return false;
        if (!ctx.isFocus(dev) && !ctx.isFocus(other)) return false;
        const isSlot = dev.data.acs === true && dev.data.groupKey === other.data.groupKey;
        return isSlot || requester(dev) === requester(other);
      });
    },
  },
  make: (ctx) => ({
    id: 'P13',
    events: ['group-set'],
    reads: ['device.iommu_group', 'device.acs_enabled'],
    onEvent: (state, run, peek) => {
      const e = heard(run);
      if (e.name !== 'group-set') return undefined;
      const dev = ctx.device(e.dev);
      const group = e.group;
      const report = split(ctx, peek, dev, group) ?? merged(ctx, peek, dev, group);
      return report ? { state, report } : undefined;
    },
    atEnd: (peek) => ctx.clients.flatMap((dev) => exposed(ctx, peek, dev) ?? []),
  }),
};

/** A device with the same requester id is in another group already. */
function split(
  ctx: RuleContext,
  peek: Peek,
  dev: WatchedDevice,
  group: GroupHandle,
): RuleReport | null {
  const id = requester(dev);
  for (const other of ctx.clients) {
    if (other === dev || requester(other) !== id) continue;
    const theirs = peek.get(other.handle, 'iommu_group');
    if (!theirs || theirs.name === group.name) continue;
    const name = other.data.name;
    const because = `its DMA looks like that of ${name}, which is in another group`;
    return { subject: dev.data.name, because, facts: { kind: 'alias', other: name } };
  }
  return null;
}

function requester(d: WatchedDevice): string {
  return d.data.alias ?? d.data.name;
}

/** A function with ACS is put into the group of another one. */
function merged(
  ctx: RuleContext,
  peek: Peek,
  dev: WatchedDevice,
  group: GroupHandle,
): RuleReport | null {
  if (!dev.data.acs) return null;
  const mate = ctx.clients.find(
    (d) => d !== dev && d.data.acs && peek.get(d.handle, 'iommu_group')?.name === group.name,
  );
  if (!mate) return null;
  const other = mate.data.name;
  const because = `shares the group of ${other}, as ACS was off when the group was chosen`;
  return { subject: dev.data.name, because, facts: { kind: 'acs', other } };
}

/** A function has a group of its own, and its ACS is off. */
function exposed(ctx: RuleContext, peek: Peek, dev: WatchedDevice): RuleReport | null {
  if (!dev.data.acs || peek.get(dev.handle, 'acs_enabled')) return null;
  const group = peek.get(dev.handle, 'iommu_group');
  if (!group) return null;
  const mate = ctx.clients.find((d) => {
    if (d === dev || d.data.groupKey !== dev.data.groupKey) return false;
    const theirs = peek.get(d.handle, 'iommu_group');
    return theirs !== null && theirs.name !== group.name;
  });
  if (!mate) return null;
  const other = mate.data.name;
  const because = `has a group of its own, but its ACS is off: it reaches ${other} past the IOMMU`;
  return { subject: dev.data.name, because, facts: { kind: 'acs', other } };
}
