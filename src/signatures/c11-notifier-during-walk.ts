// SPDX-License-Identifier: GPL-2.0-only
// C11: a device added during a walk is probed by the notifier, ahead of those the walk will meet.

import { isOrder, perDevice } from './common.ts';

/** `n`: the notifier gave the device its group. */
export const c11 = perDevice('C11', () => ({
  events: ['group-set'],
  step: (cell, e) => (e.args[3] === 'notifier' ? 'n' : cell),
  explains: (cells, report) => isOrder(report) && cells.named[1] === 'n',
}));
