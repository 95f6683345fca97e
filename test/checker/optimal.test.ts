// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { Machine } from '../../src/checker/machine.ts';
import { exploreOptimal } from '../../src/checker/optimal.ts';
import { exploreSource } from '../../src/checker/source.ts';
import * as f from './families.ts';
import { ReplayProgram } from './support/replay.ts';

describe('optimal DPOR does one run for each class and wastes none', () => {
  for (const [scene, complete, stuck] of [
    [f.readers(2), 4, 0],
    [f.readers(6), 64, 0],
    [f.readers(8), 256, 0],
    [f.lastzero(1), 2, 0],
    [f.lastzero(2), 5, 0],
    [f.lastzero(3), 12, 0],
    [f.lastzero(5), 64, 0],
    [f.lastzero(6), 144, 0],
    [f.indexer(11), 1, 0],
    [f.indexer(12), 8, 0],
    [f.filesystem(13), 1, 0],
    [f.filesystem(16), 8, 0],
    [f.addInc(5, 'x'), 120, 0],
    [f.addInc(3, 'xy'), 36, 0],
    [f.addInc(3, 'xyz'), 216, 0],
    [f.inc(3), 36, 0],
    [f.inc(3, true), 36, 0],
    [f.casrot(2), 2, 0],
    [f.casrot(6), 144, 0],
    [f.wcas(5), 81, 0],
    [f.wainc(4), 120, 0],
    [f.nWriters(3), 120, 0],
    [f.lockInc(5), 120, 0],
    [f.lockInc(4, 'xy'), 24, 0],
    [f.philosophers(2), 2, 1],
    [f.philosophers(5), 30, 1],
    [f.philosophers(5, true), 30, 0],
    [f.trylockUnlock(2), 4, 0],
    [f.trylockUnlock(3), 21, 0],
    [f.poplExample(), 5, 0],
    [f.sleepingRaces6(), 10, 0],
    [f.sbLocks(), 4, 0],
    [f.abba(), 2, 1],
  ] as const) {
    test(`${scene.name} has ${complete} classes and ${stuck} deadlocks`, () => {
      const counts = exploreOptimal(new Machine(scene));
      expect(counts).toMatchObject({ complete, stuck, blocked: 0 });
    });
  }

  test('a program that cannot undo gives the same counts', () => {
    const counts = exploreOptimal(new ReplayProgram(f.filesystem(15)));
    expect(counts).toMatchObject({ complete: 4, stuck: 0, blocked: 0 });
  });
});

describe('source DPOR does the same classes and gives up some runs', () => {
  for (const [scene, complete, stuck, blocked] of [
    [f.readers(6), 64, 0, 0],
    [f.lastzero(5), 64, 0, 33],
    [f.poplExample(), 5, 0, 5],
    [f.sleepingRaces6(), 10, 0, 18],
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
