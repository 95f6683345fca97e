// SPDX-License-Identifier: GPL-2.0-only
// C15: a foreign walk frees dev->iommu under the walk of the device's own IOMMU, which skips it.

import { isOrder, ownWalk, perDevice } from './common.ts';
import { flagOf, INFLIGHT_EVENTS, LOCK_DROPPED, stepInflight } from './inflight.ts';

/** Threads that walk for an IOMMU of the device, `|`, those in flight. `!`: such a walk gave up. */
export const c15 = perDevice(
  'C15',
  (ctx) => ({
    events: [...INFLIGHT_EVENTS, 'walk-visit'],
    initial: () => '|',
    step(cell, e, d) {
      if (cell === '!') return cell;
      const at = cell.indexOf('|');
      const owners = cell.slice(0, at);
      const inflight = cell.slice(at + 1);
      if (e.name === 'walk-visit') {
        const others = owners.split(';').filter((name) => name !== '' && name !== e.thread);
        const next = ownWalk(ctx, d, e.args[1]) ? [...others, e.thread].sort() : others;
        return `${next.join(';')}|${inflight}`;
      }
      // A bind that finds dev->iommu gone takes itself for the only one at work on the device.
      const lost = owners.split(';').some((name) => flagOf(inflight, name) === 't');
      if (e.name === 'group-set' && e.args[3] !== 'walk' && lost) return '!';
      const torn = e.name === 'init-end' && flagOf(inflight, e.thread) === 't';
      if (torn && Number(e.args[2]) !== 0 && owners.split(';').includes(e.thread)) return '!';
      return `${owners}|${stepInflight(inflight, e)}`;
    },
    explains: (cells, report) =>
      (isOrder(report) && cells.named.includes('!')) ||
      (['P1', 'P3', 'P8', 'P11'].includes(report.property) && cells.of(report.subject) === '!'),
  }),
  { begins: LOCK_DROPPED },
);
