// SPDX-License-Identifier: GPL-2.0-only
// Programs of a few lines about critical sections: when one may not be taken in one piece.

import { choose, event, framed, free, type Kfn, load, lock, store, unlock, wait } from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';
import {
  device,
  ends,
  falls,
  m,
  mutex,
  notEven,
  other,
  program,
  put,
  putUnder,
} from './small-cells.ts';

/** Frees the device, or not, and does not say which. */
const mayFree = framed('mayFree', function* (frees: number): Kfn<void> {
  const chosen = yield* choose(m, 2);
  yield* store(m, 'mine', chosen);
  if (chosen === frees) yield* free(device);
});

/** Chooses whether to hold the other lock later on; that its caller does not remember. */
const decide = framed('decide', function* (): Kfn<void> {
  yield* store(m, 'mine', yield* choose(m, 2));
});
const takeIf = framed('takeIf', function* (mine: number): Kfn<void> {
  if ((yield* load(m, 'mine')) === mine) yield* lock(other);
});
const passIf = framed('passIf', function* (): Kfn<void> {
  if ((yield* load(m, 'mine')) !== 1) return;
  yield* lock(other);
  yield* unlock(other);
});
const giveIf = framed('giveIf', function* (mine: number): Kfn<void> {
  if ((yield* load(m, 'mine')) === mine) yield* unlock(other);
});

/** Whether thread 0 takes the other lock inside of its section, it has chosen before. */
export const growingSection: Scene = program(
  [
    function* (): Kfn<void> {
      yield* decide();
      yield* lock(mutex);
      yield* passIf();
      yield* unlock(mutex);
    },
    put('z', 1),
  ],
  { mine: 0 },
);

/** Reads x and y under the other lock. */
function* readBoth(): Kfn<void> {
  yield* lock(other);
  yield* store(m, 'r', yield* load(m, 'x'));
  yield* store(m, 's', yield* load(m, 'y'));
  yield* unlock(other);
}

/** Takes the mutex and the other lock, and gives back which it is told first. */
const both = (first: 'mutex' | 'other') =>
  function* (): Kfn<void> {
    yield* wait(m, 'go', 'eq', 1);
    yield* lock(mutex);
    yield* lock(other);
    yield* unlock(first === 'mutex' ? mutex : other);
    yield* unlock(first === 'mutex' ? other : mutex);
  };

/** What the program is about, and how many rules it breaks, each on one subject. */
export const sectionPrograms: readonly (readonly [string, number, Scene])[] = [
  [
    'a lock taken in a section and held on',
    4,
    program(
      [
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* lock(other);
          yield* unlock(mutex);
          yield* store(m, 'x', 1);
          yield* unlock(other);
        },
        readBoth,
        putUnder('y', 1),
      ],
      { x: 0, y: 0, r: 9, s: 9 },
      [ends('r', 's')],
    ),
  ],
  ...[0, 1].map((mine): readonly [string, number, Scene] => [
    `a lock taken in a section and held on, as only the caller knows (${mine})`,
    8,
    program(
      [
        function* (): Kfn<void> {
          yield* decide();
          yield* lock(mutex);
          yield* takeIf(mine);
          yield* unlock(mutex);
          yield* store(m, 'x', 1);
          yield* giveIf(mine);
        },
        readBoth,
        putUnder('y', 1),
      ],
      { mine: 2, x: 0, y: 0, r: 9, s: 9 },
      [ends('mine', 'r', 's')],
    ),
  ]),
  ...(['other', 'mutex'] as const).map((first): readonly [string, number, Scene] => [
    `a section whose inner lock is held by somebody else (${first} is given back first)`,
    4,
    program(
      [
        both(first),
        function* (): Kfn<void> {
          yield* lock(other);
          yield* store(m, 'go', 1);
          yield* store(m, 'y', 1);
          yield* store(m, 'r', yield* load(m, 'x'));
          yield* unlock(other);
        },
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* store(m, 'a', yield* load(m, 'y'));
          yield* store(m, 'x', 1);
          yield* unlock(mutex);
        },
      ],
      { go: 0, x: 0, y: 0, a: 9, r: 9 },
      [ends('a', 'r')],
    ),
  ]),
  [
    'a thread that ends with a lock held',
    2,
    program([
      function* (): Kfn<void> {
        yield* lock(mutex);
      },
      putUnder('y', 1),
    ]),
  ],
  ...[0, 1].map((frees): readonly [string, number, Scene] => [
    `a section that crashes or not, by what was done before (${frees})`,
    2,
    program(
      [
        function* (): Kfn<void> {
          yield* mayFree(frees);
          yield* lock(mutex);
          yield* load(device, 'x');
          yield* unlock(mutex);
        },
        function* (): Kfn<void> {
          yield* lock(mutex);
          if ((yield* load(m, 'mine')) === frees) yield* store(m, 'y', 1);
          yield* unlock(mutex);
        },
      ],
      { mine: 2, y: 0 },
      [notEven('y', 1)],
    ),
  ]),
  [
    'a section that gives back a lock from before it',
    8,
    program(
      [
        function* (): Kfn<void> {
          yield* lock(other);
          yield* store(m, 'y', 1);
          yield* lock(mutex);
          yield* unlock(other);
          yield* store(m, 'x', 1);
          yield* unlock(mutex);
        },
        function* (): Kfn<void> {
          yield* store(m, 'p', yield* load(m, 'y'));
          yield* lock(mutex);
          yield* store(m, 'z', 1);
          yield* unlock(mutex);
        },
        function* (): Kfn<void> {
          yield* lock(other);
          yield* store(m, 'r', yield* load(m, 'x'));
          yield* store(m, 's', yield* load(m, 'z'));
          yield* unlock(other);
        },
      ],
      { x: 0, y: 0, z: 0, p: 9, r: 9, s: 9 },
      [ends('p', 'r', 's')],
    ),
  ],
  [
    'a section that uses what another thread frees',
    1,
    program(
      [
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* load(device, 'x');
          yield* unlock(mutex);
        },
        function* (): Kfn<void> {
          yield* wait(m, 'go', 'eq', 1);
          yield* lock(mutex);
          yield* free(device);
          yield* unlock(mutex);
        },
        put('go', 1),
      ],
      { go: 0 },
    ),
  ],
  [
    'a section of which a rule hears',
    1,
    program(
      [
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* store(m, 'a', 1);
          event('seen', 1);
          yield* unlock(mutex);
        },
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* store(m, 'b', 1);
          event('seen', 2);
          yield* unlock(mutex);
        },
      ],
      {},
      [falls],
    ),
  ],
];
