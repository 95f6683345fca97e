// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { Machine } from '../../src/checker/machine.ts';
import { searchAll } from '../../src/checker/search.ts';
import { philosophers } from './support/philosophers.ts';

describe('the machine', () => {
  test('stores the states of the looping philosophers and no others', () => {
    const counts = [3, 4, 5, 6, 7].map((n) => {
      const { states, transitions, reports } = searchAll(new Machine(philosophers(n)));
      return [states, transitions, reports.map((r) => r.property).join()];
    });
    expect(counts).toEqual([
      [35, 75, 'deadlock'],
      [118, 340, 'deadlock'],
      [392, 1415, 'deadlock'],
      [1297, 5622, 'deadlock'],
      [4286, 21679, 'deadlock'],
    ]);
  });
});
