// SPDX-License-Identifier: GPL-2.0-only
// C20: a walk that failed has left a group on its list, which is gone; no other one takes it up.

import type { GroupHandle } from '#properties/context';
import { perDevice } from './common.ts';

/** No state: the entry of the group points to a list that is dead. */
export const c20 = perDevice('C20', (ctx) => {
  const concerned = ctx.world.devices.some((d) => d.probeError);
  return {
    events: [],
    // Declared only where a walk can fail: what is read makes its writers visible.
    reads: concerned ? ['device.iommu_group', 'iommu_group.entry', 'list_head.alive'] : [],
    step: (cell) => cell,
    explains(_cells, report, peek) {
      if (!concerned || !['P3', 'P6', 'P7', 'P11'].includes(report.property)) return false;
      const d = ctx.clients.find((x) => x.data.name === report.subject);
      const group = d && (peek.get(d.handle, 'iommu_group') as GroupHandle | null);
      if (!group) return false;
      const list = peek.get(group, 'entry');
      return list !== null && !peek.alive(list);
    },
  };
});
