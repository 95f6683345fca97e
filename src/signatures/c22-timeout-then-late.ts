// SPDX-License-Identifier: GPL-2.0-only
// C22: the deferral timeout lets a client bind without its IOMMU, which comes later.

import type { WindowSignature } from './common.ts';

/** State: true once the timeout has expired; by design, so only told where it has. */
export const c22: WindowSignature = {
  window: 'C22',
  make: () => ({
    window: 'C22',
    events: ['deferral-timeout'],
    reads: [],
    initial: false,
    step: () => true,
    explains: (state, report) => state === true && ['P3', 'P8', 'P11'].includes(report.property),
  }),
};
