// SPDX-License-Identifier: GPL-2.0-only
// C13: an instance that is not ready is accepted because an earlier specifier made dev->iommu.

import { isOrder, perDevice } from './common.ts';
import { INFLIGHT_EVENTS, stepInflight } from './inflight.ts';

/** The list of those in flight; `!` once accepted where nobody but the bind itself is at work. */
export const c13 = perDevice('C13', () => ({
  events: [...INFLIGHT_EVENTS, 'not-ready-accepted'],
  step(cell, e) {
    if (cell === '!') return cell;
    if (e.name !== 'not-ready-accepted') return stepInflight(cell, e);
    return cell === '' ? '!' : cell;
  },
  explains: (cells, report) =>
    (isOrder(report) && cells.named.includes('!')) ||
    (['P1', 'P3', 'P6', 'P10', 'P11'].includes(report.property) &&
      cells.of(report.subject) === '!'),
}));
