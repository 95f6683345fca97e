// SPDX-License-Identifier: GPL-2.0-only
// What happens sometimes and looks at memory is found by every search, and what rules look at is
// what they declare.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { event, framed, Handle, type Kfn, load, store, type Value } from '#env/op';
import type { Strategy } from '#finding/strategy';
import { check } from '../../src/checker/check.ts';
import { Machine } from '../../src/checker/machine/machine.ts';
import type { Peek, Rule, Scene, Sometimes } from '../../src/checker/program/scene.ts';
import { exhaustive } from '../../src/checker/search/exhaustive.ts';
import { randomScene } from '../support/checker/random-scene.ts';

type Cells = Record<string, Value>;

const kinds = ['exhaustive', 'none', 'optimal', 'source-dpor'] as const;
const strategies: readonly Strategy[] = [
  ...kinds.map((kind) => ({ kind })),
  { kind: 'bound', preemptions: 30 },
];

/** @n threads open a window each, once, for a single step; another marks. */
function windows(n: number): Scene {
  const m = new Handle<Cells>('cells', 'mem');
  const names = Array.from({ length: n }, (_, i) => `y${i}`);
  const toggles = framed('toggles', function* (name: string): Kfn<void> {
    for (let k = 0; k < 6; k++) yield* store(m, `before ${name}`, k);
    yield* store(m, name, 1);
    yield* store(m, name, 0);
    for (let k = 0; k < 6; k++) yield* store(m, `after ${name}`, k);
  });
  const marks = framed('marks', function* (): Kfn<void> {
    yield* load(m, 'x');
    event('mark');
  });
  const open = (peek: Peek): number => names.filter((name) => peek.get(m, name) === 1).length;
  return {
    name: 'windows',
    init: [[m, 'x', 0], ...names.map((name) => [m, name, 0] as const)],
    threads: [
      { name: 'a', fn: marks, args: [] },
      ...names.map((name) => ({ name: `t ${name}`, fn: toggles, args: [name] })),
    ],
    rules: [],
    signatures: [],
    sometimes: [0, n, n + 1].map((count) => ({
      id: `${count} open`,
      events: ['mark'],
      reads: names.map((name) => `cells.${name}`),
      holds: (_, peek) => open(peek) === count,
    })),
  };
}

describe('what is open when another thread marks', () => {
  for (const n of [2, 3]) {
    test.each(strategies)(`is seen where all ${n} are, by $kind`, (strategy) => {
      const { coverage } = check(windows(n), { strategy });
      expect(coverage.sometimes).toEqual(['0 open', `${n} open`]);
    });

    test(`is seen where all ${n} are, without random runs before`, () => {
      const machine = new Machine(windows(n));
      exhaustive(machine, { learn: false });
      expect([...machine.rules.hits].sort()).toEqual(['0 open', `${n} open`]);
    });
  }

  test('costs nothing once it has been seen', () => {
    const states = (...ids: string[]): number => {
      const scene = windows(2);
      const sometimes = scene.sometimes.filter(({ id }) => ids.includes(id));
      return exhaustive(new Machine({ ...scene, sometimes })).states;
    };
    expect(states('0 open')).toBe(states());
    expect(states('3 open')).toBeGreaterThan(states());
  });
});

test('random programs show the same sometimes, reduced or not', () => {
  let shown = 0;
  const property = fc.property(fc.integer({ min: 1, max: 1 << 30 }), (seed) => {
    const scene = withSometimes(randomScene(seed));
    const hits = (options: object): string[] | null => {
      const machine = new Machine(scene);
      const { bounded } = exhaustive(machine, { statesMax: 20_000, ...options });
      return bounded.length > 0 ? null : [...machine.rules.hits].sort();
    };
    const all = hits({ learn: false, quiet: false, sleep: false, persistent: false });
    if (all === null) return;
    shown += all.length;
    expect(hits({ learn: false })).toEqual(all);
    expect(hits({ learn: false, futures: false })).toEqual(all);
    expect(hits({})).toEqual(all);
  });
  fc.assert(property, { numRuns: 150, seed: 2, endOnFailure: true });
  expect(shown).toBeGreaterThan(40);
});

/** @scene with one sometimes for each pair of values of two of its cells at an event. */
function withSometimes(scene: Scene): Scene {
  const mem = scene.init[0]![0] as Handle<Cells>;
  const values = [0, 1, 2, 3];
  const sometimes = values.flatMap((x) =>
    values.map(
      (z): Sometimes => ({
        id: `x is ${x}, z is ${z}`,
        events: ['seen'],
        reads: ['cells.x', 'cells.z'],
        holds: (_, peek) => peek.get(mem, 'x') === x && peek.get(mem, 'z') === z,
      }),
    ),
  );
  return { ...scene, sometimes };
}

describe('a look at what is not declared is an error', () => {
  const c = new Handle<Cells>('c', 'c');
  const adds = framed('adds', function* (): Kfn<void> {
    const n = (yield* load(c, 'n')) as number;
    yield* store(c, 'n', n + 1);
    event('added', n);
  });
  const scene = (part: Partial<Scene>): Scene => ({
    name: 'x',
    init: [
      [c, 'n', 0],
      [c, 'm', 0],
    ],
    threads: ['a', 'b'].map((name) => ({ name, fn: adds, args: [] })),
    rules: [],
    signatures: [],
    sometimes: [],
    ...part,
  });
  const small = (peek: Peek) =>
    (peek.get(c, 'n') as number) > 1 ? { subject: 'c', because: 'n is 2', facts: {} } : undefined;
  const rule = (part: Partial<Rule>): Scene =>
    scene({ rules: [{ id: 'small', events: [], reads: [], ...part }] });
  const undeclared =
    "RW401: small reads c.n, which it does not declare\n  hint: add 'c.n' to its reads";

  test.each(strategies)('by $kind', (strategy) => {
    for (const reads of [['c.m'], ['counter.n'], []]) {
      expect(() => check(rule({ reads, always: small }), { strategy })).toThrow(undeclared);
      const onEvent: Rule['onEvent'] = (_s, _e, peek) => void small(peek);
      expect(() => check(rule({ reads, events: ['added'], onEvent }), { strategy })).toThrow(
        undeclared,
      );
      expect(() => check(rule({ reads, atEnd: small }), { strategy })).toThrow(undeclared);
      const holds: Sometimes['holds'] = (_e, peek) => small(peek) !== undefined;
      const sometimes = [{ id: 'small', events: ['added'], reads, holds }];
      expect(() => check(scene({ sometimes }), { strategy })).toThrow(undeclared);
    }
    expect(check(rule({ reads: ['c.n'], always: small }), { strategy }).outcome).toBe('violated');
  });

  test('of a signature', () => {
    const signature = {
      window: 'small',
      events: ['added'],
      reads: ['c.m'],
      initial: 0,
      step: (_s: Value, _e: unknown, peek: Peek) => (small(peek) ? 1 : 0),
      explains: () => false,
    };
    expect(() => check(scene({ signatures: [signature] }))).toThrow(undeclared);
  });

  test('of another object than the subjects', () => {
    const other = new Handle<Cells>('c', 'other');
    const part = { reads: ['c.n'], subjects: [other], always: small };
    expect(() => check(rule(part))).toThrow(
      'RW401: small reads c.n of c, which is none of its subjects',
    );
  });

  test('what is only looked at in the end is declared so, and costs no states', () => {
    const count = (part: Partial<Rule>): number => check(rule(part)).coverage.states;
    const atEnd = (peek: Peek) => void peek.get(c, 'n');
    expect(count({ readsAtEnd: ['c.n'], atEnd })).toBe(count({}));
    expect(() => check(rule({ readsAtEnd: ['c.n'], always: small }))).toThrow(undeclared);
  });

  test('a rule that is broken from the beginning is', () => {
    const always = (peek: Peek) =>
      peek.get(c, 'm') === 0 ? { subject: 'c', because: 'm is 0', facts: {} } : undefined;
    const { outcome, findings } = check(rule({ reads: ['c.m'], always }));
    expect(outcome).toBe('violated');
    expect(findings[0]!.trace).toEqual([]);
  });
});

test.each(strategies)('what is asked of the end is seen by $kind', (strategy) => {
  const scene = windows(2);
  const at = (id: string, value: number): Sometimes => ({
    id,
    events: [],
    holds: () => false,
    readsAtEnd: ['cells.y0'],
    atEnd: (peek) => peek.get(scene.init[1]![0] as Handle<Cells>, 'y0') === value,
  });
  const sometimes = [at('shut', 0), at('open', 1)];
  expect(check({ ...scene, sometimes }, { strategy }).coverage.sometimes).toEqual(['shut']);
});
