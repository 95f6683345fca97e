// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { Machine } from '../../../src/checker/machine/machine.ts';
import { estimateClasses, estimateSchedules } from '../../../src/checker/search/estimate.ts';
import * as f from '../../support/checker/families.ts';

test('the number of schedules of independent threads is estimated exactly', () => {
  const { mean, low, high } = estimateSchedules(new Machine(f.writers(5)), 20);
  expect([mean, low, high]).toEqual([120, 120, 120]);
});

test('the number of classes lies in the range that is given', () => {
  for (const [scene, classes] of [
    [f.readers(6), 64],
    [f.lastzero(5), 64],
    [f.philosophers(4), 15],
    [f.inc(3), 36],
  ] as const) {
    const { low, high } = estimateClasses(new Machine(scene), 2000, 3);
    expect(low, scene.name).toBeLessThanOrEqual(classes);
    expect(high, scene.name).toBeGreaterThanOrEqual(classes);
  }
});
