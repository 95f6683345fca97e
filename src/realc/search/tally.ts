// SPDX-License-Identifier: GPL-2.0-only
// What every search of a world keeps count of: its runs, its limits and what it has found.

import type { Report } from '#checker/program/program';
import { findingKey } from '#finding/key';
import type { Fault } from '#realc/machine/types';
import type { Plan, RunResult } from './plan.ts';

export interface TallyOptions {
  readonly runsMax?: number;
  readonly timeMaxMs?: number;
  /** End the search once this is reported: for one that looks for something known. */
  readonly enough?: (report: Report) => boolean;
  /** Called after every run that was not cut off. */
  onRun?(plan: Plan, result: RunResult): void;
}

/** A report with the plan that leads to it; the first one found has the fewest preemptions. */
export interface SearchFinding {
  readonly report: Report;
  readonly plan: Plan;
  readonly fault: Fault | null;
  /** Size of the set of switch points that the plan's numbers count. */
  readonly generation: number;
}

type LimitName = 'runs-max' | 'time-max';

export interface TallyResult {
  readonly findings: readonly SearchFinding[];
  readonly runs: number;
  readonly restarts: number;
  /** All runs that the search is for were made. */
  readonly complete: boolean;
  /** Which limit ended the search; null if it is complete. */
  readonly limit: LimitName | null;
  /** Most switch points of a run. */
  readonly points: number;
}

/** The set of switch points has grown: what plans say counts no more. */
export class Grown extends Error {}
class Enough extends Error {}
class Limit extends Error {
  readonly limit: LimitName;
  constructor(limit: LimitName) {
    super(limit);
    this.limit = limit;
  }
}

/** Counts the runs of one search. */
export class Tally {
  private readonly opt: TallyOptions;
  private readonly started = performance.now();
  private readonly findings = new Map<string, SearchFinding>();
  private generation = 0;
  private points = 0;
  private complete = false;
  runs = 0;

  constructor(opt: TallyOptions) {
    this.opt = opt;
  }

  /** Before a run: throws where a limit is reached. */
  begin(): void {
    const { runsMax, timeMaxMs } = this.opt;
    if (runsMax !== undefined && this.runs >= runsMax) throw new Limit('runs-max');
    if (timeMaxMs !== undefined && (this.runs & 63) === 0) {
      if (performance.now() - this.started > timeMaxMs) throw new Limit('time-max');
    }
    this.runs++;
  }

  /** After a run that could be made. */
  end(plan: Plan, result: RunResult): void {
    this.points = Math.max(this.points, result.points);
    for (const report of result.reports) this.note(report, plan, result);
    this.opt.onRun?.(plan, result);
  }

  private note(report: Report, plan: Plan, result: RunResult): void {
    // A run for each sentence: which of them is told is decided once they have been replayed.
    const key = findingKey(report, report.subject, report.because);
    const known = this.findings.get(key);
    if (known && known.plan.preemptions.length <= plan.preemptions.length) return;
    const { generation } = this;
    this.findings.set(key, { report, plan, fault: result.fault, generation });
    if (this.opt.enough?.(report)) throw new Enough();
  }

  /** Do @search, again from the start whenever a new switch point turns up. */
  untilCalm(search: () => void): void {
    for (let restarts = 0; ; restarts++) {
      this.findings.clear();
      this.generation = restarts;
      try {
        search();
        return;
      } catch (e) {
        if (!(e instanceof Grown)) throw e;
      }
    }
  }

  /** Do @search; which limit ended it, or null. */
  withinLimits(search: () => void): LimitName | null {
    try {
      search();
      this.complete = true;
    } catch (e) {
      if (e instanceof Limit) return e.limit;
      if (!(e instanceof Enough)) throw e;
    }
    return null;
  }

  result(limit: LimitName | null): TallyResult {
    const { runs, generation, complete, points } = this;
    return {
      findings: [...this.findings.values()],
      runs,
      restarts: generation,
      complete,
      limit,
      points,
    };
  }
}
