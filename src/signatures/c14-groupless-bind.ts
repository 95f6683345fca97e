// SPDX-License-Identifier: GPL-2.0-only
// C14: a bind takes the half-done probe of another thread for its own, and goes on without group.

import { perDevice } from './common.ts';
import { flagOf, INFLIGHT_EVENTS, othersInflight, stepInflight } from './inflight.ts';

/**
 * Those in flight; one that succeeded stays listed, for its warning comes a moment later. `!` once
 * the driver's probe body ran without a group while another was in flight, or one in flight found
 * that a driver had been set since it looked.
 */
export const c14 = perDevice('C14', () => ({
  events: [...INFLIGHT_EVENTS, 'driver-probe', 'late-warn'],
  reads: ['device.iommu_group'],
  step(cell, e, d, peek) {
    if (cell === '!') return cell;
    if (e.name === 'driver-probe') {
      const early = othersInflight(cell, e.thread) && peek.get(d.handle, 'iommu_group') === null;
      return early ? '!' : cell;
    }
    if (e.name === 'late-warn') return flagOf(cell, e.thread) !== null ? '!' : cell;
    if (e.name === 'init-end' && Number(e.args[2]) === 0) return cell;
    return stepInflight(cell, e);
  },
  explains: (cells, report) =>
    ['P1', 'P3', 'P10'].includes(report.property) && cells.of(report.subject) === '!',
}));
