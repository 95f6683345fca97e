// SPDX-License-Identifier: GPL-2.0-only
// Small scenes with a known answer, for the tests of check().

import {
  alloc,
  cmpxchg,
  defineStruct,
  event,
  framed,
  free,
  Handle,
  type Kfn,
  type Lock,
  load,
  lock,
  repeat,
  store,
  type ThreadBody,
  unlock,
  wait,
} from '#env/op';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';

interface Counter {
  x: number;
}

/** A scene of these bodies; thread i is called t<i>. */
export function sceneOf(bodies: readonly (() => Kfn<void>)[], rest: Partial<Scene> = {}): Scene {
  const threads: ThreadBody[] = bodies.map((fn, i) => ({ name: `t${i}`, fn, args: [] }));
  return { name: 'test', init: [], threads, rules: [], signatures: [], sometimes: [], ...rest };
}

/** Two threads add 1 to x; under a lock or not. */
export function counting(locked: boolean, extra = 0): Scene {
  const counter = new Handle<Counter>('counter', 'counter');
  const noise = new Handle<Counter>('counter', 'noise');
  const mutex: Lock = new Handle('mutex', 'mutex');
  const add = framed('add_one', function* (): Kfn<void> {
    for (let i = 0; i < extra; i++) yield* load(noise, 'x');
    if (locked) yield* lock(mutex);
    const x = yield* load(counter, 'x');
    yield* store(counter, 'x', x + 1);
    if (locked) yield* unlock(mutex);
  });
  const both: Rule = {
    id: 'both-count',
    events: [],
    reads: ['counter.x'],
    atEnd: (peek) =>
      peek.get(counter, 'x') === 2
        ? undefined
        : { subject: 'counter', because: 'an addition is lost', facts: {} },
  };
  return sceneOf([add, add], { init: [[counter, 'x', 0]], rules: [both] });
}

/** Two threads take two locks in opposite order. */
export function crossing(): Scene {
  const a: Lock = new Handle('mutex', 'a');
  const b: Lock = new Handle('mutex', 'b');
  const take = (first: Lock, second: Lock) =>
    framed('take_both', function* (): Kfn<void> {
      yield* lock(first);
      yield* lock(second);
      yield* unlock(second);
      yield* unlock(first);
    });
  return sceneOf([take(a, b), take(b, a)]);
}

/** A flag is looked at, and slept on only later: the wake-up between the two is lost. */
export function sleeping(careful: boolean): Scene {
  const queue = new Handle<{ ready: boolean; woken: number }>('queue', 'queue');
  const sleeper = framed('wait_event', function* (): Kfn<void> {
    const seen = careful ? yield* load(queue, 'woken') : 0;
    if (yield* load(queue, 'ready')) return;
    const now = careful ? seen : yield* load(queue, 'woken');
    yield* wait(queue, 'woken', 'ge', now + 1);
  });
  const waker = framed('wake_up', function* (): Kfn<void> {
    yield* store(queue, 'ready', true);
    yield* store(queue, 'woken', 1);
  });
  return sceneOf([sleeper, waker], {
    init: [
      [queue, 'ready', false],
      [queue, 'woken', 0],
    ],
  });
}

const Box = defineStruct<Counter>('box', { x: 0 });

/** One thread frees what the other one uses; twice frees it once more. */
export function freeing(twice: boolean): Scene {
  const root = new Handle<{ p: Handle<Counter> | null }>('root', 'root');
  const user = framed('use', function* (): Kfn<void> {
    yield* store(root, 'p', yield* alloc(Box, root, 'box'));
    const p = yield* load(root, 'p');
    if (p) yield* load(p, 'x');
  });
  const freer = framed('release', function* (): Kfn<void> {
    const p = yield* load(root, 'p');
    if (!p) return;
    yield* free(p);
    if (twice) yield* free(p);
  });
  return sceneOf([user, freer]);
}

/** A pointer is cleared between the look and the use. */
export function nulling(): Scene {
  const target = new Handle<Counter>('box', 'target');
  const root = new Handle<{ p: Handle<Counter> | null }>('root', 'root');
  const user = framed('use', function* (): Kfn<void> {
    if (yield* load(root, 'p')) yield* load((yield* load(root, 'p')) as Handle<Counter>, 'x');
  });
  const clearer = framed('clear', function* (): Kfn<void> {
    yield* store(root, 'p', null);
  });
  return sceneOf([user, clearer], { init: [[root, 'p', target]] });
}

/** A thread ends without unlocking; an exception leaves another one. */
export function leaving(throws: boolean): Scene {
  const mutex: Lock = new Handle('mutex', 'mutex');
  const body = framed('forget', function* (): Kfn<void> {
    yield* lock(mutex);
    if (throws) throw new Error('boom');
  });
  return sceneOf([body]);
}

/** Spins until a flag is set, which happens or not. */
export function spinning(everSet: boolean): Scene {
  const flag = new Handle<Counter>('flag', 'flag');
  const spinner = (): Kfn<void> =>
    repeat('cpu_relax', [], function* (): Kfn<[] | null> {
      return (yield* load(flag, 'x')) === 1 ? null : [];
    });
  const setter = function* (): Kfn<void> {
    if (everSet) yield* cmpxchg(flag, 'x', 0, 1);
  };
  return sceneOf([spinner, setter], { init: [[flag, 'x', 0]] });
}

/** One thread says hello. */
export function greeting(): Scene {
  const box = new Handle<Counter>('box', 'box');
  const body = function* (): Kfn<void> {
    yield* store(box, 'x', 1);
    event('hello', box);
  };
  return sceneOf([body], {
    sometimes: [
      { id: 'says-hello', events: ['hello'], holds: () => true },
      { id: 'says-bye', events: ['bye'], holds: () => true },
    ],
    mayLack: ['bye'],
  });
}
