// SPDX-License-Identifier: GPL-2.0-only
// C10: the walk meets a client whose bind is under way, and leaves it without firmware data.

import { isOrder, ownWalk, perDevice } from './common.ts';

/**
 * `o`: visited by a walk of an IOMMU of the device. `k`: that walk found a driver set and did not
 * parse firmware. `s`: for want of firmware data it found no ops, and gave the device up.
 */
export const c10 = perDevice('C10', (ctx) => ({
  events: ['walk-visit', 'configure-skipped', 'ops-missing'],
  step(cell, e, d) {
    if (e.name === 'walk-visit') {
      if (ownWalk(ctx, d, e.args[1])) return 'o';
      return cell === 's' ? cell : '';
    }
    if (e.args[1] !== 'walk') return cell;
    if (e.name === 'configure-skipped') return cell === 'o' ? 'k' : cell;
    return cell === 'k' ? 's' : cell;
  },
  explains(cells, report) {
    if (isOrder(report)) return cells.named.includes('s');
    return (
      ['P1', 'P3', 'P8', 'P10', 'P11'].includes(report.property) && cells.of(report.subject) === 's'
    );
  },
}));
