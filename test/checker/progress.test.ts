// SPDX-License-Identifier: GPL-2.0-only
// What a search says while it is under way, held against what it comes to.

import { expect, test } from 'vitest';
import { Machine } from '#checker/machine/machine';
import type { Sample } from '#checker/program/meter';
import { bounded } from '#checker/search/bounded';
import { type Counted, Shares } from '#checker/search/estimate-states';
import { exhaustive } from '#checker/search/exhaustive';
import { exploreBy } from '#checker/strategies/registry';
import type { Strategy } from '#finding/strategy';
import { watchedScene } from '#run/watched-scene';
import { kernel, laptopWorlds } from '../support/boards.ts';
import * as f from '../support/checker/families.ts';
import { philosophers } from '../support/checker/philosophers.ts';

const worlds = laptopWorlds().map(({ world }) => watchedScene(world, kernel('7.2'), null));

/** Worlds of two walks: the largest of the board. */
const large = laptopWorlds()
  .filter(({ world }) => world.name.startsWith('walk+walk'))
  .map(({ world }) => watchedScene(world, kernel('7.2'), null));

test('the range holds the number of states in the end, most of the time', () => {
  let [said, right, silent] = [0, 0, 0];
  for (const world of large) {
    const samples: Sample[] = [];
    const meter = (sample: () => Sample) => samples.push(sample());
    // As large as worlds are of which it is of interest.
    const { states } = exhaustive(new Machine(world), { meter, values: false });
    // A search that begins again counts anew.
    const anew = samples.findLastIndex((s, i) => s.states < (samples[i - 1]?.states ?? 0));
    for (const { low, high, ...sample } of samples.slice(Math.max(anew, 0))) {
      expect(sample.states).toBeLessThanOrEqual(states);
      expect(low).toBeGreaterThanOrEqual(sample.states);
      if (high === null) silent++;
      else {
        said++;
        expect(high).toBeGreaterThanOrEqual(low);
        if (low <= states && states <= high) right++;
      }
    }
  }
  expect(said).toBeGreaterThan(30);
  // In the rest it says "at least".
  expect(said).toBeGreaterThan(silent / 2);
  expect(right / said).toBeGreaterThan(0.85);
});

test('looking on changes nothing', () => {
  for (const world of worlds.slice(0, 1)) {
    const plain = exhaustive(new Machine(world));
    const meter = (sample: () => Sample) => void sample();
    expect(exhaustive(new Machine(world), { meter })).toEqual(plain);
  }
});

test('shares of later branches are foretold from those that were seen', () => {
  const shares = new Shares();
  const level = (before: number): Counted => ({ before, begun: 0, since: before, first: -1 });
  // Behind the first branch 1000 states, behind the second a tenth of them, many times over.
  let states = 0;
  for (let i = 0; i < 20; i++) {
    const l = level(states);
    shares.branch(l, states);
    shares.branch(l, states + 1000);
    shares.finish(l, states + 1100);
    states += 1100;
  }
  const open = level(states);
  shares.branch(open, states);
  shares.branch(open, states + 1000);
  shares.finish(open, states + 1100);
  const before = { ...level(0), begun: 1, since: 0, first: states };
  const { low, high } = shares.range([before], [1], states);
  const all = states * 1.1;
  expect(low).toBeLessThan(all);
  expect(high).toBeGreaterThan(all * 0.99);
  expect(high! / low).toBeLessThan(2);
});

test('too few states say nothing', () => {
  const level: Counted = { before: 0, begun: 1, since: 0, first: 10 };
  expect(new Shares().range([level], [1], 11)).toEqual({ low: 11, high: null });
});

test.each<Strategy>([
  { kind: 'none' },
  { kind: 'optimal' },
  { kind: 'source-dpor' },
  { kind: 'delay', delays: 6 },
  { kind: 'sample', runs: 500, seed: 1 },
])('$kind says how far it has come', (strategy) => {
  const samples: Sample[] = [];
  const meter = (sample: () => Sample) => samples.push(sample());
  const scene = strategy.kind === 'none' || strategy.kind === 'delay' ? philosophers(8) : f.inc(4);
  const { states } = exploreBy(new Machine(scene), strategy, { meter });
  expect(samples.length).toBeGreaterThan(2);
  const counts = samples.map((s) => s.states);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(counts.at(-1)).toBeLessThanOrEqual(states);
});

test('bound=K says how far it has come', () => {
  const samples: Sample[] = [];
  const meter = (sample: () => Sample) => samples.push(sample());
  bounded(new Machine(worlds[0]!), { bound: 1, meter });
  expect(samples.length).toBeGreaterThan(2);
  expect(samples[0]!.open).toBeGreaterThan(0);
});

test.each<Strategy>([{ kind: 'none' }, { kind: 'delay', delays: 99 }])(
  '$kind ends in time',
  (strategy) => {
    // A clock that is a millisecond further each time that it is looked at.
    let now = 0;
    const limits = { timeMaxS: 0.2, clock: () => now++ };
    const result = exploreBy(new Machine(philosophers(12)), strategy, limits);
    expect(now).toBeLessThan(250);
    expect(result.states).toBeLessThan(1_000_000);
    expect(result.bounded).toContainEqual({ name: 'time', max: 0.2, flag: '--time-max' });
  },
);
