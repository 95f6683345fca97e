// SPDX-License-Identifier: GPL-2.0-only
// C16: dma_configure computes the driver before it is set and tests it afterwards.

import type { WindowSignature } from './common.ts';

/** The oops itself tells: nothing else follows a pointer that was computed from NULL. */
export const c16: WindowSignature = {
  window: 'C16',
  make: () => ({
    window: 'C16',
    events: [],
    reads: [],
    initial: null,
    step: (state) => state,
    explains: (_state, report) =>
      ['oops', 'null-dereference'].includes(report.property) &&
      /_dma_configure\(/.test(String(report.facts['error'])),
  }),
};
