// SPDX-License-Identifier: GPL-2.0-only
// C35: an IOMMU driver looks for the instance of a client before its own probe is over.

import { perDevice } from './common.ts';

const EPROBE_DEFER = -517;

/**
 * `d`: probe_device() did not find the instance and deferred, so that the device lost what its bind
 * had built, and a walk that met this failed its registration. Without that fix the lookup gives
 * NULL, and the oops itself tells.
 */
export const c35 = perDevice('C35', () => ({
  events: ['init-end'],
  step: (cell, e) => (Number(e.args[2]) === EPROBE_DEFER ? 'd' : cell),
  explains(cells, report) {
    if (report.property === 'oops') {
      return /_probe_device\(.*\): .* has not bound yet$/.test(String(report.facts['error']));
    }
    return (
      ['P1', 'P3', 'P7', 'P8', 'P10'].includes(report.property) && cells.of(report.subject) === 'd'
    );
  },
}));
