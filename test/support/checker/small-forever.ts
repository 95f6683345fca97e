// SPDX-License-Identifier: GPL-2.0-only
// Programs of a few lines that may go on for ever, each of which shows one fault of a search.

import { type Kfn, load, lock, repeat, store, unlock } from '#env/op';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { COMBINATIONS, UNLEARNED } from './crosscheck.ts';
import { crosscheckForever } from './crosscheck-cyclic.ts';
import { m, mutex, notEven, program } from './small-cells.ts';

/** Looks at q until it is 1. */
function* spin(): Kfn<void> {
  yield* repeat('spin', [], function* (): Kfn<[] | null> {
    return (yield* load(m, 'q')) === 1 ? null : [];
  });
}

/** What the program is about; whether a thread can go round alone where nobody sees it. */
export const foreverPrograms: readonly (readonly [string, boolean, Scene])[] = [
  [
    'a section that may go round for ever',
    true,
    program(
      [
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* spin();
          yield* unlock(mutex);
        },
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* store(m, 'y', 1);
          yield* unlock(mutex);
        },
      ],
      { q: 0, y: 0 },
      [notEven('y', 1)],
    ),
  ],
  [
    'a thread that goes round alone, until another is seen to end it',
    false,
    program(
      [
        function* (): Kfn<void> {
          yield* load(m, 'z');
          yield* spin();
        },
        function* (): Kfn<void> {
          yield* load(m, 'z');
          yield* store(m, 'q', 1);
        },
        function* (): Kfn<void> {
          yield* store(m, 'z', 1);
          yield* store(m, 'z', 2);
        },
      ],
      { q: 0, z: 0 },
    ),
  ],
];

/** What goes wrong with @scene, in which a thread may @spin for ever, or not; null if nothing. */
export function foreverDifference(name: string, spins: boolean, scene: Scene): string | null {
  const ways = [...COMBINATIONS, ...UNLEARNED];
  const { differences } = crosscheckForever(scene, name, ways);
  if (differences.length > 0) return differences[0]!;
  for (const way of ways.filter(({ quiet }) => quiet)) {
    const { found } = exhaustive(new Machine(scene), way);
    const isFound = found.some(({ report }) => report.property === 'livelock');
    if (isFound !== spins) return `${name}, ${JSON.stringify(way)}: livelock is ${isFound}`;
  }
  return null;
}
