// SPDX-License-Identifier: GPL-2.0-only
// P10: at the end, a group counts as many users as it has members with a driver.

import type { RuleReport } from '#checker/scene';
import type { GroupHandle, Property, WatchedDevice } from './context.ts';

/** A driver that manages DMA itself does not count. */
export const ownerBalance: Property = {
  id: 'P10',
  name: 'owner-balance',
  rule: 'once the system is settled, a group counts one user for each member with a driver',
  kind: 'at end',
  make: (ctx) => ({
    id: 'P10',
    events: [],
    reads: [],
    atEnd: (peek) => {
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
        const owners = peek.get(group, 'owner_cnt');
        if (owners === users.length) continue;
        reports.push({
          subject: (users[0] ?? devices[0])?.data.name ?? group.name,
          because: `group counts ${owners} users, but ${users.length} of its members have a driver`,
          facts: { group: group.name, owners, users: users.length },
        });
      }
      return reports;
    },
  }),
};
