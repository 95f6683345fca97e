// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import {
  countLayers,
  delayCost,
  noCost,
  preemptionCost,
  type StepCost,
} from '../../src/checker/delay-layers.ts';
import { Machine } from '../../src/checker/machine.ts';
import type { Scene } from '../../src/checker/scene.ts';
import * as f from './families.ts';

const layers = (scene: Scene, cost: StepCost): number[] =>
  countLayers(new Machine(scene), cost).map((c) => c.complete + c.stuck);

describe('classes within a number of preemptions', () => {
  for (const [scene, expected] of [
    [f.addInc(2, 'xy'), [2, 4]],
    [f.inc(2), [2, 4]],
    [f.inc(2, true), [2, 4]],
    [f.addInc(3, 'xy'), [6, 24, 36]],
    [f.inc(3), [6, 24, 36]],
    [f.addInc(2, 'xyz'), [2, 6, 8]],
    [f.addInc(3, 'xyz'), [6, 42, 120, 192, 216]],
  ] as const) {
    test(`${scene.name}: ${expected.join(' ')}`, () => {
      expect(layers(scene, preemptionCost).slice(0, expected.length)).toEqual(expected);
    });
  }
});

describe('classes within a number of delays', () => {
  for (const [scene, expected] of [
    [f.readers(6, true), [1, 7, 22, 42, 57, 63, 64]],
    [f.readersPrivate(6), [1, 2, 8, 23, 43, 58, 64]],
    [f.writers(6), [1, 6, 20, 49, 98, 169, 259, 360, 461, 551, 622, 671, 700, 714, 719, 720]],
    [f.philosophers(3), [1, 4, 7]],
    [f.philosophers(5), [1, 6, 16, 26, 31]],
  ] as const) {
    test(`${scene.name}: ${expected.join(' ')}`, () => {
      expect(layers(scene, delayCost).slice(0, expected.length)).toEqual(expected);
    });
  }
});

test('the deadlock of the philosophers takes one preemption', () => {
  const counts = countLayers(new Machine(f.philosophers(4)), preemptionCost);
  expect(counts.map((c) => c.stuck).slice(0, 2)).toEqual([0, 1]);
});

test('one layer holds every class', () => {
  expect(layers(f.lastzero(4), noCost)).toEqual([28]);
});
