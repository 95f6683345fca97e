// SPDX-License-Identifier: GPL-2.0-only
// C27: a driver binds a device that is on the bus list, but whose notifier has not run.

import type { RunEvent } from '#checker/program/scene';
import type { World } from '#worlds/world';
import { perDevice, type WindowSignature } from './common.ts';
import { spoiltBy } from './stateless.ts';

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
 * `d`: a bind has set its driver. `b`: the notifier has come after that; `n`: it has come before,
 * and `o`: a bind has set the driver while it was there; `e`: the notifier is done. A `-` behind
 * it: the bind has found no group to count itself in.
 */
function step(cell: string, e: RunEvent): string {
  // Before v6.7 the bind and the notifier meet without a lock, which is C01 or C03.
  if (e.name === 'fwspec-unguarded' || cell === 'e') return 'e';
  const bound = /[dbo]/.test(cell);
  if (e.name === 'use-default-domain') return bound && e.args[2] === null ? `${cell[0]}-` : cell;
  if (e.name === 'driver-set') return bound ? cell : cell === 'n' ? 'o' : 'd';
  if (e.name === 'driver-clear') return cell.startsWith('d') ? '' : cell.replace('-', '');
  if (e.args[1] !== 'notifier' || /[bo]/.test(cell)) return cell;
  if (e.name === 'init-begin') return cell === '' ? 'n' : cell.replace('d', 'b');
  return cell === 'n' ? 'e' : cell;
}

/** Explains what such a bind breaks, once the device is in one of @states. */
const whenIn = (states: string): WindowSignature =>
  perDevice('C27', ({ world }) => {
    const added = concernedIn(world);
    return {
      // Heard only where it matters: what is heard costs interleavings.
      events: added.length > 0 ? EVENTS : [],
      step,
      explains: (cells, { property, subject }) =>
        RULES.includes(property) &&
        added.includes(subject) &&
        cells.about.some((cell) => isBound(cell, states) && (property !== 'P10' || cell[1])),
    };
  });

const EVENTS = [
  'init-begin',
  'init-end',
  'driver-set',
  'driver-clear',
  'use-default-domain',
  'fwspec-unguarded',
];

function isBound(cell: string, states: string): boolean {
  return cell !== '' && states.includes(cell[0] as string);
}

export const c27 = whenIn('db');

/** The notifier has begun, and meets a bind that device_add() has not called. */
export const c27Rest = whenIn('o');

/**
 * Before v6.6 the notifier tests nothing: it probes a device again that such a bind has probed.
 * `r`: a bind has given it a group. `!`: the notifier has come after that.
 */
export const c27Again = perDevice('C27', () => ({
  events: ['init-untested', 'group-set'],
  step(cell, e) {
    if (e.name === 'group-set') return cell === '' && e.args[3] === 'replay' ? 'r' : cell;
    return cell === 'r' && e.args[1] === 'notifier' ? '!' : cell;
  },
  explains: spoiltBy('!'),
}));
