// SPDX-License-Identifier: GPL-2.0-only
// Why a run fails: by hand on small programs, and by brute force on what the examples find.
import { describe, expect, test } from 'vitest';
import {
  framed,
  free,
  Handle,
  type Kfn,
  load,
  lock,
  READ_ONCE,
  store,
  unlock,
  WRITE_ONCE,
} from '#env/op';
import { scene as lockBug } from '../../../examples/checker/lock-bug.ts';
import { scene as lostWakeUp } from '../../../examples/checker/lost-wake-up.ts';
import { check } from '../../../src/checker/check.ts';
import { explain, reportKey } from '../../../src/checker/index.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { replay } from '../../../src/checker/program/schedule.ts';
import { abba, cells, mutex, scene, thread } from '../../support/checker/families.ts';
import { counting } from '../../support/checker/scenes.ts';
import { recheck } from '../../support/checker/why.ts';

/** The first finding of @scene, with its steps in words. */
function explained(scene: Scene) {
  const finding = check(scene).findings[0]!;
  const { trace, deciding } = finding;
  const why = finding.why!;
  const words = (i: number | null): string | null => {
    const step = i === null ? undefined : trace[i];
    if (step === undefined) return null;
    const cell = step.field === '' ? step.object : `${step.object}.${step.field}`;
    return `${step.thread} ${step.op} ${cell}`;
  };
  const pair = why.pair && [why.pair.victim, why.pair.intruder].sort((a, b) => a - b).map(words);
  return { finding, why, pair, deciding: words(deciding), words };
}

describe('the lock bug', () => {
  const { finding, why, pair, deciding, words } = explained(lockBug);

  test('has a window between the read and the write', () => {
    expect(words(why.window!.opens)).toBe('insmod load counter.users');
    expect(words(why.window!.closes)).toBe('insmod store counter.users');
    expect(why.window!.end).toMatchObject({ thread: 'insmod', beyond: false });
  });

  test('is decided by two accesses, of which the later is the deciding one', () => {
    expect(pair).toEqual(['udevd load counter.users', 'insmod store counter.users']);
    expect(deciding).toBe(pair![1]);
  });

  test('is certain before it shows', () => {
    const { odds } = why;
    if (!odds.exact) throw new Error('the graph is small');
    expect(odds.fails).toBeGreaterThan(0.2);
    expect(odds.fails).toBeLessThan(0.8);
    expect(odds.after[0]).toBe(odds.fails);
    expect(odds.after.at(-1)).toBe(1);
    expect(odds.noReturn).toBeLessThan(odds.after.length - 2);
  });

  test('has a run that passes, though it differs in two steps only', () => {
    const again = replay(new Machine(lockBug), why.pair!.passing);
    expect(again.ok && again.value.reports).toEqual([]);
  });

  test('comes to the same by brute force', () => {
    expect(recheck(new Machine(lockBug), finding)).toEqual([]);
  });

  test('is explained alike where only its run is given', () => {
    const machine = new Machine(lockBug);
    const again = replay(machine, finding.schedule);
    if (!again.ok) throw new Error('the schedule replays');
    const { run } = again.value;
    const alone = explain(machine, run, reportKey(finding.report));
    expect(alone!.why).toEqual(why);
    expect(explain(machine, run.slice(0, 1), reportKey(finding.report))).toBeNull();
  });
});

describe('without a preemption', () => {
  const box = new Handle<{ v: number }>('box', 'box');
  const flag = cells();
  const frees = framed('frees', function* (): Kfn<void> {
    yield* load(box, 'v');
    yield* free(box);
    yield* WRITE_ONCE(flag, 'x', 1);
  });
  const uses = framed('uses', function* (): Kfn<void> {
    yield* READ_ONCE(flag, 'y');
    yield* load(box, 'v');
  });
  const threads = [thread('T0', frees), thread('T1', uses)];
  const program = scene('after free', [[box, 'v', 0]], threads);
  const { finding, why, pair, words } = explained(program);

  test('the pair is the free and the use', () => {
    expect(pair).toEqual(['T0 free box', 'T1 load box.v']);
  });

  test('the window has no end, since nothing comes after the free', () => {
    expect(why.window).toMatchObject({ victim: 'T0', intruder: 'T1', closes: null, end: null });
    expect(words(why.window!.opens)).toBe('T0 free box');
    expect(why.window!.complete).toBe(true);
  });

  test('it comes to the same by brute force', () => {
    expect(recheck(new Machine(program), finding)).toEqual([]);
  });
});

describe('a window that is open when the failure shows', () => {
  // T0 opens the door and shuts it later; T1 fails at once if it comes in between.
  const door = cells();
  const keeper = framed('keeper', function* (): Kfn<void> {
    yield* WRITE_ONCE(door, 'x', 1);
    yield* WRITE_ONCE(door, 'z', 1);
    yield* WRITE_ONCE(door, 'x', 0);
    yield* WRITE_ONCE(door, 'z', 2);
  });
  const guest = framed('guest', function* (): Kfn<void> {
    const open = yield* READ_ONCE(door, 'x');
    if (open === 1) yield* WRITE_ONCE(door, 'y', 1);
  });
  const program = scene(
    'door',
    [],
    [thread('T0', keeper), thread('T1', guest)],
    [
      {
        id: 'nobody-comes-in',
        events: [],
        reads: ['cells.y'],
        always: (peek) =>
          peek.get(door, 'y') === 1
            ? { subject: 'door', because: 'somebody came in', facts: {} }
            : undefined,
      },
    ],
  );
  const { finding, why, words } = explained(program);

  test('has its end looked for where the trace has none', () => {
    expect(finding.trace.filter((s) => s.thread === 'T0')).toHaveLength(1);
    expect(words(why.window!.opens)).toBe('T0 store mem.x');
    expect(why.window!.closes).toBe(null);
    expect(why.window!.end).toMatchObject({ thread: 'T0', step: null, beyond: true });
    expect(why.window!.end!.access).toMatchObject({ op: 'store', field: 'x', after: '0' });
  });

  test('comes to the same by brute force', () => {
    expect(recheck(new Machine(program), finding)).toEqual([]);
  });
});

describe('a rule that every order breaks', () => {
  const cell = cells();
  const writer = framed('writer', function* (): Kfn<void> {
    yield* WRITE_ONCE(cell, 'x', 1);
  });
  const program = scene(
    'always',
    [],
    [thread('T0', writer), thread('T1', writer)],
    [
      {
        id: 'never-one',
        events: [],
        reads: ['cells.x'],
        atEnd: (peek) =>
          peek.get(cell, 'x') === 1 ? { subject: 'x', because: 'it is 1', facts: {} } : undefined,
      },
    ],
  );

  test('has neither a window nor a pair', () => {
    const { why, deciding } = explained(program);
    expect(why).toMatchObject({ always: true, window: null, pair: null });
    expect(why.odds).toMatchObject({ exact: true, fails: 1, noReturn: null });
    expect(deciding).toBe(null);
  });
});

describe('locks that are taken for one object after the other', () => {
  // A bind takes the driver only if nothing is linked; a walk links what has no driver, and so
  // takes the lock for x in one order, and for y alone in the other.
  type Dev = Handle<{ driver: number; links: number }>;
  const [x, y, links] = [
    new Handle('dev', 'x') as Dev,
    new Handle('dev', 'y') as Dev,
    mutex('links'),
  ];
  const bind = framed('bind', function* (): Kfn<void> {
    yield* lock(links);
    const linked = yield* load(x, 'links');
    yield* unlock(links);
    if (linked === 0) yield* store(x, 'driver', 1);
  });
  const link = framed('link', function* (dev: Dev): Kfn<void> {
    if ((yield* READ_ONCE(dev, 'driver')) === 1) return;
    yield* lock(links);
    yield* store(dev, 'links', 1);
    yield* unlock(links);
  });
  const walk = framed('walk', function* (): Kfn<void> {
    yield* link(x);
    yield* link(y);
  });
  const init = [x, y].flatMap((dev) => [[dev, 'driver', 0] as const, [dev, 'links', 0] as const]);
  const rule: NonNullable<Scene['rules']>[number] = {
    id: 'not-bound',
    events: [],
    reads: [],
    readsAtEnd: ['dev.driver'],
    atEnd: (peek) =>
      peek.get(x, 'driver') === 1 ? [{ subject: 'x', because: 'it is bound', facts: {} }] : [],
  };
  const program = scene('links', init, [thread('T0', bind), thread('T1', walk)], [rule]);
  const { finding, why, pair } = explained(program);

  test('are no pair where what is done under them is of two objects', () => {
    const locks = finding.trace.filter((s) => s.op === 'lock').map((s) => s.thread);
    expect(locks).toEqual(['T0', 'T1']);
    expect([pair, why.searched]).toEqual([null, true]);
  });

  test('are the pair where it conflicts', () => {
    // With the walk's look at the driver gone, both take the lock for x.
    const always = framed('always', function* (): Kfn<void> {
      yield* lock(links);
      yield* store(x, 'links', 1);
      yield* unlock(links);
    });
    const both = scene('one object', init, [thread('T0', bind), thread('T1', always)], [rule]);
    const told = explained(both);
    expect(told.pair).toEqual(['T0 lock links', 'T1 lock links']);
    expect(recheck(new Machine(both), told.finding)).toEqual([]);
  });

  test('come to the same by brute force', () => {
    expect(recheck(new Machine(program), finding)).toEqual([]);
  });
});

test('check() says that its budget was spent, where it was', () => {
  expect(check(lockBug, { explainMax: 0 }).findings[0]!.why).toBe(null);
  expect(check(lockBug, { explainMax: 1 }).findings[0]!.why).toMatchObject({ searched: false });
});

test('odds are sampled, and called so, where the graph is too large', () => {
  const { odds } = check(lockBug, { oddsMax: 3 }).findings[0]!.why!;
  if (odds.exact) throw new Error('three states are too few');
  expect(odds.walks).toBe(100);
  expect(odds.failing).toBeGreaterThan(20);
  expect(odds.failing).toBeLessThan(80);
});

test('the lost wake-up has its window between look and sleep', () => {
  const { why, words, finding } = explained(lostWakeUp);
  expect(words(why.window!.opens)).toBe('sleeper load queue.ready');
  expect(words(why.window!.closes)).toBe('sleeper store queue.sleeping');
  expect(recheck(new Machine(lostWakeUp), finding)).toEqual([]);
});

test('two threads that take one lock each are lost: half of all second steps do', () => {
  const { odds } = explained(abba()).why;
  expect(odds).toMatchObject({ exact: true, after: [0.5, 0.5, 1], noReturn: 1 });
});

test('a lost addition: by hand, half of all orders, and all once both have read', () => {
  // t0 reads (or t1: the same). Half of the time it also writes next, and nothing is lost.
  const { why, pair, finding } = explained(counting(false));
  expect(why.odds).toMatchObject({ exact: true, after: [0.5, 0.5, 1, 1, 1], noReturn: 1 });
  expect(pair![0]).toMatch(/load/);
  expect(pair![1]).toMatch(/store/);
  expect(recheck(new Machine(counting(false)), finding)).toEqual([]);
});
