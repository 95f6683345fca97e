// SPDX-License-Identifier: GPL-2.0-only
// What others can do is asked with the values that cells can have.
import { describe, expect, test } from 'vitest';
import { Handle, type Kfn, load, store, wait } from '#env/op';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { type ExhaustiveOptions, exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { sceneOf } from '../../support/checker/scenes.ts';

interface Cells {
  list: readonly string[];
  flag: boolean;
  x: number;
  y: number;
}

const cells = new Handle<Cells>('cells', 'cells');

const init = [
  [cells, 'list', []],
  [cells, 'flag', false],
  [cells, 'x', 0],
  [cells, 'y', 0],
] as const;

function* worker(): Kfn<void> {
  yield* wait(cells, 'list', 'ne', []);
  yield* store(cells, 'x', 3);
}

function* twice(): Kfn<void> {
  yield* store(cells, 'x', 1);
  yield* store(cells, 'x', 2);
}

/** Whoever fills the list does it for one value of the flag; the flag is set to it or not. */
const filler = (when: boolean) =>
  function* (): Kfn<void> {
    if ((yield* load(cells, 'flag')) === when) yield* store(cells, 'list', ['a']);
  };

function* setter(): Kfn<void> {
  yield* store(cells, 'flag', true);
}

const states = (scene: Scene, options: ExhaustiveOptions = {}) =>
  exhaustive(new Machine(scene), { learn: false, ...options }).states;

describe('a worker whose list is empty', () => {
  const idle: Scene = sceneOf([twice, worker], { init });

  test('disturbs nobody', () => {
    expect(states(idle)).toBe(1);
  });

  test('disturbs who fills it', () => {
    const fills = function* (): Kfn<void> {
      yield* store(cells, 'list', ['a']);
      yield* twice();
    };
    expect(states(sceneOf([fills, worker], { init }))).toBeGreaterThan(1);
  });

  test('disturbs others once somebody may fill it', () => {
    const never = sceneOf([twice, worker, filler(true)], { init });
    const once = sceneOf([twice, worker, filler(true), setter], { init });
    expect(states(never)).toBe(1);
    expect(states(once)).toBeGreaterThan(1);
    // A store that is past two others, of the flag and of the list.
    const ends = new Set<string>();
    const machine = new Machine(once);
    const onTerminal = () => {
      const x = machine.memory.cell(machine.memory.object(cells), 'x');
      ends.add(String(machine.values.values[machine.state.slots[x]!]));
    };
    exhaustive(machine, { onTerminal });
    expect([...ends].sort()).toEqual(['2', '3']);
  });
});
