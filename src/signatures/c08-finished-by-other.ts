// SPDX-License-Identifier: GPL-2.0-only
// C08: a probe that dropped the lock goes on although another finished or undid the device.

import { P5_REPORTS } from '#properties/p5-no-use-after-free';
import { perDevice } from './common.ts';
import { flagOf, INFLIGHT_EVENTS, stepInflight } from './inflight.ts';

/** The list of those in flight; `!` in front once one went on over another's finished work. */
export const c08 = perDevice('C08', () => ({
  events: [...INFLIGHT_EVENTS, 'probe-device'],
  step(cell, e) {
    if (cell.startsWith('!')) return cell;
    if (e.name !== 'probe-device') return stepInflight(cell, e);
    const flag = flagOf(cell, e.thread);
    return flag === 'g' || flag === 't' ? '!' : cell;
  },
  explains(cells, report) {
    if (cells.named.some((cell) => cell.startsWith('!'))) return true;
    // The other undid the device, and this one touches what is gone.
    return (
      P5_REPORTS.includes(report.property) &&
      cells.some((cell) => /=[gt]/.test(cell) || cell === '!')
    );
  },
}));
