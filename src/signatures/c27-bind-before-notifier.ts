// SPDX-License-Identifier: GPL-2.0-only
// C27: a driver binds a device that is on the bus list, but whose notifier has not run.

import type { World } from '#worlds/world';
import { perDevice } from './common.ts';
import { byReport } from './stateless.ts';

/** The devices of @world that are added while their driver is registered. */
function concernedIn({ threads }: World): readonly string[] {
  const bound = threads.flatMap((t) => (t.kind === 'driver-attach' ? t.device : []));
  const added = threads.flatMap((t) => {
    if (t.kind === 'bus-scan') return t.devices;
    return t.kind === 'device-add' ? t.device : [];
  });
  return added.filter((device) => bound.includes(device));
}

const RULES = ['P1', 'P2', 'P3', 'P8', 'P10', 'P11'];

/**
 * `d`: a bind has set its driver. `b`: the notifier has come after that; `n`: it has come before.
 */
export const c27 = perDevice('C27', (ctx) => {
  const added = concernedIn(ctx.world);
  return {
    // Heard only where it matters: what is heard costs interleavings.
    events:
      added.length > 0 ? ['init-begin', 'driver-set', 'driver-clear', 'fwspec-unguarded'] : [],
    step(cell, e) {
      // Before v6.7 the bind and the notifier meet without a lock, which is C01 or C03.
      if (e.name === 'fwspec-unguarded') return 'n';
      if (cell === 'n' || cell === 'b') return cell;
      if (e.name === 'driver-set') return 'd';
      if (e.name === 'driver-clear') return '';
      return e.args[1] !== 'notifier' ? cell : cell === 'd' ? 'b' : 'n';
    },
    explains: (cells, report) =>
      RULES.includes(report.property) &&
      added.includes(report.subject) &&
      ['d', 'b'].includes(cells.of(report.subject)),
  };
});

/** The notifier has begun, and meets a bind that device_add() has not called; told by the world. */
export const c27Rest = byReport(
  'C27',
  (report, world) => RULES.includes(report.property) && concernedIn(world).includes(report.subject),
);
