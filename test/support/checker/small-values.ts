// SPDX-License-Identifier: GPL-2.0-only
// Programs of a few lines about what others can do, given the values that cells can have.

import type { Handle } from '#env/op';
import { alloc, choose, cmpxchg, event, framed, type Kfn, load, spawn, store, wait } from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { Dev, type Device, ends, falls, m, program, put } from './small-cells.ts';

/** Reads x if q is 1. */
function* readIf(): Kfn<void> {
  if ((yield* load(m, 'q')) === 1) yield* store(m, 'r', yield* load(m, 'x'));
}
/** Reads x unless q is 0. */
const readsUnless = framed('readsUnless', function* (): Kfn<void> {
  if ((yield* load(m, 'q')) !== 0) yield* store(m, 'r', yield* load(m, 'x'));
});

/** Looks at x after 1 and, much later, after 2. */
const looks = framed('looks', function* (): Kfn<void> {
  const q = yield* load(m, 'q');
  for (let n = 0; q === 2 && n < 60; n++) yield* load(m, 'y');
  if (q !== 0) yield* load(m, 'x');
});

/** What thread 1, or a thread that it starts, does with x goes by what thread 2 chooses. */
export const lateValues: readonly Scene[] = [
  looks,
  function* (): Kfn<void> {
    yield* spawn(m, { name: 'looks', fn: looks, args: [] });
  },
].map((reader) =>
  program(
    [
      put('x', 1),
      reader,
      function* (): Kfn<void> {
        yield* store(m, 'q', yield* choose(m, 3));
      },
    ],
    { q: 0, x: 0, y: 0 },
  ),
);

/** What the program is about, and how many rules it breaks, each on one subject. */
export const valuePrograms: readonly (readonly [string, number, Scene])[] = [
  [
    'a value that comes after who reads it was looked at',
    3,
    program([readIf, put('q', 1), put('x', 1)], { q: 0, x: 0, r: 9 }, [ends('r')]),
  ],
  [
    'a compare-and-swap that lets a reader go on',
    3,
    program(
      [
        readIf,
        function* (): Kfn<void> {
          yield* cmpxchg(m, 'q', 0, 1);
        },
        put('x', 1),
      ],
      { q: 0, x: 0, r: 9 },
      [ends('r')],
    ),
  ],
  [
    'a value that was chosen, and what follows from it',
    4,
    program(
      [
        put('x', 1),
        readIf,
        function* (): Kfn<void> {
          yield* store(m, 'q', yield* choose(m, 2));
        },
      ],
      { q: 0, x: 0, r: 9 },
      [ends('q', 'r')],
    ),
  ],
  [
    'more values than are told apart',
    3,
    program(
      [
        put('x', 1),
        function* (): Kfn<void> {
          for (let n = 2; n <= 18; n++) yield* store(m, 'q', n);
          yield* store(m, 'q', 1);
        },
        readIf,
      ],
      { q: 0, x: 0, r: 9 },
      [ends('r')],
    ),
  ],
  [
    'a field of a fresh object, which is 0',
    3,
    program(
      [
        put('x', 1),
        function* (): Kfn<void> {
          yield* store(m, 'p', yield* alloc(Dev, m, 'dev'));
        },
        function* (): Kfn<void> {
          yield* alloc(Dev, m, 'dev');
          const dev = (yield* load(m, 'p')) as Handle<Device> | null;
          if (dev === null || (yield* load(dev, 'x')) !== 0) return;
          yield* store(m, 'r', yield* load(m, 'x'));
        },
      ],
      { p: null, x: 0, r: 9 },
      [ends('r')],
    ),
  ],
  [
    'two that a rule hears, on different cells',
    1,
    program(
      [1, 2].map(
        (n) =>
          function* (): Kfn<void> {
            yield* store(m, `of${n}`, 1);
            event('seen', n);
          },
      ),
      {},
      [falls],
    ),
  ],
  [
    'a value of which it is found late what follows from it',
    5,
    program(
      [
        put('x', 1),
        function* (): Kfn<void> {
          yield* spawn(m, { name: 'readsUnless', fn: readsUnless, args: [] });
        },
        function* (): Kfn<void> {
          yield* store(m, 'q', 0);
          yield* store(m, 'q', (yield* load(m, 'x')) === 0 ? 1 : 2);
        },
      ],
      { q: 0, x: 0, r: 9 },
      [ends('q', 'r')],
    ),
  ],
  [
    'a store right after a thread was started, of which little is known yet',
    3,
    program(
      [
        function* (): Kfn<void> {
          yield* wait(m, 'go', 'eq', 1);
          yield* spawn(m, { name: 'readsUnless', fn: readsUnless, args: [] });
          yield* store(m, 'x', 1);
        },
        function* (): Kfn<void> {
          yield* load(m, 'x');
          yield* store(m, 'q', yield* choose(m, 2));
          yield* store(m, 'go', 1);
        },
      ],
      { go: 0, q: 0, x: 0, r: 9 },
      [ends('q', 'r')],
    ),
  ],
];
