// SPDX-License-Identifier: GPL-2.0-only
// C23: a client still waits although nothing that it waits for is to come.

import type { GroupHandle } from '#properties/context';
import { perDevice } from './common.ts';

/** No state: its group, if it has one, is complete, so a retry would bind the driver. */
export const c23 = perDevice('C23', (ctx) => ({
  events: [],
  reads: ['device.iommu_group', 'iommu_group.default_domain'],
  step: (cell) => cell,
  explains(_cells, report, peek) {
    if (report.property !== 'P7') return false;
    const d = ctx.clients.find((x) => x.data.name === report.subject);
    const group = d && (peek.get(d.handle, 'iommu_group') as GroupHandle | null);
    return d !== undefined && (!group || peek.get(group, 'default_domain') !== null);
  },
}));
