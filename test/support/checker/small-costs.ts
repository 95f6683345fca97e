// SPDX-License-Identifier: GPL-2.0-only
// Programs of a few lines about preemptions: how many a run needs, and what a search makes of it.

import { choose, framed, type Kfn, load, lock, store, unlock, wait } from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { ends, m, mutex, program, put } from './small-cells.ts';

/** Notes whether g is 1, and does not say. */
const look = framed('look', function* (): Kfn<void> {
  if ((yield* load(m, 'g')) === 1) yield* store(m, 'bad', 1);
});

/** What the program is about, and how many rules it breaks, each on one subject. */
export const costPrograms: readonly (readonly [string, number, Scene])[] = [
  [
    'a switch before a release, that lets another come to wait for free',
    6,
    program(
      [
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* store(m, 'a', yield* load(m, 'p'));
          yield* unlock(mutex);
          yield* store(m, 'r', yield* load(m, 'p'));
          yield* store(m, 's', yield* load(m, 'q'));
        },
        function* (): Kfn<void> {
          yield* store(m, 'p', 1);
          yield* lock(mutex);
          yield* store(m, 'q', 1);
          yield* unlock(mutex);
        },
      ],
      { p: 0, q: 0, a: 9, r: 9, s: 9 },
      [ends('a', 'r', 's')],
    ),
  ],
  [
    'a way that is met later and needs fewer preemptions',
    7,
    program(
      [
        function* (): Kfn<void> {
          yield* look();
          yield* wait(m, 'g', 'ge', 1);
          yield* store(m, 'r', yield* load(m, 'g'));
        },
        put('g', 1),
        function* (): Kfn<void> {
          yield* store(m, 'g', (yield* choose(m, 2)) === 0 ? 2 : 0);
        },
      ],
      { g: 2, bad: 0, r: 9 },
      [ends('bad', 'r')],
    ),
  ],
];
