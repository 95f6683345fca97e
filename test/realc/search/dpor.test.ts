// SPDX-License-Identifier: GPL-2.0-only
// Source-DPOR over whole runs: the classes of programs whose number is known, and of random ones.

import { describe, expect, it } from 'vitest';
import { exploreSource } from '#checker/dpor/source-dpor';
import { Machine } from '#checker/machine/machine';
import { exploreSteps } from '#realc/search/dpor';
import { finalWords } from '../../support/checker/crosscheck.ts';
import * as f from '../../support/checker/families.ts';
import { sceneOf } from '../../support/checker/program-scene.ts';
import { draw, FLAVOURS } from '../../support/checker/programs.ts';
import { ProgramExecutor } from '../program-executor.ts';

describe('every class once, and as few runs given up as the checker', () => {
  it.each([
    [f.readers(6), 64],
    [f.readersPrivate(6), 64],
    [f.writers(5), 120],
    [f.lastzero(5), 64],
    [f.indexer(13), 64],
    [f.filesystem(16), 8],
    [f.addInc(3, 'xy'), 36],
    [f.inc(3), 36],
    [f.casrot(5), 43],
    [f.wcas(4), 33],
    [f.wainc(3), 24],
    [f.lockInc(4), 24],
    [f.lockInc(3, 'xy'), 6],
    [f.philosophers(4), 15],
    [f.philosophers(4, true), 14],
    [f.trylockUnlock(3), 21],
    [f.poplExample(), 5],
    [f.sleepingRaces6(), 10],
    [f.sbLocks(), 4],
    [f.abba(), 3],
  ])('$name', (scene, classes) => {
    const counts = exploreSteps(new ProgramExecutor(new Machine(scene)));
    expect(counts.runs).toBe(classes);
    expect(counts.asleep).toBeLessThanOrEqual(classes * 3);
  });
});

const NO_RULES = { rules: [], signatures: [], sometimes: [] };

it('random programs come to the same final states, and have as many classes', () => {
  let compared = 0;
  let classes = 0;
  let left = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const scene = { ...sceneOf(draw(seed, 4, FLAVOURS[seed % FLAVOURS.length])), ...NO_RULES };
    const expected = new Set<string>();
    const machine = new Machine(scene);
    let suits = true;
    let runs = 0;
    const counts = exploreSource(machine, {
      step: (run) => {
        // What the kernel's steps do not have: choices, and ends of all threads in one of them.
        if (machine.hasCrashed() || run.events.at(-1)!.choices > 1) suits = false;
      },
      end: () => {
        expected.add(finalWords(machine));
        runs++;
      },
      stop: () => !suits || runs > 2000,
    });
    if (!suits || !counts.finished) continue;
    const found = new Set<string>();
    const executor = new ProgramExecutor(new Machine(scene));
    executor.onEnd = () => found.add(finalWords(executor.machine));
    const done = exploreSteps(executor);
    if (counts.stuck === 0) {
      const sections = new Set<string>();
      const bySections = new ProgramExecutor(new Machine(scene), true);
      bySections.onEnd = () => sections.add(finalWords(bySections.machine));
      const fewer = exploreSteps(bySections);
      expect([seed, ...[...sections].sort()]).toEqual([seed, ...[...expected].sort()]);
      expect(fewer.runs).toBeLessThanOrEqual(done.runs);
      left += done.runs - fewer.runs;
    }
    expect([seed, ...[...found].sort()]).toEqual([seed, ...[...expected].sort()]);
    expect([seed, done.runs]).toEqual([seed, counts.complete + counts.stuck]);
    compared++;
    classes += done.runs;
  }
  expect(compared).toBeGreaterThan(150);
  expect(classes).toBeGreaterThan(2000);
  // Sections that touch nothing in common are not run in both orders.
  expect(left).toBeGreaterThan(100);
});
