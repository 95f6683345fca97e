// SPDX-License-Identifier: GPL-2.0-only
// What strategies have in common: reports noted once, and the limits that they may hit.

import type { Report } from '#checker/program/program';
import { type Found, interrupted, type Limit, type Limits } from '#checker/program/run';
import { reportKey } from '#finding/key';

/** Broken rules, each with the run on which it was first seen. */
export class Noted {
  private readonly found = new Map<string, Found>();

  note(reports: readonly Report[], run: () => Found['run']): void {
    for (const report of reports) {
      const key = reportKey(report);
      if (!this.found.has(key)) this.found.set(key, { report, run: run() });
    }
  }

  all(): Found[] {
    return [...this.found.values()];
  }
}

/** Time was up, or somebody did not want to wait for that. */
export function timeLimit({ timeMaxS, stopped }: Limits): Limit {
  if (stopped?.()) return interrupted;
  return { name: 'time', max: timeMaxS!, flag: '--time-max' };
}

/** There were @max states, or runs. */
export function statesLimit(max: number): Limit {
  return { name: 'states', max, flag: '--states-max' };
}
