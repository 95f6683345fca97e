// SPDX-License-Identifier: GPL-2.0-only
// Programs of a few lines about locks: readers and writers, who tries one, who takes two.

import {
  event,
  type Kfn,
  load,
  lock,
  read_lock,
  read_unlock,
  store,
  trylock,
  unlock,
  wait,
  write_lock,
  write_unlock,
} from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';
import {
  ends,
  falls,
  m,
  mutex,
  never,
  notEven,
  other,
  program,
  put,
  putUnder,
  sem,
} from './small-cells.ts';

/** What the program is about, and how many rules it breaks, each on one subject. */
export const lockPrograms: readonly (readonly [string, number, Scene])[] = [
  [
    'a writer that comes before readers who keep the lock',
    3,
    program(
      [
        function* (): Kfn<void> {
          yield* read_lock(sem);
        },
        function* (): Kfn<void> {
          yield* read_lock(sem);
        },
        function* (): Kfn<void> {
          yield* write_lock(sem);
          yield* store(m, 'x', 1);
          yield* write_unlock(sem);
        },
      ],
      { x: 0 },
      [notEven('x', 1)],
    ),
  ],
  [
    'two that try one lock',
    2,
    program(
      ['a', 'b'].map(
        (cell) =>
          function* (): Kfn<void> {
            if (yield* trylock(mutex)) yield* unlock(mutex);
            else yield* store(m, cell, 1);
          },
      ),
      { a: 0, b: 0 },
      [never('a', 1), never('b', 1)],
    ),
  ],
  [
    'a reader that lets another one in',
    2,
    program(
      [
        function* (): Kfn<void> {
          yield* read_lock(sem);
          yield* store(m, 'go', 1);
          yield* store(m, 'x', 1);
          yield* read_unlock(sem);
        },
        function* (): Kfn<void> {
          yield* wait(m, 'go', 'eq', 1);
          yield* read_lock(sem);
          yield* store(m, 'r', yield* load(m, 'x'));
          yield* read_unlock(sem);
        },
      ],
      { go: 0, x: 0, r: 9 },
      [ends('r')],
    ),
  ],
  [
    'readers of one rwsem that write under it',
    3,
    program(
      [
        function* (): Kfn<void> {
          yield* read_lock(sem);
          yield* store(m, 'a', 1);
          yield* load(m, 'b');
          yield* read_unlock(sem);
        },
        function* (): Kfn<void> {
          yield* read_lock(sem);
          yield* store(m, 'a', 2);
          yield* store(m, 'r', yield* load(m, 'b'));
          yield* read_unlock(sem);
        },
        put('b', 1),
      ],
      { a: 0, b: 0, r: 9 },
      [never('r', 1), never('a', 1), never('a', 2)],
    ),
  ],
  [
    'two locks in opposite order with nothing inside',
    1,
    program(
      [
        [mutex, other],
        [other, mutex],
      ].map(
        ([first, second]) =>
          function* (): Kfn<void> {
            yield* lock(first!);
            yield* lock(second!);
            yield* unlock(second!);
            yield* unlock(first!);
          },
      ),
    ),
  ],
  [
    'readers that a rule hears',
    1,
    program(
      [1, 2].map(
        (n) =>
          function* (): Kfn<void> {
            yield* read_lock(sem);
            event('seen', n);
            yield* read_unlock(sem);
          },
      ),
      {},
      [falls],
    ),
  ],
  [
    'a trylock that looks into a section',
    1,
    program(
      [
        putUnder('a', 1),
        function* (): Kfn<void> {
          if (yield* trylock(mutex)) yield* unlock(mutex);
          else yield* store(m, 'y', 1);
        },
      ],
      { y: 0 },
      [never('y', 1)],
    ),
  ],
];
