// SPDX-License-Identifier: GPL-2.0-only
// The line that says how far a check has come.

import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { progressLine, progressText, Rate, short } from '../../src/cli/progress.ts';

const progress = {
  worldsDone: 3,
  worldsTotal: 14,
  world: 'walk+walk+retry/1 client/bystanders 0+0',
  states: 1_234_567,
  findings: 2,
};
const underWay = { world: progress.world, open: 97, low: 2_100_000, high: 3_400_000 };

test('the line has states, rate, frontier and estimate in 75 columns', () => {
  expect(progressText({ ...progress, findings: 0, underWay }, 412_345)).toBe(
    '3/14 worlds, 1.23M states, 412k/s; 97 open, 2.10M-3.40M in all:...',
  );
  expect(progressText({ ...progress, findings: 0, underWay: { ...underWay, high: null } })).toBe(
    '3/14 worlds, 1.23M states; 97 open, at least 2.10M in all:...',
  );
  expect(progressText(progress)).toBe(
    '3/14 worlds, 1.23M states, 2 found: walk+walk+retry/1 client/bystanders 0+0',
  );
  for (const n of [0, 9, 99_999, 999_999_999]) {
    for (const high of [null, n * 3]) {
      const wide = { ...progress, states: n, findings: n, underWay: { ...underWay, low: n, high } };
      expect(progressText(wide, n).length).toBeLessThanOrEqual(75);
    }
  }
});

test('numbers are short', () => {
  const all = [0, 999, 9999, 10_000, 99_940, 99_960, 999_499, 999_500, 1.5e6, 2e9].map(short);
  expect(all).toEqual([
    ...['0', '999', '9,999', '10.0k', '99.9k', '100k', '999k', '1.00M', '1.50M', '2.00G'],
  ]);
});

test('the rate is that of the last seconds, without the time before the first state', () => {
  const rate = new Rate();
  for (let t = 0; t <= 10_000; t += 100) expect(rate.at(t, 0)).toBe(null);
  for (let t = 10_100; t <= 20_000; t += 100) rate.at(t, t - 10_000);
  expect(rate.at(20_100, 10_100)).toBeCloseTo(1000, 0);
  for (let t = 20_200; t <= 26_000; t += 100) rate.at(t, t * 5);
  expect(rate.at(26_100, 26_100 * 5)).toBeCloseTo(5000, 0);
});

test('nothing is written where standard error is no terminal', () => {
  const written: string[] = [];
  let now = 0;
  const io = (errIsTerminal: boolean): Io => ({
    out: () => {},
    err: (text) => void written.push(text),
    outIsTerminal: false,
    errIsTerminal,
    env: {},
    now: () => (now += 200),
  });
  const dumb = progressLine(io(false));
  dumb.show({ ...progress, underWay });
  dumb.end();
  expect(written).toEqual([]);
  const line = progressLine(io(true));
  line.show({ ...progress, underWay });
  line.end();
  expect(written.length).toBe(2);
});

test('the line keeps to a narrow terminal', () => {
  const progress = { worldsDone: 3, worldsTotal: 40, states: 123456, findings: 7, world: 'walk' };
  expect(progressText(progress, 1000, 39).length).toBeLessThanOrEqual(39);
  expect(progressText(progress, 1000).length).toBeGreaterThan(39);
});
