// SPDX-License-Identifier: GPL-2.0-only
// Whether doing again what relied on wrong answers puts all right, however wrong they were.

import {
  event,
  type Kfn,
  load,
  read_lock,
  read_unlock,
  store,
  write_lock,
  write_unlock,
} from '#env/op';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { type ExhaustiveOptions, exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { explore } from './crosscheck.ts';
import { sceneOf } from './program-scene.ts';
import { type Drawn, draw, type Flavour } from './programs.ts';
import { ends, falls, m, program, sem } from './small-cells.ts';

type Faults = NonNullable<ExhaustiveOptions['faults']>;

/** Nothing is known before, and no round is given up because cells come to be shared. */
const WAYS: readonly ExhaustiveOptions[] = [
  { persistent: false },
  { values: false, persistent: false },
  { values: false },
  {},
].map((way) => ({ ...way, learn: false, young: 0 }));

/** Counts the steps of threads that can not move. */
class Strict extends Machine {
  unable = 0;

  override step(t: number, choice = 0): void {
    if (!this.enabled(t)) this.unable++;
    super.step(t, choice);
  }
}

/**
 * Thread 2 gets to the write lock only between two steps of thread 1, which look like one as long
 * as nobody has been seen to read x. So the search is there first where thread 0, which stands
 * before the same lock, has been explored and sleeps.
 */
export const lateWriter: Scene = program(
  [
    function* (): Kfn<void> {
      yield* read_lock(sem);
      event('seen', 1);
      yield* store(m, 'r', yield* load(m, 'w'));
      yield* read_unlock(sem);
    },
    function* (): Kfn<void> {
      yield* store(m, 'p', 1);
      yield* store(m, 'x', 1);
      yield* store(m, 'p', 2);
    },
    function* (): Kfn<void> {
      if ((yield* load(m, 'p')) !== 1) return;
      if ((yield* load(m, 'x')) !== 0) return;
      yield* write_lock(sem);
      yield* store(m, 'w', 1);
      yield* load(m, 'p');
      yield* store(m, 'w', 0);
      yield* write_unlock(sem);
    },
    function* (): Kfn<void> {
      yield* load(m, 'y');
      event('seen', 1);
    },
  ],
  { p: 0, x: 0, y: 0, w: 0, r: 9 },
  [falls, ends('r')],
);

/**
 * A thread sleeps before the read lock when another one takes the write lock: that looks as if it
 * concerned nobody, as long as what thread 0 does there is new and is taken for nothing.
 */
const sleepyReader: Drawn = {
  functions: [
    [],
    [
      { do: 'put', cell: 1, value: 2 },
      { do: 'put', cell: 2, value: 1 },
    ],
  ],
  threads: [
    [
      { do: 'loop', cell: 1, turns: 2 },
      { do: 'read', lock: 1, body: [{ do: 'put', cell: 2, value: 2 }] },
    ],
    [{ do: 'call', fn: 1, to: 0, args: true }],
    [
      { do: 'choose', to: 0 },
      {
        do: 'lock',
        lock: 1,
        body: [
          { do: 'write', lock: 0, body: [{ do: 'wait', cell: 2, value: 0, ge: false }] },
          { do: 'event', reg: 0 },
        ],
      },
      { do: 'load', cell: 2, to: 1 },
      { do: 'write', lock: 1, body: [] },
    ],
  ],
};

/** Where a thread moved that could not, in @count programs of @flavour; null if none did. */
export function unableSteps(flavour: Flavour, count: number): string | null {
  for (let seed = 1; seed <= count; seed++) {
    for (const way of [...WAYS, { learn: false, young: 0, futures: false }]) {
      const machine = new Strict(sceneOf(draw(seed, 5, flavour)));
      exhaustive(machine, { ...way, statesMax: 1000 });
      if (machine.unable === 0) continue;
      return `${flavour} ${seed}, ${JSON.stringify(way)}: ${machine.unable} steps of who can not`;
    }
  }
  return null;
}

/** What the search of @scene with @faults says that is not so; null if all is. */
export function wrongWith(scene: () => Scene, faults: Faults | undefined): string | null {
  const wanted = JSON.stringify(explore(scene(), { quiet: false, sleep: false, learn: false }));
  for (const way of WAYS) {
    const got = JSON.stringify(explore(scene(), { ...way, faults }));
    if (got !== wanted) return `${JSON.stringify(way)}: ${got}, not ${wanted}`;
  }
  return null;
}

/** Programs in which doing again has to put much right. */
export const doneAgain: readonly (readonly [string, () => Scene])[] = [
  ['a late writer', () => lateWriter],
  ['a sleepy reader', () => sceneOf(sleepyReader)],
  ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) =>
    (['mixed', 'heap', 'readers', 'spawners', 'chains'] as const).map(
      (flavour) => [`${flavour} ${seed}`, () => sceneOf(draw(seed, 4, flavour))] as const,
    ),
  ),
];

/** No thread moves that can not, and new local states that can do nothing do no harm. */
export function redoing(): string | null {
  for (const flavour of ['heap', 'owners'] as const) {
    const wrong = unableSteps(flavour, 20);
    if (wrong !== null) return wrong;
  }
  for (const [name, scene] of doneAgain) {
    for (const faults of [undefined, { newDoNothing: true }]) {
      const wrong = wrongWith(scene, faults);
      if (wrong !== null) return `${name}, ${JSON.stringify(faults)}, ${wrong}`;
    }
  }
  return null;
}
