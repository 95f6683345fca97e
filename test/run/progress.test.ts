// SPDX-License-Identifier: GPL-2.0-only
// While worlds are explored, the caller hears of those under way.

import { expect, test } from 'vitest';
import type { CheckProgress } from '#finding/report';
import { checkPlatform, defaultCheck } from '#questions/check';
import { Meters, meterInto } from '#run/meters';
import { kernel, laptop } from '../support/boards.ts';

test('a check tells of the world under way, and that they are done', async () => {
  const told: CheckProgress[] = [];
  const options = {
    ...defaultCheck,
    devices: ['3d00000.gpu'],
    properties: ['P3'],
  } as const;
  const base = { revision: kernel('7.2'), userFixes: [] };
  const result = await checkPlatform(laptop(), base, options, '0', (p) => told.push(p));
  const underWay = told.filter((p) => p.underWay !== undefined);
  expect(underWay.length).toBeGreaterThan(0);
  for (const p of underWay) expect(p.states).toBeGreaterThan(0);
  const last = told.at(-1)!;
  expect(last.worldsDone).toBe(last.worldsTotal);
  expect(last.states).toBe(result.coverage.states);
});

test('rows are read by others than those who write them', () => {
  const meters = new Meters(3);
  expect(meters.underWay()).toEqual([]);
  let written = 0;
  let now = 0;
  const clock = () => now;
  const meter = meterInto(meters.row(1), () => written++, clock);
  meter(() => ({ states: 7, open: 3, low: 7, high: null }));
  // Too soon after the one before.
  now = 99;
  meter(() => ({ states: 8, open: 3, low: 8, high: 9 }));
  expect(written).toBe(1);
  expect(meters.underWay()).toEqual([{ index: 1, states: 7, open: 3, low: 7, high: null }]);
  now = 100;
  meter(() => ({ states: 9, open: 3, low: 9, high: 9 }));
  expect([written, meters.underWay()[0]?.states]).toEqual([2, 9]);
  meters.done(1);
  expect(meters.underWay()).toEqual([]);
});
