// SPDX-License-Identifier: GPL-2.0-only
// C37: a bind finds the instance listed, but its bus has no ops yet, and goes on without IOMMU.

import { perDevice } from './common.ts';

/** `r`: the replay of the device found no ops. */
export const c37 = perDevice('C37', () => ({
  events: ['ops-missing'],
  step: (cell, e) => (e.args[1] === 'replay' ? 'r' : cell),
  explains: (cells, report) =>
    ['P1', 'P3', 'P8', 'P10', 'P11'].includes(report.property) && cells.of(report.subject) === 'r',
}));
