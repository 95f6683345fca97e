// SPDX-License-Identifier: GPL-2.0-only
// C01: two probes of one device run at once, with nothing to keep them apart.

import { perDevice } from './common.ts';
import { spoiltBy } from './stateless.ts';

/**
 * Threads that are inside the probe of the device; `!` once one came in while another was there.
 * A second walk or the replay of a bind may be the other one. Where a probe holds a lock, they
 * overlap only if it drops the lock, and that is C08.
 */
export const c01 = perDevice('C01', () => ({
  events: ['init-unguarded', 'init-end', 'configure-begin'],
  step(cell, e) {
    if (cell === '!') return cell;
    if (e.name === 'configure-begin') return '';
    const others = cell.split(';').filter((name) => name !== '' && name !== e.thread);
    if (e.name === 'init-end') return others.join(';');
    return others.length > 0 ? '!' : e.thread;
  },
  explains: spoiltBy('!'),
}));
