// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { frame, framed, Handle, type Kfn, load, store } from '#env/op';
import { check } from '../../../src/checker/check.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { explore } from '../../support/checker/crosscheck.ts';
import { scene, thread } from '../../support/checker/families.ts';
import { philosophers } from '../../support/checker/philosophers.ts';
import { searchAll } from '../../support/checker/search.ts';

describe('the machine', () => {
  test('stores the states of the looping philosophers and no others', () => {
    const counts = [3, 4, 5, 6, 7].map((n) => {
      const { states, transitions, reports } = searchAll(new Machine(philosophers(n)));
      return [states, transitions, reports.map((r) => r.property).join()];
    });
    expect(counts).toEqual([
      [35, 75, 'deadlock'],
      [118, 340, 'deadlock'],
      [392, 1415, 'deadlock'],
      [1297, 5622, 'deadlock'],
      [4286, 21679, 'deadlock'],
    ]);
  });

  test('keeps returning and throwing the same value apart', () => {
    const scene = throwing();
    expect(explore(scene, {}).finals).toHaveLength(2);
    const faults = { throwIsReturn: true };
    expect(() => explore(scene, {}, { faults })).toThrow('meet in a node');
  });

  test('says so where a frame carries more out of itself than its result', () => {
    expect(() => explore(leaking(), {}, { audit: true })).toThrow('part: state outside of Ops');
  });
});

interface Fields {
  x: number;
  y: number;
}

/** Returns or throws 1, as another thread has come first or not. */
function throwing(): Scene {
  const box = new Handle<Fields>('box', 'box');
  const inner = framed('inner', function* (): Kfn<number> {
    if (yield* load(box, 'x')) throw 1;
    return 1;
  });
  const body = function* (): Kfn<void> {
    try {
      yield* inner();
    } catch {
      yield* store(box, 'y', 2);
      return;
    }
    yield* store(box, 'y', 3);
  };
  return sceneOf([body, setter(box)]);
}

/** What a frame has seen leaks through a variable into a later Op. */
function leaking(): Scene {
  const box = new Handle<Fields>('box', 'box');
  const body = function* (): Kfn<void> {
    let seen = 0;
    yield* frame('look', [], function* (): Kfn<void> {
      seen = (yield* load(box, 'x')) ?? 0;
    });
    yield* load(box, 'y');
    if (seen === 1) yield* store(box, 'y', 4);
  };
  return sceneOf([body, setter(box)]);
}

function setter(box: Handle<Fields>): () => Kfn<void> {
  return function* () {
    yield* store(box, 'x', 1);
  };
}

function sceneOf(bodies: readonly (() => Kfn<void>)[]): Scene {
  const threads = bodies.map((fn, i) => ({ name: `t${i}`, fn, args: [] }));
  return { name: 'scene', init: [], threads, rules: [], signatures: [], sometimes: [] };
}

test('a call without yield* is told by the name of what was called', () => {
  const inner = framed('inner', function* (): Kfn<void> {
    yield* store(new Handle<{ x: number }>('cells', 'm'), 'x', 1);
  });
  const outer = framed('outer', function* (): Kfn<void> {
    const hidden: () => unknown = inner;
    hidden();
    yield* inner();
  });
  const forgetful = scene('forgetful', [], [thread('t', outer)]);
  expect(() => check(forgetful)).toThrow('inner() is called and not run: yield* is missing');
});
