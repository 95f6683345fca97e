// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { crosscheck } from '../../support/checker/crosscheck-strategies.ts';

test('every strategy agrees with brute force on random programs', () => {
  let classes = 0;
  for (let seed = 1; seed <= 250; seed++) {
    const found = crosscheck(seed);
    expect(found.differences).toEqual([]);
    classes += found.classes;
  }
  expect(classes).toBeGreaterThan(1000);
});

test('a search that does not see a thread started again is caught', () => {
  const faults = { restartsGoUnseen: true };
  const differs = (seed: number) => crosscheck(seed, 'spawning', { faults }).differences.length > 0;
  expect(Array.from({ length: 60 }, (_, i) => i + 1).some(differs)).toBe(true);
});

test('programs that once told two strategies apart no longer do', () => {
  const seeds = [137, 162, 175, 377, 589, 889, 1249, 1619, 2520, 4791, 31569, 36963, 77536];
  for (const seed of [...seeds, 1105067]) {
    expect(crosscheck(seed, seed % 2 === 0 ? 'nested' : 'drawn').differences).toEqual([]);
  }
  // A trylock that fails, or succeeds and then crashes.
  expect(crosscheck(7256, 'drawn').differences).toEqual([]);
});
