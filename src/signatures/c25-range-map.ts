// SPDX-License-Identifier: GPL-2.0-only
// C25: two threads set and free one device's dma_range_map without a lock.

import type { WindowSignature } from './common.ts';

/** No lock guards the map, so that it is the map which was freed tells the window. */
export const c25: WindowSignature = {
  window: 'C25',
  make: () => ({
    window: 'C25',
    events: [],
    reads: [],
    initial: null,
    step: (state) => state,
    explains: (_state, report) =>
      (report.property === 'use-after-free' || report.property === 'double-free') &&
      /range_map/.test(report.subject),
  }),
};
