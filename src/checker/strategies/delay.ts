// SPDX-License-Identifier: GPL-2.0-only
// delay=K: every run of a scheduler that may be delayed K times.

import { plural } from '#base/text';
import type { Limit } from '#checker/program/run';
import { exploreDelay } from '#checker/search/delay';
import type { StrategyOf } from '#finding/strategy';
import { statesLimit, timeLimit } from './noted.ts';
import type { StrategyEntry } from './strategy.ts';

/** Layers of delays (search/delay.ts). */
export const delay: StrategyEntry<StrategyOf<'delay'>> = {
  kind: 'delay',
  numbers: [{ name: 'delays', least: 0, most: 99 }],
  usage: 'delay=K',
  covers: 'every run of a scheduler that may be delayed K times; never a pass if there are others.',
  counts: 'states',
  needs: ['undo', 'fingerprint'],
  explored({ delays }) {
    return `every run with at most ${delays} delays of the scheduler was explored, and no other`;
  },
  explore(program, { delays }, limits) {
    const result = exploreDelay(program, delays, limits);
    const { found, states, transitions, exhausted, finished, inTime } = result;
    const bounded: Limit[] = finished ? [] : [inTime ? statesLimit(states) : timeLimit(limits)];
    if (finished && !exhausted) {
      bounded.push({ name: 'delays', max: delays, flag: '--strategy delay=K' });
    }
    const more = exhausted ? 'more delays reach nothing new' : 'more delays reach more';
    const notes = [`at most ${plural(delays, 'delay')}; ${more}`];
    return { found, states, transitions, bounded, notes };
  },
};
