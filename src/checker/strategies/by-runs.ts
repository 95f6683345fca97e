// SPDX-License-Identifier: GPL-2.0-only
// Strategies that go run by run: one of each class of runs.

import type { RunCounts, RunHooks } from '#checker/dpor/optimal';
import { atLeast } from '#checker/program/pace';
import type { Program } from '#checker/program/program';
import { Deadline, type Limit, type Limits } from '#checker/program/run';
import { Noted, statesLimit, timeLimit } from './noted.ts';
import type { StrategyResult } from './strategy.ts';

/** What a report says of them. */
export const ONE_OF_EACH =
  'one run was taken of each class of runs that differ in the order of independent steps';

/** Explore @program by @explore; --states-max counts runs. */
export function byRuns(
  program: Program,
  explore: (program: Program, hooks: RunHooks) => RunCounts,
  limits: Limits,
): StrategyResult {
  const noted = new Noted();
  const deadline = new Deadline(limits);
  const runsMax = limits.statesMax ?? Number.POSITIVE_INFINITY;
  const bounded: Limit[] = [];
  let [runs, asked] = [0, 0];
  program.reset();
  noted.note(program.reports, () => []);
  const counts = explore(program, {
    step: (run, reports) => {
      if (reports.length > 0) noted.note(reports, () => run.schedule());
    },
    end: (run, _stuck, reports) => {
      runs++;
      noted.note(reports, () => run.schedule());
    },
    stop: () => {
      if ((asked++ & 15) === 0) limits.meter?.(() => atLeast(runs, 0));
      if (runs >= runsMax) bounded.push(statesLimit(runsMax));
      else if (deadline.isPast()) bounded.push(timeLimit(limits));
      return bounded.length > 0;
    },
  });
  const { complete, stuck, blocked, finished } = counts;
  const notes = [
    `${complete} classes of runs end well, ${stuck} with a thread stuck or crashed`,
    `${blocked} runs were begun in vain`,
  ];
  const states = complete + stuck;
  return {
    found: noted.all(),
    states,
    transitions: counts.steps,
    bounded: finished ? [] : bounded,
    notes,
  };
}
