// SPDX-License-Identifier: GPL-2.0-only
// C40: the walk of another instance goes on to a later client, and probes it ahead of the first.

import { isOrder, ownWalk, perDevice } from './common.ts';

/**
 * `walker`: the thread of a walk, for an instance that is none of the device's, which is at it now.
 * `!`: such a walk gave the device its group; those before it on the list wait for their own.
 */
export const c40 = perDevice('C40', (ctx) => ({
  events: ['walk-visit', 'group-set'],
  step(cell, e, d) {
    if (cell === '!') return cell;
    if (e.name === 'walk-visit') {
      if (!ownWalk(ctx, d, e.args[1])) return e.thread;
      return cell === e.thread ? '' : cell;
    }
    return e.args[3] === 'walk' && cell === e.thread ? '!' : cell;
  },
  explains: (cells, report) => isOrder(report) && cells.named[1] === '!',
}));
