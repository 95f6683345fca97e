// SPDX-License-Identifier: GPL-2.0-only
// Programs of a few lines, each of which shows one fault of a search that larger ones hide.

import {
  alloc,
  choose,
  event,
  fetch_add,
  framed,
  free,
  Handle,
  type Kfn,
  load,
  lock,
  spawn,
  store,
  unlock,
  wait,
} from '#env/op';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';
import { sceneOf } from './scenes.ts';
import {
  copy,
  Dev,
  type Device,
  device,
  ends,
  falls,
  m,
  mutex,
  never,
  notEven,
  program,
  put,
} from './small-cells.ts';
import { costPrograms } from './small-costs.ts';
import { lockPrograms } from './small-locks.ts';
import { sectionPrograms } from './small-sections.ts';
import { valuePrograms } from './small-values.ts';

const reader = framed('reader', function* (dev: Handle<Device>): Kfn<void> {
  yield* store(m, 'r', yield* load(dev, 'x'));
});
const idle = framed('idle', function* (): Kfn<void> {
  yield* load(m, 'z');
});
/** May take the mutex, and does not say whether. */
const maybe = framed('maybe', function* (takes: number): Kfn<void> {
  if ((yield* choose(m, 2)) === takes) yield* lock(mutex);
});
const user = framed('user', function* (dev: Handle<Device>): Kfn<void> {
  yield* load(dev, 'x');
});

/** What the program is about, and how many rules it breaks, each on one subject. */
export const smallPrograms: readonly (readonly [string, number, Scene])[] = [
  ...lockPrograms,
  ...costPrograms,
  ...sectionPrograms,
  ...valuePrograms,
  [
    'equal stores that rules hear of',
    3,
    program(
      [1, 2, 3].map(
        (n) =>
          function* (): Kfn<void> {
            yield* store(m, 'x', 1);
            event('seen', n);
          },
      ),
      { x: 0 },
      [falls],
    ),
  ],
  [
    'a wait under a lock that keeps out who would end it',
    1,
    program(
      [
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* wait(m, 'x', 'eq', 1);
          yield* unlock(mutex);
        },
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* store(m, 'a', 1);
          yield* unlock(mutex);
          yield* store(m, 'x', 1);
        },
      ],
      { x: 0 },
    ),
  ],
  [
    'an addition that lets a waiter go on',
    2,
    program(
      [
        function* (): Kfn<void> {
          yield* store(m, 'x', 1);
          yield* store(m, 'r', yield* load(m, 'x'));
        },
        function* (): Kfn<void> {
          yield* wait(m, 'n', 'ge', 1);
          yield* store(m, 'x', 5);
        },
        function* (): Kfn<void> {
          yield* fetch_add(m, 'n', 1);
        },
      ],
      { n: 0, x: 0, r: 0 },
      [never('r', 5), never('r', 1)],
    ),
  ],
  [
    'a store that is silent until another comes',
    2,
    program([copy('x', 'r'), put('x', 0), put('x', 1)], { x: 0, r: 9 }, [
      never('r', 0),
      never('r', 1),
    ]),
  ],
  [
    'a thread that uses what its parent frees',
    1,
    program([
      function* (): Kfn<void> {
        const dev = yield* alloc(Dev, m, 'dev');
        yield* spawn(m, { name: 'user', fn: user, args: [dev] });
        yield* store(dev, 'x', 5);
        yield* free(dev);
      },
    ]),
  ],
  [
    'a thread that reads before its parent stores',
    2,
    program(
      [
        function* (): Kfn<void> {
          const dev = yield* alloc(Dev, m, 'dev');
          yield* spawn(m, { name: 'reader', fn: reader, args: [dev] });
          yield* store(dev, 'x', 5);
        },
      ],
      { r: 9 },
      [never('r', 0), never('r', 5)],
    ),
  ],
  [
    'a rule that looks at what is freed',
    1,
    (() => {
      const dev = new Handle<Device>('dev', 'd');
      const gone: Rule = {
        id: 'gone',
        events: [],
        reads: ['dev.x'],
        always: (peek) =>
          peek.get(dev, 'x') === null ? { subject: 'd', because: 'null', facts: {} } : undefined,
      };
      const freer = framed('freer', function* (): Kfn<void> {
        yield* free(dev);
      });
      return sceneOf([freer], { init: [[dev, 'x', 1]], rules: [gone] });
    })(),
  ],
  [
    'a thread that throws, which ends the run',
    2,
    program(
      [
        function* (): Kfn<void> {
          yield* load(m, 'z');
          throw new Error('no more');
        },
        put('y', 1),
      ],
      { y: 0, z: 0 },
      [notEven('y', 1)],
    ),
  ],
  [
    'a parent that stores right after it has started a thread',
    2,
    program(
      [
        function* (): Kfn<void> {
          yield* spawn(m, { name: 'idle', fn: idle, args: [] });
          yield* store(m, 'x', 1);
        },
        copy('x', 'r'),
      ],
      { x: 0, r: 9 },
      [ends('r')],
    ),
  ],
  [
    'a member of a persistent set that a third thread may disturb',
    4,
    program(
      [
        put('x', 1),
        function* (): Kfn<void> {
          yield* store(m, 'y', 1);
          yield* store(m, 'x', 2);
        },
        put('y', 2),
      ],
      { x: 0, y: 0 },
      [ends('x', 'y')],
    ),
  ],
  ...[0, 1].map((takes): readonly [string, number, Scene] => [
    `a release of what a free was met of before the lock was (${takes})`,
    1,
    program(
      [
        function* (): Kfn<void> {
          const takesLock = (yield* choose(m, 2)) === takes;
          if (takesLock) yield* lock(device);
          yield* store(m, 'go', 1);
          if (takesLock) yield* unlock(device);
        },
        function* (): Kfn<void> {
          yield* wait(m, 'go', 'eq', 1);
          yield* free(device);
        },
      ],
      { go: 0 },
    ),
  ]),
  ...[0, 1].map((takes): readonly [string, number, Scene] => [
    `an access of which only the caller knows whether it is locked (${takes})`,
    4,
    program(
      [
        function* (): Kfn<void> {
          yield* maybe(takes);
          yield* store(m, 'x', 1);
        },
        function* (): Kfn<void> {
          yield* lock(mutex);
          yield* store(m, 'x', 2);
          yield* store(m, 'r', yield* load(m, 'x'));
          yield* unlock(mutex);
        },
      ],
      { x: 0, r: 0 },
      [never('r', 1), never('r', 2)],
    ),
  ]),
];
