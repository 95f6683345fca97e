// SPDX-License-Identifier: GPL-2.0-only
// A sleeper that nobody wakes: it looks, and only then says that it sleeps.

import type { Scene } from '#checker/index';
import { framed, Handle, type Kfn, READ_ONCE, WRITE_ONCE, wait } from '#env/op';

const queue = new Handle<{ ready: boolean; sleeping: boolean; woken: boolean }>('queue', 'queue');

const sleeper = framed('sleeper', function* (): Kfn<void> {
  if (yield* READ_ONCE(queue, 'ready')) return;
  // The waker may run here: it sees nobody asleep, and wakes nobody.
  yield* WRITE_ONCE(queue, 'sleeping', true);
  yield* wait(queue, 'woken', 'eq', true);
});

const waker = framed('waker', function* (): Kfn<void> {
  yield* WRITE_ONCE(queue, 'ready', true);
  if (yield* READ_ONCE(queue, 'sleeping')) yield* WRITE_ONCE(queue, 'woken', true);
});

/** The sleeper waits for ever if the waker comes between its look and its sleep. */
export const scene: Scene = {
  name: 'lost-wake-up',
  init: [
    [queue, 'ready', false],
    [queue, 'sleeping', false],
    [queue, 'woken', false],
  ],
  threads: [
    { name: 'sleeper', fn: sleeper, args: [] },
    { name: 'waker', fn: waker, args: [] },
  ],
  rules: [],
  signatures: [],
  sometimes: [],
};
