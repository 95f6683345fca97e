// SPDX-License-Identifier: GPL-2.0-only
// Persistent sets: threads that nobody disturbs wait their turn, and are not forgotten on a cycle.
import { describe, expect, test } from 'vitest';
import { Handle, type Kfn, load, repeat, store } from '#env/op';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';
import { type ExhaustiveOptions, exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { sceneOf } from '../../support/checker/scenes.ts';

interface Cells {
  x: number;
  y: number;
}

const cells = new Handle<Cells>('cells', 'cells');

const put = (field: keyof Cells, value: number) =>
  function* (): Kfn<void> {
    yield* store(cells, field, value);
  };

const look = (field: keyof Cells) =>
  function* (): Kfn<void> {
    yield* load(cells, field);
  };

const init = [
  [cells, 'x', 0],
  [cells, 'y', 0],
] as const;

/** Two pairs of threads, each with a cell of its own. */
const pairs: Scene = sceneOf([put('x', 1), look('x'), put('y', 1), look('y')], { init });

/** Two threads go round for ever on x; three others, that conflict with each other, store to y. */
function spinners(): Scene {
  const flip = () =>
    repeat('flip', [], function* (): Kfn<[]> {
      yield* store(cells, 'x', 1);
      yield* store(cells, 'x', 0);
      return [];
    });
  const watch = () =>
    repeat('watch', [], function* (): Kfn<[]> {
      yield* load(cells, 'x');
      return [];
    });
  const below: Rule = {
    id: 'below-seven',
    events: [],
    reads: ['cells.y'],
    always: (peek) =>
      peek.get(cells, 'y') < 7 ? undefined : { subject: 'y', because: 'it is 7', facts: {} },
  };
  const bodies = [flip, watch, put('y', 5), put('y', 6), put('y', 7)];
  return sceneOf(bodies, { init, rules: [below] });
}

const search = (scene: Scene, options: ExhaustiveOptions) => {
  const found = exhaustive(new Machine(scene), options);
  return { ...found, rules: found.found.map(({ report }) => report.property) };
};

describe('persistent sets', () => {
  test('try one pair of threads after the other, where the pairs do not meet', () => {
    const states = (persistent: boolean): number =>
      search(pairs, { persistent, sleep: false }).states;
    // Three ends of each pair in all orders, and what leads there; one pair first, then the other.
    expect(states(false)).toBeGreaterThan(states(true));
  });

  test('do not forget threads that were left out on a cycle', () => {
    const options = { statesMax: 10_000 };
    expect(search(spinners(), options).rules).toContain('below-seven');
    expect(search(spinners(), { ...options, persistent: false }).rules).toContain('below-seven');
  });

  test('would forget them without the proviso', () => {
    const faults = { ignoreProviso: true };
    expect(search(spinners(), { statesMax: 10_000, faults }).rules).not.toContain('below-seven');
  });
});
