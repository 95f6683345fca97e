// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { Machine } from '../../src/checker/machine/machine.ts';
import { countLayers, noCost, preemptionCost } from '../../src/checker/search/delay-layers.ts';
import { countRows, runRow } from '../support/checker/count-rows.ts';
import * as f from '../support/checker/families.ts';

describe('known counts; npm run counts does the larger ones, too', () => {
  for (const row of countRows().filter((r) => r.small)) {
    test(`${row.kind} ${row.name}: ${row.expected.join(' ')}`, () => {
      expect(runRow(row)).toEqual(row.expected);
    });
  }
});

test('the deadlock of the philosophers takes one preemption', () => {
  const counts = countLayers(new Machine(f.philosophers(4)), preemptionCost);
  expect(counts.map((c) => c.stuck).slice(0, 2)).toEqual([0, 1]);
});

test('one layer holds every class', () => {
  const counts = countLayers(new Machine(f.lastzero(4)), noCost);
  expect(counts.map((c) => c.complete)).toEqual([28]);
});
