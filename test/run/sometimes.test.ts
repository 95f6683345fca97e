// SPDX-License-Identifier: GPL-2.0-only
// What happens sometimes is found by the search; `npm run sometimes` asks all worlds.
import { expect, test } from 'vitest';
import { kernelNamed, missedIn, sweepWorlds } from '../support/sometimes.ts';

// Two that a search without visible sometimes-properties misses something in.
const names = ['walk+bind exynos/1 client', 'walk+bind parsed flags/1 client'];

test.each(names)('no search misses what happens sometimes in %s', (name) => {
  const derived = sweepWorlds().find(({ world }) => world.name === name);
  if (derived === undefined) throw new Error(`no world ${name}`);
  expect(missedIn(derived, kernelNamed('7.2'), 3000, 300).missed).toEqual([]);
});
