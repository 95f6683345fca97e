// SPDX-License-Identifier: GPL-2.0-only
// Programs of a few lines that single faults of a search go wrong on.
import { expect, test } from 'vitest';
import { smallDifference } from '../support/checker/small-check.ts';
import { foreverDifference, foreverPrograms } from '../support/checker/small-forever.ts';
import { smallPrograms } from '../support/checker/small-programs.ts';

test.each(smallPrograms)('%s: %d rules are broken, as in brute force', (name, rules, scene) => {
  expect(smallDifference(name, rules, scene)).toBeNull();
});

test.each(foreverPrograms)('%s: a livelock is %s', (name, spins, scene) => {
  expect(foreverDifference(name, spins, scene)).toBeNull();
});
