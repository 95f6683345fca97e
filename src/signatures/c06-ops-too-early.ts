// SPDX-License-Identifier: GPL-2.0-only
// C06: the architecture chooses direct DMA for a group whose default domain is about to come.

import { perDevice } from './common.ts';

/** `d`: DMA ops were chosen while the group had no domain. */
export const c06 = perDevice('C06', () => ({
  events: ['dma-ops'],
  step: (_cell, e) => (e.args[1] === 'direct' ? 'd' : ''),
  explains: (cells, report) => report.property === 'P11' && cells.of(report.subject) === 'd',
}));
