// SPDX-License-Identifier: GPL-2.0-only
// C36: a walk runs the bind's half of dma_configure, and counts itself as a user of the group.

import { perDevice } from './common.ts';
import { flagOf, INFLIGHT_EVENTS, LOCK_DROPPED, stepInflight } from './inflight.ts';

/**
 * Those in flight; `!` once one of them counted itself as a user. It dropped the lock for a device
 * without driver; then a bind set the driver, dma_configure read it, and as another walk had
 * finished the device meanwhile there was a group to count in. Nobody ever takes it back.
 */
export const c36 = perDevice(
  'C36',
  () => ({
    events: [...INFLIGHT_EVENTS, 'use-default-domain'],
    step(cell, e) {
      if (cell === '!') return cell;
      if (e.name !== 'use-default-domain') return stepInflight(cell, e);
      const counted = Number(e.args[1]) === 0 && e.args[2] !== null;
      return counted && flagOf(cell, e.thread) !== null ? '!' : cell;
    },
    explains: (cells, report) => report.property === 'P10' && cells.about.includes('!'),
  }),
  { rules: ['P10'], begins: LOCK_DROPPED },
);
