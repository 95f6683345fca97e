// SPDX-License-Identifier: GPL-2.0-only
// P10: at the end, a group counts as many users as it has members with a driver.

import type { RuleReport } from '#checker/program/scene';
import { type GroupHandle, heard, type Property, type WatchedDevice } from './context.ts';

/** A driver that manages DMA itself does not count, unless it has claimed the group. */
export const ownerBalance: Property = {
  id: 'P10',
  name: 'owner-balance',
  rule: 'once the system is settled, a group counts one user for each member with a driver',
  seen: 'WARN_ON(!group->owner_cnt), or a group that stays in use: -EBUSY for VFIO',
  harm: 'isolation',
  means: 'the group counts as free while a driver uses it, or as used when none does',
  kind: 'at end',
  asked: {
    what: 'a client that is in a group when all is settled',
    readsAtEnd: ['device.iommu_group'],
    atEnd: (peek, ctx) =>
      ctx.remaining.some((d) => ctx.isFocus(d) && peek.get(d.handle, 'iommu_group') !== null),
  },
  make: (ctx) => ({
    id: 'P10',
    // Heard only where it matters; the state is the groups that were claimed, by name.
    events: ctx.devices.some((d) => d.data.driver?.managedDma) ? ['dma-owner'] : [],
    reads: [],
    readsAtEnd: ['device.iommu_group', 'device.driver', 'iommu_group.owner_cnt'],
    initial: '',
    onEvent: (state, run) => {
      const e = heard(run);
      if (e.name !== 'dma-owner' || e.errno !== 0) return undefined;
      return { state: `${state as string};${e.group}` };
    },
    atEnd: (peek, state) => {
      const claimed = String(state).split(';');
      const members = new Map<GroupHandle, WatchedDevice[]>();
      for (const dev of ctx.remaining) {
        const group = peek.get(dev.handle, 'iommu_group');
        if (group) members.set(group, [...(members.get(group) ?? []), dev]);
      }
      const reports: RuleReport[] = [];
      for (const [group, devices] of members) {
        const users = devices.filter(
          (d) => peek.get(d.handle, 'driver') !== null && !d.data.driver?.managedDma,
        );
        const owners = peek.get(group, 'owner_cnt') - (claimed.includes(`${group}`) ? 1 : 0);
        if (owners === users.length) continue;
        reports.push({
          subject: (users[0] ?? devices[0])?.data.name ?? group.name,
          because: `group counts ${counted(owners)}, but ${withDriver(users.length)}`,
          facts: { group: group.name, owners, users: users.length },
        });
      }
      return reports;
    },
  }),
};

/** `1 user`, `2 users`. */
function counted(owners: number): string {
  return owners === 1 ? '1 user' : `${owners} users`;
}

function withDriver(users: number): string {
  if (users === 0) return 'none of its members has a driver';
  return users === 1 ? 'one of its members has a driver' : `${users} of its members have a driver`;
}
