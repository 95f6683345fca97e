// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { exploreOptimal } from '../../src/checker/optimal.ts';
import * as f from './families.ts';
import { ReplayProgram } from './support/replay.ts';

describe('optimal DPOR on the plain replay program', () => {
  for (const [scene, complete, stuck] of [
    [f.readers(6), 64, 0],
    [f.lastzero(5), 64, 0],
    [f.casrot(5), 43, 0],
    [f.wcas(4), 33, 0],
    [f.addInc(3, 'xy'), 36, 0],
    [f.philosophers(4), 14, 1],
    [f.philosophers(4, true), 14, 0],
    [f.trylockUnlock(3), 21, 0],
    [f.poplExample(), 5, 0],
    [f.sleepingRaces6(), 10, 0],
    [f.sbLocks(), 4, 0],
    [f.abba(), 2, 1],
    [f.indexer(12), 8, 0],
    [f.filesystem(15), 4, 0],
    [f.lockInc(4), 24, 0],
  ] as const) {
    test(`${scene.name} has ${complete} classes`, () => {
      const counts = exploreOptimal(new ReplayProgram(scene));
      expect(counts).toMatchObject({ complete, stuck, blocked: 0 });
    });
  }
});
