// SPDX-License-Identifier: GPL-2.0-only
// sample=N: N random runs, with the chance to have missed something.

import { plural } from '#base/text';
import type { Limit } from '#checker/program/run';
import { sample as draw } from '#checker/search/sample';
import type { StrategyOf } from '#finding/strategy';
import { timeLimit } from './noted.ts';
import type { StrategyEntry } from './strategy.ts';

/** POS and PCT in turns (search/sample.ts). */
export const sample: StrategyEntry<StrategyOf<'sample'>> = {
  kind: 'sample',
  numbers: [
    { name: 'runs', least: 1, most: 1e9 - 1 },
    { name: 'seed', least: 0, most: 1e9 - 1, default: 1 },
  ],
  usage: 'sample=N',
  covers:
    'N random runs of each world; the report says with what chance a bug of depth 1, 2 or 3 was' +
    ' missed. Never a pass.',
  counts: 'states',
  needs: [],
  explored({ runs, seed }) {
    return `a sample: ${runs} runs of each world from seed ${seed}, POS and PCT in turns; no proof`;
  },
  explore(program, { runs, seed }, limits) {
    const result = draw(program, runs, seed, limits);
    const { found, steps, missed, threads, longest } = result;
    const notes = [
      `${result.runs} runs from seed ${seed}, ${threads} threads, at most ${longest} steps`,
      ...missed.map((p, i) => `chance to have missed a bug of depth ${i + 1}: ${chanceText(p)}`),
    ];
    if (result.cut > 0) notes.push(`${plural(result.cut, 'run')} cut off at ${longest} steps`);
    const bounded: Limit[] = [{ name: 'runs', max: runs, flag: '--strategy sample=N' }];
    if (result.runs < runs) bounded.push(timeLimit(limits));
    return { found, states: result.runs, transitions: steps, bounded, notes, missed };
  },
};

/** A bound on a probability in words: never less than it is. */
export function chanceText(p: number): string {
  if (p < 1e-6) return 'less than one in a million';
  if (p > 0.995) return 'no bound worth stating';
  return `at most ${(Math.ceil(p * 1000) / 10).toFixed(1)} %`;
}
