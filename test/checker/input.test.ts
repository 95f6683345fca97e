// SPDX-License-Identifier: GPL-2.0-only
// Scenes and options that are wrong are refused in one line, with a hint.
import { describe, expect, test } from 'vitest';
import {
  choose,
  ended,
  framed,
  Handle,
  type Kfn,
  load,
  repeat,
  spawn,
  store,
  type Value,
} from '#env/op';
import {
  check,
  type SceneCheckOptions,
  SceneError,
  type SceneInput,
  underMemory,
} from '../../src/checker/index.ts';

const m = new Handle<Record<string, Value>>('cells', 'mem');

/** A scene of one thread, with nothing that may be left out. */
const scene = (body: () => Kfn<void>, value: unknown = 0): SceneInput => ({
  name: 'x',
  init: [[m, 'x', value as Value]],
  threads: [{ name: 't', fn: framed('f', body), args: [] }],
});

const writes = (value: unknown) =>
  scene(function* (): Kfn<void> {
    yield* store(m, 'x', value as Value);
  });

test('rules, signatures and sometimes may be left out', () => {
  expect(check(writes(1)).outcome).toBe('holds');
  expect(check(underMemory(writes(1), 'tso')).outcome).toBe('holds');
});

test.each(['sc', 'tso', 'pso'] as const)('a call without yield* is refused under %s', (model) => {
  const forgets = scene(function* (): Kfn<void> {
    yield store(m, 'x', 1) as never;
  });
  expect(() => check(underMemory(forgets, model))).toThrow(
    'RW402: f() yields a call that it does not run\n  hint: write yield* before the call',
  );
});

test.each([5, 'x', null, {}, { kind: 'nonsense', obj: m, field: 'x' }])(
  'what is no Op is refused: %o',
  (what) => {
    const yields = scene(function* (): Kfn<void> {
      yield what as never;
    });
    expect(() => check(yields)).toThrow(/^RW402: f\(\) yields \w+, which is no Op\n {2}hint: /);
  },
);

describe('what no cell can hold is refused', () => {
  const others = [{}, new Map(), () => 1, Symbol('s'), 1n, [1, [{}]]];
  test.each(others)('%o', (value) => {
    expect(() => check(writes(value))).toThrow(/^RW403: f\(\) hands on an? \w+, which is no value/);
    const begins = scene(function* (): Kfn<void> {
      yield* load(m, 'x');
    }, value);
    expect(() => check(begins)).toThrow(/^RW403: mem.x begins as an? \w+, which is no value/);
  });

  test('all others are taken', () => {
    for (const value of [null, undefined, true, 1, 'x', m, [1, [m, null]]]) {
      expect(check(writes(value)).outcome).toBe('holds');
    }
  });
});

test('an option that there is not is refused', () => {
  const options = { statesmax: 3 } as unknown as SceneCheckOptions;
  expect(() => check(writes(1), options)).toThrow(/^RW404: check\(\) has no option statesmax\n/);
  try {
    check(writes(1), options);
  } catch (error) {
    expect(error).toBeInstanceOf(SceneError);
    expect((error as SceneError).code).toBe('RW404');
  }
});

describe('threads', () => {
  const body = framed('f', function* (cell: Handle<Record<string, Value>>): Kfn<void> {
    yield* store(cell, 'x', 1);
    yield* store(cell, 'x', 2);
  });
  const cells = Array.from(
    { length: 65 },
    (_, i) => new Handle<Record<string, Value>>('cells', `${i}`),
  );
  /** @n threads, each with a cell of its own; or the last two with one. */
  const threads = (n: number, shared = false): SceneInput => ({
    name: 'many',
    init: cells.map((cell) => [cell, 'x', 0]),
    threads: Array.from({ length: n }, (_, i) => {
      return { name: `t${i}`, fn: body, args: [cells[shared && i === n - 1 ? i - 1 : i]!] };
    }),
  });
  const strategies = [
    { kind: 'exhaustive' },
    { kind: 'optimal' },
    { kind: 'source-dpor' },
    { kind: 'sample', runs: 3, seed: 1 },
  ] as const;

  test.each(strategies)('are taken as long as $kind can tell them apart', (strategy) => {
    const most = strategy.kind === 'exhaustive' ? 30 : 64;
    expect(check(threads(most), { strategy }).findings).toEqual([]);
    expect(() => check(threads(most + 1, true), { strategy })).toThrow(
      new RegExp(`^RW406: an? [a-z ]+ has at most ${most} threads in all its runs\n {2}hint: `),
    );
  });

  test('that are started while others run are counted, too', () => {
    const starts = framed('starts', function* (): Kfn<void> {
      for (let i = 0; i < 64; i++) yield* spawn(m, { name: `s${i}`, fn: body, args: [m] });
    });
    const many: SceneInput = {
      ...scene(function* () {}),
      threads: [{ name: 't', fn: starts, args: [] }],
    };
    const strategy = { kind: 'sample', runs: 1, seed: 1 } as const;
    expect(() => check(many, { strategy })).toThrow(/^RW406: a scene has at most 64 threads/);
  });

  test('may choose only so often where each choice is a race', () => {
    const often = framed('often', function* (): Kfn<void> {
      for (let i = 0; i < 4097; i++) yield* choose(m, 2);
    });
    const strategy = { kind: 'optimal' } as const;
    const many: SceneInput = {
      ...scene(function* () {}),
      threads: [{ name: 't', fn: often, args: [] }],
    };
    expect(() => check(many, { strategy })).toThrow(/^RW406: a thread chooses at most 4096 times/);
  });
});

test('a loop without arguments may end, and needs no type', () => {
  const loops = scene(function* (): Kfn<void> {
    yield* repeat('spin', [], function* () {
      if ((yield* load(m, 'x')) === 1) return null;
      yield* store(m, 'x', 1);
      return [];
    });
    const n = yield* repeat('counts', [0], function* (i: number) {
      yield* store(m, 'x', i);
      return i === 2 ? ended('three') : ([i + 1] as [number]);
    });
    yield* store(m, 'x', n);
  });
  expect(check(loops).outcome).toBe('holds');
});
