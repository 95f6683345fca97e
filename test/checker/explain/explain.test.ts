// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { framed, free, Handle, type Kfn, load, READ_ONCE, WRITE_ONCE } from '#env/op';
import { scene as lockBug } from '../../../examples/checker/lock-bug.ts';
import { scene as lostWakeUp } from '../../../examples/checker/lost-wake-up.ts';
import { check } from '../../../src/checker/check.ts';
import { explain } from '../../../src/checker/explain/explain.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import { reportKey } from '../../../src/checker/program/run.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { replay } from '../../../src/checker/program/schedule.ts';
import { exploreDelay } from '../../../src/checker/search/delay.ts';
import { abba, cells, scene, thread } from '../../support/checker/families.ts';
import { counting } from '../../support/checker/scenes.ts';

function explained(scene: Scene) {
  const machine = new Machine(scene);
  const { found } = exploreDelay(machine, 3);
  return explain(machine, found[0]!.run, reportKey(found[0]!.report));
}

describe('the lock bug', () => {
  const { pair, window, odds } = explained(lockBug);

  test('has a window between the read and the write', () => {
    expect(window).toMatchObject({
      opens: 'load counter.users in get()',
      closes: 'store counter.users in get()',
    });
  });

  test('is decided by two accesses', () => {
    expect(pair!.sentence).toBe(
      "udevd's load counter.users in get_unlocked() before insmod's store counter.users in get() " +
        'fails, the other way round passes',
    );
  });

  test('is certain before it shows', () => {
    expect(odds!.after[0]).toBeGreaterThan(0.2);
    expect(odds!.after[0]).toBeLessThan(0.8);
    expect(odds!.after.at(-1)).toBe(1);
    expect(odds!.noReturn).toBeLessThan(odds!.after.length - 2);
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
  const { pair, window } = explained(scene('after free', [[box, 'v', 0]], threads));

  test('the pair is the free and the use', () => {
    expect(pair!.sentence).toBe(
      "T0's free box in frees() before T1's load box.v in uses() fails, the other way round passes",
    );
  });

  test('the window has no end', () => {
    expect(window).toMatchObject({ victim: 0, intruder: 1, opens: 'free box in frees()' });
    expect(window).toMatchObject({ closes: null, complete: true });
  });
});

describe('check() says why', () => {
  const [finding] = check(lockBug).findings;
  const step = (i: number | null | undefined) => finding!.trace[i ?? -1];

  test('in indices into the trace', () => {
    const { window, pair, odds } = finding!.why!;
    expect(step(window!.opens)).toMatchObject({ op: 'load', function: 'get' });
    expect(step(window!.closes)).toMatchObject({ op: 'store', function: 'get' });
    expect([step(pair!.victim)!.thread, step(pair!.intruder)!.thread].sort()).toEqual([
      'insmod',
      'udevd',
    ]);
    expect(odds!.failing / odds!.walks).toBeGreaterThan(0.2);
    expect(odds!.noReturn).toBeLessThan(finding!.trace.length - 1);
  });

  test('with a run that passes, though it differs in two steps only', () => {
    const again = replay(new Machine(lockBug), finding!.why!.pair!.passing);
    expect(again.ok && again.value.reports).toEqual([]);
  });

  test('and that its budget was spent, where it was', () => {
    expect(check(lockBug, { explainMax: 0 }).findings[0]!.why).toBe(null);
    expect(check(lockBug, { explainMax: 20 }).findings[0]!.why).toMatchObject({
      window: { complete: false },
      odds: null,
    });
  });
});

test('the lost wake-up has its window between look and sleep', () => {
  expect(explained(lostWakeUp).window).toMatchObject({
    opens: 'load queue.ready in sleeper()',
    closes: 'store queue.sleeping in sleeper()',
  });
});

test('two threads that take one lock each are lost: half of all second steps do', () => {
  const { odds } = explained(abba());
  expect(odds!.after).toEqual([0.5, 0.5, 1]);
  expect(odds!.noReturn).toBe(1);
});

test('a lost addition: by hand, half of all orders, and all once both have read', () => {
  // t0 reads (or t1: the same). Half of the time it also writes next, and nothing is lost.
  const { odds, pair } = explained(counting(false));
  expect(odds!.after).toEqual([0.5, 0.5, 1, 1, 1]);
  expect(odds!.noReturn).toBe(1);
  expect(pair!.sentence).toMatch(
    /load counter.x in add_one\(\) before .* store counter.x .* fails/,
  );
});
