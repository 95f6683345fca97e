// SPDX-License-Identifier: GPL-2.0-only
// C38: a probe begins on a device that got its group since the caller looked, without the lock.

import { perDevice } from './common.ts';
import { isMemory } from './stateless.ts';

/** `g`: the device has a group. `!`: a probe of it began all the same. */
export const c38 = perDevice('C38', () => ({
  events: ['init-untested', 'group-set'],
  step(cell, e) {
    if (cell === '!') return cell;
    if (e.name === 'group-set') return 'g';
    return cell === 'g' ? '!' : cell;
  },
  explains(cells, report) {
    if (isMemory(report)) {
      const text = `${report.subject} ${report.because}`;
      return cells.some((cell, d) => cell === '!' && text.includes(d.data.name));
    }
    const known = ['P3', 'P4', 'P8', 'P10', 'P11'].includes(report.property);
    return known && cells.of(report.subject) === '!';
  },
}));
