// SPDX-License-Identifier: GPL-2.0-only
// C39: the second IOMMU of a client is absent, and the bind goes on instead of waiting for it.

import { perDevice } from './common.ts';

/** `m`: the parsing ended with the mismatch of an instance that is not there. Needs no race. */
export const c39 = perDevice('C39', () => ({
  events: ['fwspec-mismatch'],
  step: () => 'm',
  explains: (cells, report) =>
    ['P3', 'P8', 'P10', 'P11'].includes(report.property) && cells.of(report.subject) === 'm',
}));
