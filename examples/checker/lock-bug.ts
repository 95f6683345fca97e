// SPDX-License-Identifier: GPL-2.0-only
// A counter that forgets: one of two writers does not take the lock.

import type { Scene } from '#checker/index';
import { framed, Handle, type Kfn, type Lock, load, lock, store, unlock } from '#env/op';

const counter = new Handle<{ users: number }>('counter', 'counter');
const mutex: Lock = new Handle('mutex', 'counter.lock');

const get = framed('get', function* (): Kfn<void> {
  yield* lock(mutex);
  const n = yield* load(counter, 'users');
  yield* store(counter, 'users', n + 1);
  yield* unlock(mutex);
});

const get_unlocked = framed('get_unlocked', function* (): Kfn<void> {
  const n = yield* load(counter, 'users'); // the lock is not held
  yield* store(counter, 'users', n + 1);
});

/** Two users are counted as one if the second comes between the first's read and write. */
export const scene: Scene = {
  name: 'lock-bug',
  init: [[counter, 'users', 0]],
  threads: [
    { name: 'insmod', fn: get, args: [] },
    { name: 'udevd', fn: get_unlocked, args: [] },
  ],
  rules: [
    {
      id: 'both-are-counted',
      events: [],
      reads: ['counter.users'],
      atEnd: (peek) =>
        peek.get(counter, 'users') === 2
          ? undefined
          : {
              subject: 'counter',
              because: 'two users were counted as one',
              facts: { users: peek.get(counter, 'users') },
            },
    },
  ],
  signatures: [],
  sometimes: [],
};
