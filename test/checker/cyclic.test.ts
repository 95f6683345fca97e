// SPDX-License-Identifier: GPL-2.0-only
// Programs that may go on for ever: what goes round in a cycle must hide nothing.
import { describe, expect, test } from 'vitest';
import { framed, type Kfn, load, repeat, store } from '#env/op';
import { check } from '../../src/checker/check.ts';
import { detect } from '../../src/checker/detect/detect.ts';
import { Machine } from '../../src/checker/machine/machine.ts';
import type { Scene } from '../../src/checker/program/scene.ts';
import { type ExhaustiveOptions, exhaustive } from '../../src/checker/search/exhaustive.ts';
import { exploreStateGraph } from '../../src/checker/search/state-graph.ts';
import { crosscheckCyclic, cyclicScene } from '../support/checker/crosscheck-cyclic.ts';
import { cells, scene, thread, writer } from '../support/checker/families.ts';
import { draws } from '../support/sweep.ts';

const m = cells();

/** Stores @values in @field one after the other, again and again. */
const rounds = framed('rounds', function* (field: string, ...values: number[]): Kfn<void> {
  yield* repeat('turn', [], function* (): Kfn<[]> {
    for (const v of values) yield* store(m, field, v);
    return [];
  });
});

/** No run may store 2 in z; the rule sees y as well. */
function neverTwo(name: string, ...threads: Scene['threads']): Scene {
  const zero = ['x', 'y', 'z'].map((f) => [m, f, 0] as const);
  const never: Scene['rules'][number] = {
    id: 'never-two',
    events: [],
    reads: ['cells.y', 'cells.z'],
    always: (peek) =>
      peek.get(m, 'z') === 2 ? { subject: 'z', because: 'z is 2', facts: {} } : undefined,
  };
  return { ...scene(name, zero, threads), rules: [never] };
}

type Faults = NonNullable<ExhaustiveOptions['faults']>;
/** What quiet steps and sleep sets find, without persistent sets of several threads. */
const propertiesOf = (s: Scene, faults?: Faults): string[] =>
  exhaustive(new Machine(s), { persistent: false, faults }).found.map((f) => f.report.property);

describe('a state that is met again with less asleep', () => {
  // Met with T1 asleep in a circle that T1 has not come out of: what T1 does there is still to do.
  const late = framed('late', function* (): Kfn<void> {
    yield* store(m, 'x', 1);
    yield* rounds('y', 0, 1);
  });
  const s = scene(
    'two circles',
    ['x', 'y'].map((f) => [m, f, 0] as const),
    [thread('T1', rounds, 'y', 0, 0), thread('T2', late)],
  );
  const states = (faults?: Faults) => exhaustive(new Machine(s), { quiet: false, faults }).states;

  test('is explored again', () => {
    expect(states()).toBe(8);
    expect(exploreStateGraph(new Machine(s)).states).toBe(8);
  });

  test('loses states where it is not', () => {
    expect(states({ ignoreWaking: true })).toBe(6);
  });
});

describe('a thread that goes round alone', () => {
  const spinner = framed('T1', function* (): Kfn<void> {
    yield* load(m, 'y');
    yield* rounds('x', 1);
  });
  const follower = framed('T2', function* (): Kfn<void> {
    if ((yield* load(m, 'y')) === 1) yield* store(m, 'z', 2);
  });
  const threads = [thread('T1', spinner), thread('T2', follower), thread('T3', writer, m, 'y', 1)];
  const s = neverTwo('spin', ...threads);

  test('keeps nobody from going on', () => {
    expect(propertiesOf(s)).toEqual(['livelock', 'never-two']);
  });

  test('would, if its cycle were not opened', () => {
    expect(propertiesOf(s, { ignoreCycles: true })).toEqual(['livelock']);
  });
});

describe('a thread whose steps come to be quiet while it sleeps', () => {
  const reader = framed('T2', function* (): Kfn<void> {
    if ((yield* load(m, 'y')) === 0) yield* store(m, 'z', 2);
    else
      yield* repeat('turn', [], function* (): Kfn<[]> {
        yield* load(m, 'x');
        return [];
      });
  });
  const s = neverTwo(
    'quiet sleeper',
    thread('T1', rounds, 'x', 1, 2),
    thread('T2', reader),
    thread('T3', writer, m, 'y', 1),
  );

  test('keeps nobody from going on', () => {
    for (const kind of ['exhaustive', 'none'] as const) {
      const { outcome, findings } = check(s, { strategy: { kind } });
      expect(outcome).toBe('violated');
      expect(findings.map((f) => f.report.property)).toContain('never-two');
    }
  });

  test('would, if a sleeping quiet step ended the search there: that said "holds" once', () => {
    expect(propertiesOf(s, { sleepersAreDone: true })).toEqual([]);
  });
});

describe('on random programs that may go on for ever', () => {
  test('every way of exploring agrees with the search without reduction', () => {
    let violations = 0;
    let cyclic = 0;
    for (let seed = 1; seed <= draws(50); seed++) {
      const found = crosscheckCyclic(seed);
      expect(found.differences).toEqual([]);
      violations += found.violations;
      if (found.cyclic) cyclic++;
    }
    expect(violations).toBeGreaterThan(draws(3));
    expect(cyclic).toBeGreaterThan(draws(33));
  });

  test.each([
    ['ignoreCycles', 153],
    ['sleepersAreDone', 253],
    ['sleepersSuffice', 804],
    ['sleepersSuffice', 850],
  ] as const)('the fault %s is caught in program %d', (fault, seed) => {
    expect(crosscheckCyclic(seed, { [fault]: true }).differences).not.toEqual([]);
    expect(crosscheckCyclic(seed).differences).toEqual([]);
  });

  test('data races and lock orders are those of all states', () => {
    for (let seed = 1; seed <= draws(30); seed++) {
      const all = detect(new Machine(cyclicScene(seed)), 5_000);
      if (!all.finished) continue;
      const words = all.found
        .filter((f) => f.report.property !== 'livelock')
        .map(({ report: r }) => `${r.property} ${r.subject} ${r.because}`);
      const { detected } = check(cyclicScene(seed), { minimiseMax: 1, explainMax: 0 });
      const got = detected.map((r) => `${r.property} ${r.subject} ${r.because}`);
      expect(got.sort(), `seed ${seed}`).toEqual(words.sort());
    }
  });
});
