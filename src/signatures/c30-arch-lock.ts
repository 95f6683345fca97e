// SPDX-License-Identifier: GPL-2.0-only
// C30: a lock of architecture code is taken around a registration, and wanted within it.

import type { WindowSignature } from './common.ts';

/** The cycle itself tells: no other code takes the lock. */
export const c30: WindowSignature = {
  window: 'C30',
  make: () => ({
    window: 'C30',
    events: [],
    reads: [],
    initial: null,
    step: (state) => state,
    explains: (_state, report) =>
      ['deadlock', 'lock-order'].includes(report.property) &&
      /dmar_global_lock/.test(`${report.subject} ${report.because}`),
  }),
};
