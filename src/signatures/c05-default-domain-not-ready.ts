// SPDX-License-Identifier: GPL-2.0-only
// C05: a bind takes a group as ready although the walk has not given it a default domain yet.

import type { GroupHandle } from '#properties/context';
import { memberOf, perDevice } from './common.ts';

/** `u`: the device was counted as a user of a group that had no default domain. */
export const c05 = perDevice('C05', () => ({
  events: ['use-default-domain'],
  reads: ['device.iommu_group', 'iommu_group.default_domain'],
  step(cell, e, _d, peek) {
    const group = e.args[2] as GroupHandle | null;
    if (Number(e.args[1]) !== 0 || !group) return cell;
    return peek.get(group, 'default_domain') ? '' : 'u';
  },
  explains(cells, report, peek) {
    if (report.property === 'P3' || report.property === 'P11')
      return cells.of(report.subject) === 'u';
    if (report.property === 'P6') {
      return cells.some((cell, d) => cell === 'u' && memberOf(peek, d, report.subject));
    }
    return false;
  },
}));
