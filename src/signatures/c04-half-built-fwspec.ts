// SPDX-License-Identifier: GPL-2.0-only
// C04: a probe takes the fwspec that a bind is still filling with ids.

import { perDevice } from './common.ts';

/** The thread that is parsing the firmware of the device without a lock. */
export const c04 = perDevice('C04', () => ({
  events: ['fwspec-unguarded'],
  step: (_cell, e) => (e.args[1] === 'begin' ? e.thread : ''),
  explains(cells, report) {
    const parser = cells.of(report.subject);
    return report.property === 'P12' && parser !== '' && parser !== report.facts['thread'];
  },
}));
