// SPDX-License-Identifier: GPL-2.0-only
// Limits end every search, also of programs that go on for ever; what can not be is said at once.
import { expect, test } from 'vitest';
import {
  fetch_add,
  framed,
  Handle,
  type Kfn,
  type Lock,
  lock,
  READ_ONCE,
  read_lock,
  read_unlock,
  unlock,
  WRITE_ONCE,
  wait,
  write_lock,
  write_unlock,
} from '#env/op';
import type { Strategy } from '#finding/strategy';
import { check } from '../../src/checker/check.ts';
import { type MemoryModel, underMemory } from '../../src/checker/program/store-buffers.ts';
import { abba, cells, mutex, scene, thread } from '../support/checker/families.ts';

const m = cells();

/** Two threads that never end, one of which counts: there is always another state. */
const endless = () => {
  const counts = framed('counts', function* (): Kfn<void> {
    for (;;) yield* fetch_add(m, 'x', 1);
  });
  const looks = framed('looks', function* (): Kfn<void> {
    for (;;) yield* READ_ONCE(m, 'x');
  });
  return scene('endless', [[m, 'x', 0]], [thread('p', counts), thread('q', looks)]);
};

const strategies: readonly Strategy[] = [
  { kind: 'exhaustive' },
  { kind: 'none' },
  { kind: 'optimal' },
  { kind: 'source-dpor' },
  { kind: 'bound', preemptions: 2 },
  { kind: 'delay', delays: 2 },
  { kind: 'sample', runs: 1_000_000, seed: 1 },
];

/** A clock that is a millisecond further each time that it is looked at. */
const clock = () => {
  let now = 0;
  return () => now++;
};

test.each(strategies)('a limit of time ends $kind', (strategy) => {
  const { outcome, coverage } = check(endless(), { strategy, timeMaxS: 0.02, clock: clock() });
  expect(outcome).toBe('bounded');
  expect(coverage.bounded.map((b) => b.name)).toContain('time');
});

/** A thread that nobody else can see, and that never comes back to a local state; its steps. */
const alone = () => {
  const steps = { count: 0 };
  const looks = framed('looks', function* (): Kfn<void> {
    for (;;) {
      steps.count++;
      yield* READ_ONCE(m, 'x');
    }
  });
  return { steps, scene: scene('alone', [[m, 'x', 0]], [thread('p', looks)]) };
};

test.each(strategies)('a limit of time ends $kind within a run that nobody sees', (strategy) => {
  const { steps, scene } = alone();
  const { coverage } = check(scene, { strategy, timeMaxS: 0.02, clock: clock() });
  expect(coverage.bounded.map((b) => b.name)).toContain('time');
  expect(steps.count).toBeLessThan(20 * 256 * 16);
});

test('a limit of states, too: where each step is new, its local states count', () => {
  for (const strategy of strategies.filter((s) => s.kind === 'exhaustive' || s.kind === 'bound')) {
    const { steps, scene } = alone();
    const { coverage } = check(scene, { strategy, statesMax: 1000 });
    expect(coverage.bounded.map((b) => b.name)).toEqual(['states']);
    expect(steps.count).toBeLessThan(15_000);
  }
});

test('a limit of depth, too', () => {
  const { coverage } = check(alone().scene, { depthMax: 500, statesMax: 5000 });
  expect(coverage.bounded.map((b) => b.name)).toEqual(['depth']);
});

test('a search of a program that never ends begins with few random runs', () => {
  const { coverage } = check(endless(), { statesMax: 100 });
  expect(coverage.bounded.map((b) => b.name)).toEqual(['states']);
});

test.each([
  { strategy: { kind: 'bound', preemptions: -1 } },
  { strategy: { kind: 'bound', preemptions: Number.NaN } },
  { strategy: { kind: 'delay', delays: 1.5 } },
  { strategy: { kind: 'sample', runs: -5, seed: 1 } },
  { strategy: { kind: 'nonsense' } as unknown as Strategy },
  { strategy: 'optimal' as unknown as Strategy },
  { statesMax: Number.NaN },
  { depthMax: -1 },
  { timeMaxS: Number.NaN },
] as const)('a RangeError says that %o can not be', (options) => {
  expect(() => check(abba(), options)).toThrow(RangeError);
});

test('a RangeError says that there is no such memory model', () => {
  expect(() => underMemory(abba(), 'zzz' as MemoryModel)).toThrow(RangeError);
});

test('a wait-for cycle leaves out a reader that only shares', () => {
  const a = new Handle('rwsem', 'a') as Lock;
  const b = mutex('b');
  const sleeper = framed('sleeper', function* (): Kfn<void> {
    yield* read_lock(a);
    yield* WRITE_ONCE(m, 'x', 1);
    yield* wait(m, 'y', 'eq', 1);
  });
  const reader = framed('reader', function* (): Kfn<void> {
    yield* wait(m, 'x', 'eq', 1);
    yield* read_lock(a);
    yield* lock(b);
    yield* unlock(b);
    yield* read_unlock(a);
  });
  const writer = framed('writer', function* (): Kfn<void> {
    yield* lock(b);
    yield* write_lock(a);
    yield* write_unlock(a);
    yield* unlock(b);
  });
  const threads = [thread('r1', sleeper), thread('r2', reader), thread('w', writer)];
  const { findings } = check(scene('readers', [], threads));
  const cycles = findings
    .filter((f) => f.report.property === 'deadlock')
    .map((f) => String(f.report.facts['cycle']).split(' -> ').sort().join(' '));
  expect(cycles).toContain('r2 w');
  expect(cycles.some((c) => c.startsWith('r1 r2 w'))).toBe(false);
});
