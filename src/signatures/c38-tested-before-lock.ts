// SPDX-License-Identifier: GPL-2.0-only
// C38: a probe begins on a device that got its group since the caller looked, without the lock.

import { perDevice } from './common.ts';
import { spoiltBy } from './stateless.ts';

/** `g`: the device has a group. `!`: a probe of it began all the same. */
export const c38 = perDevice('C38', () => ({
  events: ['init-untested', 'group-set'],
  step(cell, e) {
    if (cell === '!') return cell;
    if (e.name === 'group-set') return 'g';
    return cell === 'g' ? '!' : cell;
  },
  explains: spoiltBy('!'),
}));
