// SPDX-License-Identifier: GPL-2.0-only
// C18: an IOMMU driver is called back by its own registration before it is prepared for that.

import { isSmmu, perDevice } from './common.ts';

/** `n`: the driver has not found its instance, which is not bound. Its oops tells itself. */
export const c18 = perDevice('C18', (ctx) => ({
  events: ['instance-not-found'],
  step: (cell, e) => (isSmmu(ctx, e.args[1]) ? cell : 'n'),
  explains(cells, report) {
    if (report.property === 'oops') {
      return /^mtk_iommu_device_group\(/.test(String(report.facts['error']));
    }
    const known = ['P1', 'P2', 'P3', 'P7', 'P8', 'P10', 'P11'].includes(report.property);
    return known && cells.of(report.subject) === 'n';
  },
}));
