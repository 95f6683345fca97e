// SPDX-License-Identifier: GPL-2.0-only
// none: every run without any reduction, the yardstick of the others.

import { exploreStateGraph } from '#checker/search/state-graph';
import type { StrategyOf } from '#finding/strategy';
import { Noted, statesLimit, timeLimit } from './noted.ts';
import type { StrategyEntry } from './strategy.ts';

/** The whole state graph (search/state-graph.ts). */
export const none: StrategyEntry<StrategyOf<'none'>> = {
  kind: 'none',
  numbers: [],
  usage: 'none',
  covers: 'every run, without any reduction.',
  counts: 'states',
  needs: ['undo', 'fingerprint'],
  explore(program, _, limits) {
    const noted = new Noted();
    const { states, transitions, finished, inTime } = exploreStateGraph(
      program,
      { violation: (reports, path) => noted.note(reports, () => path) },
      limits.statesMax,
      limits,
    );
    const bounded = finished ? [] : [inTime ? statesLimit(limits.statesMax!) : timeLimit(limits)];
    return { found: noted.all(), states, transitions, bounded, notes: [] };
  },
};
