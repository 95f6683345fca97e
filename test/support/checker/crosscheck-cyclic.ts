// SPDX-License-Identifier: GPL-2.0-only
// Random programs that may go on for ever: every way of exploring against the unreduced search.
//
// Brute force would not come to an end here. The search without reduction does; it is the
// yardstick, and brute force has shown it to be right on programs that end.

import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Report } from '../../../src/checker/program/program.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { bounded } from '../../../src/checker/search/bounded.ts';
import { exploreDelay } from '../../../src/checker/search/delay.ts';
import { type ExhaustiveOptions, exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { exploreStateGraph } from '../../../src/checker/search/state-graph.ts';
import { COMBINATIONS, finalWords, keyOf } from './crosscheck.ts';
import { sceneOf } from './program-scene.ts';
import { drawCyclic } from './programs.ts';

const STATES_MAX = 5_000;
const BOUND = 60;

type Faults = NonNullable<ExhaustiveOptions['faults']>;

/** What one program showed. */
export interface CyclicCheck {
  readonly differences: readonly string[];
  /** The program has too many states; nothing was compared. */
  readonly skipped: boolean;
  readonly states: number;
  /** Rules that can be broken, deadlocks and the like. */
  readonly violations: number;
  /** True if it can come back to a state. */
  readonly cyclic: boolean;
}

/** The cyclic program that @seed names. */
export function cyclicScene(seed: number): Scene {
  return sceneOf(drawCyclic(seed, 3));
}

/**
 * Only an exhaustive search with quiet steps says of a thread that it goes round alone, so
 * livelocks are left out.
 */
function keysOf(reports: Iterable<Report>): Set<string> {
  const keys = [...reports].filter((r) => r.property !== 'livelock').map(keyOf);
  return new Set(keys);
}

const listed = (set: ReadonlySet<string>): string => [...set].sort().join(' ');

/** Compare on the program that @seed names; with @faults, those of the search. */
export function crosscheckCyclic(seed: number, faults?: Faults): CyclicCheck {
  const ways = COMBINATIONS.map((combination) => ({ ...combination, learn: false }));
  return crosscheckForever(cyclicScene(seed), `cyclic seed ${seed}`, ways, faults);
}

/** Compare the search without reductions on @scene with the search in these @ways and others. */
export function crosscheckForever(
  scene: Scene,
  name: string,
  ways: readonly ExhaustiveOptions[],
  faults?: Faults,
): CyclicCheck {
  const machine = new Machine(scene);
  const ends = new Set<string>();
  const reports: Report[] = [];
  let cyclic = false;
  const { states, finished } = exploreStateGraph(
    machine,
    {
      end: () => {
        if (!machine.hasCrashed()) ends.add(finalWords(machine));
      },
      violation: (found) => reports.push(...found),
      cycle: () => {
        cyclic = true;
      },
    },
    STATES_MAX,
  );
  const wanted = keysOf(reports);
  const violations = wanted.size;
  if (!finished) return { differences: [], skipped: true, states, violations, cyclic };
  const differences: string[] = [];
  const say = (way: string, got: ReadonlySet<string>, want: ReadonlySet<string>): void => {
    if (listed(got) === listed(want)) return;
    differences.push(`${name}, ${way}: ${listed(got)}, not ${listed(want)}`);
  };
  for (const combination of ways) {
    const way = JSON.stringify(combination);
    const got = search(scene, { ...combination, faults });
    say(`${way}: final states`, got.ends, ends);
    say(`${way}: violations`, got.keys, wanted);
    if (combination.quiet === false && got.states !== states) {
      differences.push(`${name}, ${way}: ${got.states} states, not ${states}`);
    }
  }
  for (const quiet of [false, true]) {
    const { found } = bounded(new Machine(scene), { bound: BOUND, quiet, faults });
    say(`bound=${BOUND}, quiet: ${quiet}`, keysOf(found.map((f) => f.report)), wanted);
  }
  const { found } = exploreDelay(new Machine(scene), BOUND);
  say(`delay=${BOUND}`, keysOf(found.map((f) => f.report)), wanted);
  return { differences, skipped: false, states, violations, cyclic };
}

function search(scene: Scene, options: ExhaustiveOptions) {
  const machine = new Machine(scene);
  const ends = new Set<string>();
  const { found, states } = exhaustive(machine, {
    ...options,
    onTerminal: () => {
      if (!machine.hasCrashed()) ends.add(finalWords(machine));
    },
  });
  return { ends, keys: keysOf(found.map((f) => f.report)), states };
}
