// SPDX-License-Identifier: GPL-2.0-only
// Objects that are freed while somebody holds their lock, waits for it, or for what is in them.
import { describe, expect, test } from 'vitest';
import { must } from '#base/assert';
import {
  alloc,
  choose,
  defineStruct,
  framed,
  free,
  Handle,
  type Kfn,
  load,
  lock,
  read_lock,
  read_unlock,
  repeat,
  store,
  unlock,
  type Value,
  wait,
} from '#env/op';
import { check } from '../../../src/checker/check.ts';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';
import { parseStrategy } from '../../../src/checker/strategies/registry.ts';
import { crosscheck as crosscheckBrute } from '../../support/checker/crosscheck.ts';
import { crosscheck } from '../../support/checker/crosscheck-strategies.ts';
import { sceneOf } from '../../support/checker/scenes.ts';

type Cells = Record<string, Value>;
interface Device {
  x: number;
}

const KINDS = ['exhaustive', 'none', 'optimal', 'source-dpor', 'bound=30', 'delay=30'];

/** The rules that @scene breaks, by strategy. */
function broken(scene: Scene, kinds = KINDS): Record<string, string> {
  const words = (kind: string): string => {
    const { findings } = check(scene, { strategy: must(parseStrategy(kind), kind), explainMax: 0 });
    return [...new Set(findings.map((f) => f.report.property))].sort().join(' ');
  };
  return Object.fromEntries(kinds.map((kind) => [kind, words(kind)]));
}

const all = (words: string, kinds = KINDS) => Object.fromEntries(kinds.map((k) => [k, words]));

const Dev = defineStruct<Device>('dev', { x: 0 });

describe('a lock that is held when its object is freed', () => {
  test.each([0, 1])('is leaked, in whichever order that is met (%d)', (holds) => {
    const m = new Handle<Cells>('cells', 'mem');
    const maybe = framed('maybe', function* (dev: Handle<Device>): Kfn<void> {
      if ((yield* choose(m, 2)) === holds) yield* lock(dev);
    });
    const owner = framed('owner', function* (): Kfn<void> {
      const dev = yield* alloc(Dev, m, 'dev');
      yield* maybe(dev);
      yield* free(dev);
      yield* store(m, 'x', 1);
      yield* store(m, 'x', 2);
    });
    const other = framed('other', function* (): Kfn<void> {
      yield* store(m, 'x', 3);
      yield* store(m, 'x', 4);
    });
    expect(broken(sceneOf([owner, other]))).toEqual(all('leaked-lock'));
  });
});

describe('freeing what others wait for', () => {
  const d = new Handle<Device>('dev', 'd');
  const user = framed('user', function* (): Kfn<void> {
    yield* lock(d);
    yield* unlock(d);
  });
  const reader = framed('reader', function* (): Kfn<void> {
    yield* read_lock(d);
    yield* read_unlock(d);
  });
  const holder = framed('holder', function* (): Kfn<void> {
    yield* lock(d);
    yield* free(d);
  });
  const freer = framed('freer', function* (): Kfn<void> {
    yield* free(d);
  });
  const sleeper = framed('sleeper', function* (): Kfn<void> {
    yield* wait(d, 'x', 'eq', 1);
  });
  const setter = framed('setter', function* (): Kfn<void> {
    yield* store(d, 'x', 0);
    yield* free(d);
  });

  test.each([
    ['a lock, by its holder', [user, holder], 'leaked-lock use-after-free'],
    ['a read side, by the holder', [reader, holder], 'leaked-lock use-after-free'],
    ['a lock, by a third', [user, user, freer], 'use-after-free'],
    ['a value', [sleeper, setter], 'use-after-free'],
    ['a lock that nobody holds', [user, freer], 'use-after-free'],
  ] as const)('lets them crash: %s', (_, bodies, words) => {
    expect(broken(sceneOf(bodies))).toEqual(all(words));
  });

  test('is seen by who only gives the lock back', () => {
    const keeper = framed('keeper', function* (): Kfn<void> {
      yield* read_lock(d);
      yield* store(d, 'x', 1);
      yield* read_unlock(d);
    });
    const killer = framed('killer', function* (): Kfn<void> {
      yield* wait(d, 'x', 'eq', 1);
      yield* free(d);
    });
    const scene = sceneOf([keeper, killer], { init: [[d, 'x', 0]] });
    expect(broken(scene)).toEqual(all('use-after-free'));
  });
});

describe('a critical section that does not end', () => {
  const m = new Handle<Cells>('cells', 'mem');
  const mutex = new Handle('mutex', 'mutex');
  const two: Rule = {
    id: 'two',
    events: [],
    reads: ['cells.y'],
    always: (peek) =>
      peek.get(m, 'y') === 2 ? { subject: 'y', because: 'y is 2', facts: {} } : undefined,
  };
  const writer = framed('writer', function* (): Kfn<void> {
    yield* lock(mutex);
    yield* store(m, 'y', 2);
    yield* unlock(mutex);
  });
  const rest: Partial<Scene> = { init: ['y', 'z'].map((f) => [m, f, 0] as const), rules: [two] };

  test('keeps nobody out who could come first: a thread spins in it', () => {
    const spinner = framed('spinner', function* (): Kfn<void> {
      yield* lock(mutex);
      yield* repeat('turn', [], function* (): Kfn<[]> {
        yield* load(m, 'z');
        return [];
      });
    });
    const scene = sceneOf([spinner, writer], rest);
    const { exhaustive, ...others } = broken(scene, ['exhaustive', 'none', 'bound=30']);
    expect(exhaustive).toBe('livelock two');
    expect(others).toEqual(all('two', ['none', 'bound=30']));
  });

  test.each([0, 1])('keeps nobody out: a thread crashes in it, or not (%d)', (crashes) => {
    const maybe = framed('maybe', function* (dev: Handle<Device>): Kfn<void> {
      if ((yield* choose(m, 2)) === crashes) yield* free(dev);
    });
    const crasher = framed('crasher', function* (): Kfn<void> {
      const dev = yield* alloc(Dev, m, 'dev');
      yield* maybe(dev);
      yield* lock(mutex);
      yield* load(dev, 'x');
      yield* unlock(mutex);
    });
    expect(broken(sceneOf([crasher, writer], rest))).toEqual(all('two use-after-free'));
  });

  test('keeps nobody out: a thread crashes in it always', () => {
    const crasher = framed('crasher', function* (): Kfn<void> {
      const dev = yield* alloc(Dev, m, 'dev');
      yield* free(dev);
      yield* lock(mutex);
      yield* load(dev, 'x');
      yield* unlock(mutex);
    });
    expect(broken(sceneOf([crasher, writer], rest))).toEqual(all('two use-after-free'));
  });
});

describe('on random programs that free what others hold or wait for', () => {
  test('every strategy agrees with brute force', () => {
    for (let seed = 1; seed <= 150; seed++) {
      expect(crosscheck(seed, 'owning').differences).toEqual([]);
    }
    // Programs that once told two strategies apart.
    for (const seed of [233, 320, 407, 1272]) {
      expect(crosscheck(seed, 'owning').differences).toEqual([]);
    }
  });

  test('every reduction agrees with an interpreter that shares nothing with the machine', () => {
    const result = crosscheckBrute(100, 1, { schedulesMax: 200, flavour: 'owners' });
    expect(result.failures).toEqual([]);
    expect(result.programs - result.skipped).toBeGreaterThan(70);
  });
});
