// SPDX-License-Identifier: GPL-2.0-only
// The sleeper of lost-wake-up.ts put right: first say that it sleeps, then look again.

import type { Scene } from '#checker/index';
import { framed, Handle, type Kfn, READ_ONCE, WRITE_ONCE, wait } from '#env/op';

const queue = new Handle<{ ready: boolean; sleeping: boolean; woken: boolean }>('queue', 'queue');

const sleeper = framed('sleeper', function* (): Kfn<void> {
  yield* WRITE_ONCE(queue, 'sleeping', true); // as prepare_to_wait() does, before the look
  if (yield* READ_ONCE(queue, 'ready')) return;
  yield* wait(queue, 'woken', 'eq', true);
});

const waker = framed('waker', function* (): Kfn<void> {
  yield* WRITE_ONCE(queue, 'ready', true);
  if (yield* READ_ONCE(queue, 'sleeping')) yield* WRITE_ONCE(queue, 'woken', true);
});

/** Whoever comes second sees the other, so nobody sleeps for ever. */
export const scene: Scene = {
  name: 'fixed',
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
