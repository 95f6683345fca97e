// SPDX-License-Identifier: GPL-2.0-only
// C29: a driver that manages DMA itself claims a group which the walk has not finished.

import { perDevice } from './common.ts';

/** `m`: the driver of the device claimed the DMA of its group, or tried to. */
export const c29 = perDevice('C29', () => ({
  events: ['dma-owner'],
  step: () => 'm',
  explains: (cells, report) =>
    (report.property === 'P6' && cells.some((cell) => cell === 'm')) ||
    (report.property === 'P3' && cells.of(report.subject) === 'm'),
}));
