// SPDX-License-Identifier: GPL-2.0-only
// C27: a driver binds a device that is on the bus list, but whose notifier has not run.

import { perDevice } from './common.ts';

/** `n`: the notifier has come to the device. */
export const c27 = perDevice('C27', (ctx) => {
  const { threads } = ctx.world;
  const added = threads.flatMap((t) => (t.kind === 'device-add' ? t.device : []));
  const concerned = threads.some((t) => t.kind === 'driver-attach' && added.includes(t.device));
  return {
    // Heard only where it matters: what is heard costs interleavings.
    events: concerned ? ['init-begin'] : [],
    step: (cell, e) => (e.args[1] === 'notifier' ? 'n' : cell),
    explains: (cells, report) =>
      concerned &&
      ['P1', 'P2', 'P3', 'P8', 'P10', 'P11'].includes(report.property) &&
      added.includes(report.subject) &&
      cells.of(report.subject) === '',
  };
});
