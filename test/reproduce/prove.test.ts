// SPDX-License-Identifier: GPL-2.0-only
// Waits on small random programs: what is proved of them, against brute force over all orders.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Machine } from '#checker/index';
import { enabledThreads, replayRun } from '#checker/program/run';
import type { SceneInput } from '#checker/program/scene';
import { event, framed, Handle, type Kfn, load, store } from '#env/op';
import { orderOf } from '#reproduce/conflicts';
import { findWaits } from '#reproduce/find-waits';
import { Gates } from '#reproduce/gates';
import { expected, prove } from '#reproduce/prove';
import { arrivalsOf, candidatesOf, keeps, type Role, runOf, type Wait } from '#reproduce/waits';

/** A program: each thread calls functions, each of which reads or writes one of two cells. */
type Call = { readonly cell: 'x' | 'y'; readonly writes: boolean };
type Threads = readonly (readonly Call[])[];

const cells = new Handle<{ x: number; y: number; at: number }>('cells', 'cells');
const roles: readonly Role[] = ['bind', 'walk'];

/** The rule is broken where the second thread reads y after x was written, y not. */
function sceneOf(threads: Threads, waits: readonly Wait[]): SceneInput {
  const gates = new Gates(waits);
  return {
    name: 'small',
    init: [
      [cells, 'x', 0],
      [cells, 'y', 0],
    ],
    threads: threads.map((calls, t) => ({
      name: `t${t}`,
      args: [],
      fn: framed(`t${t}`, function* (): Kfn<void> {
        yield* load(cells, 'at');
        for (const [i, { cell, writes }] of calls.entries()) {
          const fn = framed(`f${i}`, function* (): Kfn<void> {
            if (writes) yield* store(cells, cell, 1);
            else event('seen', (yield* load(cells, cell)) as number);
          });
          yield* gates.through(roles[t]!, `f${i}`, () => fn());
        }
      }),
    })),
    rules: [
      {
        id: 'R',
        events: ['seen'],
        reads: [],
        onEvent: (state, e) =>
          e.args[0] === 1
            ? { state, report: { subject: 'cells', because: 'seen', facts: {} } }
            : undefined,
      },
    ],
    mayLack: ['seen'],
  };
}

const broken = { rule: 'R', subject: 'cells' };

/** Every order of @scene by brute force: what its runs come to. */
function bruteEnds(scene: SceneInput): Set<'breaks' | 'keeps' | 'stuck'> {
  const machine = new Machine(scene);
  const ends = new Set<'breaks' | 'keeps' | 'stuck'>();
  const go = (run: readonly { thread: number; choice: number }[]): void => {
    const { reports } = replayRun(machine, run);
    const next = enabledThreads(machine);
    for (const thread of next) go([...run, { thread, choice: 0 }]);
    if (next.length > 0) return;
    const stuck = [0, 1].some((t) => !machine.isDone(t));
    const isBroken = reports.some(({ report }) => report.property === 'R');
    ends.add(stuck ? 'stuck' : isBroken ? 'breaks' : 'keeps');
  };
  go([]);
  return ends;
}

const call = fc.record({ cell: fc.constantFrom('x', 'y'), writes: fc.boolean() });
const program = fc.tuple(
  fc.array(call, { minLength: 1, maxLength: 2 }),
  fc.array(call, { minLength: 1, maxLength: 2 }),
) as fc.Arbitrary<Threads>;

/** A run: in each step @picks say who moves; then one thread after the other. */
function someRun(threads: Threads, picks: readonly number[] = []) {
  const machine = new Machine(sceneOf(threads, []));
  const run: { thread: number; choice: number }[] = [];
  for (;;) {
    replayRun(machine, run);
    const next = enabledThreads(machine);
    const thread = next[(picks[run.length] ?? 0) % next.length];
    if (thread === undefined) return replayRun(machine, run).trace;
    run.push({ thread, choice: 0 });
  }
}

test('waits are proved if and only if brute force finds nothing else under them', () => {
  let proved = 0;
  const comesTo = new Set<string>();
  fc.assert(
    fc.property(program, fc.array(fc.nat(), { maxLength: 2 }), (threads, picks) => {
      const all = candidatesOf(runOf(someRun(threads)), [], new Map());
      const waits = all.length === 0 ? [] : picks.map((n) => all[n % all.length]!);
      const scene = sceneOf(threads, waits);
      const { outcome } = prove(scene, broken);
      const ends = bruteEnds(scene);
      if (outcome === 'proved') proved++;
      expect(outcome === 'proved').toBe(ends.size === 1 && ends.has('breaks'));
      comesTo.add(expected(scene, broken));
      const [breaks, others] = [ends.has('breaks'), ends.size > 1];
      const word = breaks ? (others ? 'may break' : 'breaks') : 'keeps';
      // A run that is left standing after it has broken the rule has broken it.
      if (breaks || !ends.has('stuck')) expect(expected(scene, broken)).toBe(word);
      if (outcome === 'escapes') expect(ends.has('keeps')).toBe(true);
      if (outcome === 'stuck') expect(ends.has('stuck') && !ends.has('keeps')).toBe(true);
    }),
    { numRuns: 120, seed: 7 },
  );
  expect(proved).toBeGreaterThan(5);
  expect([...comesTo].sort()).toEqual(['breaks', 'keeps', 'may break']);
});

test('waits that are found leave the runs that break the rule, and only these', () => {
  let found = 0;
  fc.assert(
    fc.property(program, (threads) => {
      const shown = someRun(threads);
      const { waits } = findWaits({ trace: shown }, (w) => prove(sceneOf(threads, w), broken), 12);
      const before = bruteEnds(sceneOf(threads, []));
      if (!before.has('breaks')) expect(waits).toBeNull();
      if (waits === null) return;
      if (waits.length > 0) found++;
      expect([...bruteEnds(sceneOf(threads, waits))]).toEqual(['breaks']);
    }),
    { numRuns: 60, seed: 11 },
  );
  expect(found).toBeGreaterThan(3);
});

test('a run keeps the order of its own conflicts, which takes a wait for some', () => {
  let ordered = 0;
  const ends = new Set<boolean>();
  fc.assert(
    fc.property(program, fc.array(fc.nat(), { maxLength: 12 }), (threads, picks) => {
      const shown = runOf(someRun(threads, picks));
      const waits = orderOf(shown, undefined, 'broken');
      ordered += waits.length;
      for (const wait of waits) expect(keeps(shown.arrivals, wait)).toBe(true);
      // Each access has boundaries of its own here: all runs see what this one has seen.
      const saw = shown.trace.some(({ events }) => events.includes('seen 1'));
      ends.add(saw);
      const under = bruteEnds(sceneOf(threads, waits));
      expect([...under]).toEqual([saw ? 'breaks' : 'keeps']);
    }),
    { numRuns: 100, seed: 5 },
  );
  expect(ordered).toBeGreaterThan(20);
  expect(ends.size).toBe(2);
});

test('a run keeps a wait if it could be taken under it', () => {
  const threads: Threads = [[{ cell: 'x', writes: true }], [{ cell: 'x', writes: false }]];
  const arrivals = arrivalsOf(someRun(threads));
  expect(arrivals.map((a) => a.point)).toEqual(['bind:f0+', 'bind:f0-', 'walk:f0+', 'walk:f0-']);
  expect(keeps(arrivals, { tell: 'bind:f0-', at: 'walk:f0+' })).toBe(true);
  expect(keeps(arrivals, { tell: 'walk:f0-', at: 'bind:f0+' })).toBe(false);
});
