// SPDX-License-Identifier: GPL-2.0-only
// C08: a probe that dropped the lock goes on although another finished or undid the device.

import { P5_REPORTS } from '#properties/p5-no-use-after-free';
import { perDevice } from './common.ts';
import { flagOf, INFLIGHT_EVENTS, stepInflight } from './inflight.ts';

/** Those in flight, for any device at all; `!` once one went on over another's finished work. */
export const c08 = perDevice('C08', () => ({
  events: [...INFLIGHT_EVENTS, 'probe-device'],
  watches: () => true,
  step(cell, e) {
    if (cell === '!') return cell;
    if (e.name !== 'probe-device') return stepInflight(cell, e);
    const flag = flagOf(cell, e.thread);
    return flag === 'g' || flag === 't' ? '!' : cell;
  },
  explains(cells, report) {
    if (cells.named.includes('!')) return true;
    if (!P5_REPORTS.includes(report.property)) return false;
    // Another undid the device behind the back of the thread that now touches what is gone.
    const thread = String(report.facts['thread'] ?? report.subject);
    return cells.some((cell) => cell === '!' || flagOf(cell, thread) !== null);
  },
}));
