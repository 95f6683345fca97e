// SPDX-License-Identifier: GPL-2.0-only
// Threads that are started in many ways: each search has to learn where every one of them begins.
import { describe, expect, test } from 'vitest';
import { must } from '#base/assert';
import {
  choose,
  fetch_add,
  framed,
  Handle,
  type Kfn,
  load,
  repeat,
  spawn,
  store,
  type Value,
  xchg,
} from '#env/op';
import { check } from '../../../src/checker/check.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';
import { parseStrategy } from '../../../src/checker/strategies/registry.ts';
import { sceneOf } from '../../support/checker/scenes.ts';

type Cells = Record<string, Value>;

const KINDS = ['exhaustive', 'none', 'optimal', 'source-dpor', 'bound=30', 'delay=10'];

/**
 * Out of @n * @n threads that may be started, one stores what another thread reads. Which one that
 * is, the machine can not know before a run has started it.
 */
function rarely(n: number): Scene {
  const m = new Handle<Cells>('cells', 'mem');
  const work = framed('work', function* (cell: string): Kfn<void> {
    yield* store(m, cell, 7);
  });
  const starter = framed('starter', function* (): Kfn<void> {
    const v = yield* choose(m, n);
    const w = yield* choose(m, n);
    const cell = v === n - 1 && w === n - 2 ? 'y' : 'quiet';
    yield* spawn(m, { name: 'work', fn: work, args: [cell] });
  });
  const reader = framed('reader', function* (): Kfn<void> {
    yield* store(m, 'y', 1);
    yield* store(m, 'r', yield* load(m, 'y'));
  });
  const own: Rule = {
    id: 'reads-its-own',
    events: [],
    reads: ['cells.r'],
    atEnd: (peek) =>
      peek.get(m, 'r') === 1 ? undefined : { subject: 'mem', because: 'another', facts: {} },
  };
  const init = ['y', 'r', 'quiet'].map((cell) => [m, cell, 0] as const);
  return sceneOf([starter, reader], { init, rules: [own] });
}

/** Two threads each start a thread of the same name; which is which goes by the order. */
function sameName(): Scene {
  const m = new Handle<Cells>('cells', 'mem');
  const work = framed('work', function* (): Kfn<void> {
    yield* store(m, 'y', 0);
  });
  const first = framed('first', function* (): Kfn<void> {
    yield* spawn(m, { name: 'work', fn: work, args: [] });
    yield* store(m, 'x', 0);
    yield* store(m, 'x', 1);
  });
  const second = framed('second', function* (): Kfn<void> {
    yield* store(m, 'z', 0);
    yield* repeat('loop', [0], function* (n: number): Kfn<[number] | null> {
      const v = yield* load(m, 'x');
      if (v === 2 || n >= 2) return null;
      yield* store(m, 'x', 2);
      return [n + 1];
    });
    yield* xchg(m, 'z', 0);
  });
  const third = framed('third', function* (): Kfn<void> {
    yield* fetch_add(m, 'y', 1);
    yield* spawn(m, { name: 'work', fn: work, args: [] });
    yield* store(m, 'y', 1);
  });
  const final: Rule = {
    id: 'final',
    events: [],
    reads: [],
    readsAtEnd: ['x', 'y', 'z'].map((cell) => `${m.type}.${cell}`),
    atEnd: (peek) => {
      const subject = ['x', 'y', 'z'].map((cell) => `${String(peek.get(m, cell))}`).join(' ');
      return { subject, because: 'the run ends so', facts: {} };
    },
  };
  const init = ['x', 'y', 'z'].map((cell) => [m, cell, 0] as const);
  return sceneOf([first, second, third], { init, rules: [final] });
}

describe('a thread that is started with arguments that a choice decides on', () => {
  test.each(KINDS)('is seen by %s', (kind) => {
    const result = check(rarely(2), { strategy: must(parseStrategy(kind), kind), explainMax: 0 });
    expect(result.outcome).toBe('violated');
    expect(result.findings.map((f) => f.report.property)).toEqual(['reads-its-own']);
  });

  test.each(['exhaustive', 'bound=30'])('is seen by %s however rare it is', (kind) => {
    const result = check(rarely(100), { strategy: must(parseStrategy(kind), kind), explainMax: 0 });
    expect(result.outcome).toBe('violated');
  });
});

test.each(KINDS)('threads of one name: %s finds runs of fewest preemptions', (kind) => {
  const result = check(sameName(), { strategy: must(parseStrategy(kind), kind), explainMax: 0 });
  const fewest = result.findings.map((f) => [f.report.subject, f.preemptions, f.minimal]);
  expect(fewest.sort()).toEqual([
    ['1 0 0', 0, true],
    ['1 1 0', 1, true],
    ['2 0 0', 0, true],
    ['2 1 0', 1, true],
  ]);
});

describe('the machine', () => {
  test('tells whom a step has moved and started, whether it knew the thread or not', () => {
    const machine = new Machine(rarely(2));
    for (const choices of [
      [1, 0],
      [0, 0],
      [1, 1],
    ]) {
      machine.reset();
      expect(machine.moved).toEqual([0, 1]);
      for (const choice of choices) machine.step(0, choice);
      expect(machine.moved).toEqual([0]);
      machine.step(0);
      expect([...machine.moved].sort()).toEqual([0, 2]);
    }
  });
});
