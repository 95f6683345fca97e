// SPDX-License-Identifier: GPL-2.0-only
// C26: an update of one flag of struct device undoes that of another in the same word.

import { perDevice } from './common.ts';

/** `l`: an update of a flag of the device was lost. */
export const c26 = perDevice('C26', () => ({
  events: ['flag-lost'],
  step: () => 'l',
  explains: (cells, report) =>
    ['P7', 'P11'].includes(report.property) && cells.of(report.subject) === 'l',
}));
