// SPDX-License-Identifier: GPL-2.0-only
// source-dpor: every run as one run of each class, by another algorithm.

import { exploreSource } from '#checker/dpor/source-dpor';
import type { StrategyOf } from '#finding/strategy';
import { byRuns, ONE_OF_EACH } from './by-runs.ts';
import type { StrategyEntry } from './strategy.ts';

/** By source-DPOR (dpor/source-dpor.ts). */
export const sourceDpor: StrategyEntry<StrategyOf<'source-dpor'>> = {
  kind: 'source-dpor',
  numbers: [],
  usage: 'source-dpor',
  covers:
    'every run: one of each class of runs that differ in the order of independent steps, by' +
    ' source-DPOR. For small worlds; --states-max counts runs.',
  counts: 'runs',
  needs: [],
  explored: () => ONE_OF_EACH,
  explore(program, _, limits) {
    return byRuns(program, exploreSource, limits);
  },
};
