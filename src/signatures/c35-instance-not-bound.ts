// SPDX-License-Identifier: GPL-2.0-only
// C35: an SMMU driver looks for the instance of a client before its own probe is over.

import { type Explained, isSmmu, perDevice } from './common.ts';
import { isMemory } from './stateless.ts';

const EPROBE_DEFER = -517;

/** True for the oops of a driver that has followed NULL, as it found no instance that is bound. */
export function isUnbound(report: Explained): boolean {
  return /_probe_device\(.*\): .* has not bound yet$/.test(String(report.facts['error']));
}

/**
 * `d`: probe_device() did not find the instance, and deferred or said that there is none, so that
 * the device lost what its bind had built; a walk that met a deferral failed its registration.
 * Without the first fix the lookup gives NULL, and the oops itself tells.
 */
export const c35 = perDevice('C35', (ctx) => ({
  events: ['init-end', 'instance-not-found'],
  step(cell, e) {
    if (e.name === 'init-end') return Number(e.args[2]) === EPROBE_DEFER ? 'd' : cell;
    return isSmmu(ctx, e.args[1]) ? 'd' : cell;
  },
  explains(cells, report) {
    if (isUnbound(report)) return true;
    if (isMemory(report)) {
      // The registration that failed undoes, without a lock, what others are still busy with.
      const text = `${report.subject} ${report.because}`;
      return cells.some((cell, d) => cell === 'd' && text.includes(d.data.name));
    }
    const known = ['P1', 'P3', 'P7', 'P8', 'P10', 'P11'].includes(report.property);
    return known && cells.of(report.subject) === 'd';
  },
}));
