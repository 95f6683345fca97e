// SPDX-License-Identifier: GPL-2.0-only
// optimal: every run as one run of each class, none begun in vain.

import { exploreOptimal } from '#checker/dpor/optimal';
import type { StrategyOf } from '#finding/strategy';
import { byRuns, ONE_OF_EACH } from './by-runs.ts';
import type { StrategyEntry } from './strategy.ts';

/** By optimal DPOR (dpor/optimal.ts). */
export const optimal: StrategyEntry<StrategyOf<'optimal'>> = {
  kind: 'optimal',
  numbers: [],
  usage: 'optimal',
  covers:
    'every run: one of each class of runs that differ in the order of independent steps, by' +
    ' optimal DPOR. For small worlds; --states-max counts runs.',
  counts: 'runs',
  needs: [],
  explored: () => ONE_OF_EACH,
  explore(program, _, limits) {
    return byRuns(program, exploreOptimal, limits);
  },
};
