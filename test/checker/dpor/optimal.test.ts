// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { exploreOptimal } from '../../../src/checker/dpor/optimal.ts';
import { exploreSource } from '../../../src/checker/dpor/source-dpor.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import * as f from '../../support/checker/families.ts';
import { ReplayProgram } from '../../support/checker/replay.ts';

describe('optimal DPOR', () => {
  test('a program that cannot undo gives the same counts', () => {
    const counts = exploreOptimal(new ReplayProgram(f.filesystem(15)));
    expect(counts).toMatchObject({ complete: 4, stuck: 0, blocked: 0 });
  });
});

describe('source DPOR does the same classes and gives up some runs', () => {
  for (const [scene, complete, stuck, blocked] of [
    [f.casrot(5), 43, 0, 0],
    [f.trylockUnlock(3), 21, 0, 0],
    [f.philosophers(4), 14, 1, 1],
    [f.abba(), 2, 1, 0],
    [f.filesystem(15), 4, 0, 0],
    [f.indexer(12), 8, 0, 0],
  ] as const) {
    test(`${scene.name} has ${complete} classes and ${blocked} runs given up`, () => {
      const counts = exploreSource(new Machine(scene));
      expect(counts).toMatchObject({ complete, stuck, blocked });
    });
  }
});
