// SPDX-License-Identifier: GPL-2.0-only
// bound=K: every run with at most K preemptions, those with the fewest first.

import { assert } from '#base/assert';
import { plural } from '#base/text';
import { Machine } from '#checker/machine/machine';
import type { Limit } from '#checker/program/run';
import { bounded } from '#checker/search/bounded';
import type { StrategyOf } from '#finding/strategy';
import type { StrategyEntry } from './strategy.ts';

/** Layers of preemptions (search/bounded.ts). */
export const bound: StrategyEntry<StrategyOf<'bound'>> = {
  kind: 'bound',
  numbers: [{ name: 'preemptions', least: 0, most: 99 }],
  usage: 'bound=K',
  covers: 'every run with at most K preemptions; never a pass if there are others.',
  counts: 'states',
  needs: ['undo', 'fingerprint', 'automata'],
  explored({ preemptions }) {
    return `every run with at most ${preemptions} preemptions was explored, and no other`;
  },
  explore(program, { preemptions }, limits) {
    assert(program instanceof Machine, 'a machine has automata');
    const result = bounded(program, { ...limits, futures: undefined, bound: preemptions });
    const more = result.exhausted ? 'more reach nothing new' : 'more may reach more';
    const cut = !result.exhausted && result.bounded.length === 0;
    return {
      ...result,
      bounded: cut ? [preemptionsLimit(preemptions)] : result.bounded,
      notes: [`at most ${plural(preemptions, 'preemption')}; ${more}`],
    };
  },
};

/** A bound that leaves something out is a limit that was hit. */
function preemptionsLimit(max: number): Limit {
  return { name: 'preemptions', max, flag: '--strategy bound=K' };
}
