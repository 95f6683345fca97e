// SPDX-License-Identifier: GPL-2.0-only
// C14: a bind takes the half-done probe of another thread for its own, and goes on without group.

import { perDevice } from './common.ts';
import { INFLIGHT_EVENTS, othersInflight, stepInflight } from './inflight.ts';

/**
 * Those in flight; one that succeeded stays listed, for its warning comes a moment later. `!` once
 * a bind found no group to use (or its probe body ran without one) while another was in flight, or
 * a driver turned out to have been set since the one in flight looked.
 */
export const c14 = perDevice('C14', () => ({
  events: [...INFLIGHT_EVENTS, 'use-default-domain', 'driver-probe', 'late-warn'],
  reads: ['device.iommu_group'],
  step(cell, e, d, peek) {
    if (cell === '!') return cell;
    if (e.name === 'use-default-domain') {
      return e.args[2] === null && othersInflight(cell, e.thread) ? '!' : cell;
    }
    if (e.name === 'driver-probe') {
      const early = othersInflight(cell, e.thread) && peek.get(d.handle, 'iommu_group') === null;
      return early ? '!' : cell;
    }
    if (e.name === 'late-warn') return cell === '' || e.args[1] === 'replay' ? cell : '!';
    if (e.name === 'init-end' && Number(e.args[2]) === 0) return cell;
    return stepInflight(cell, e);
  },
  explains: (cells, report) =>
    ['P1', 'P3', 'P10', 'P11'].includes(report.property) && cells.about.includes('!'),
}));
