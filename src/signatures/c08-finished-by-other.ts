// SPDX-License-Identifier: GPL-2.0-only
// C08: a probe that dropped the lock goes on although another finished or undid the device.

import { P5_REPORTS } from '#properties/p5-no-use-after-free';
import { perDevice } from './common.ts';
import { flagOf, INFLIGHT_EVENTS, LOCK_DROPPED, stepInflight } from './inflight.ts';

/** Those in flight; `!` once one went on over another's finished work. */
export const c08 = perDevice(
  'C08',
  () => ({
    events: [...INFLIGHT_EVENTS, 'probe-device'],
    reads: ['device.iommu_group'],
    step(cell, e, d, peek) {
      if (cell === '!') return cell;
      if (e.name !== 'probe-device') return stepInflight(cell, e);
      const finished = peek.get(d.handle, 'iommu_group') !== null;
      return finished && flagOf(cell, e.thread) !== null ? '!' : cell;
    },
    explains(cells, report) {
      if (cells.named.includes('!')) return true;
      if (!P5_REPORTS.includes(report.property)) return false;
      // Another undid the device in the gap; that may be a device which no signature watches.
      if (GONE_IN_INIT.test(String(report.facts['error'] ?? ''))) return true;
      const thread = String(report.facts['thread'] ?? report.subject);
      return cells.some((cell) => cell === '!' || flagOf(cell, thread) !== null);
    },
  }),
  { begins: LOCK_DROPPED },
);

const GONE_IN_INIT = /^iommu_init_device\(.*\): dev->iommu is NULL$/;
