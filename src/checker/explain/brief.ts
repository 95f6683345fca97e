// SPDX-License-Identifier: GPL-2.0-only
// Why a finding fails, as far as some thousand steps tell, in indices into its run.
//
// Half of the budget goes to the window and its critical pair (explain.ts), half to random walks
// (walks.ts). Both say where it was not enough.

import type { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import { type Choice, type Replayed, replayRun, reportKey } from '#checker/program/run';
import { formatSchedule, replay } from '#checker/program/schedule';
import { decidingStep } from './critical.ts';
import { explain } from './explain.ts';
import { walkedOdds } from './walks.ts';

/** Steps for one finding, unless told. */
export const EXPLAIN_MAX = 30_000;

/** All numbers that name a step are indices into the run. */
export interface Why {
  /** The victim is the thread of these two steps; the intruder may come anywhere between them. */
  readonly window: {
    readonly victim: string;
    readonly intruder: string;
    /** Null: from the victim's first step on, or to its last. */
    readonly opens: number | null;
    readonly closes: number | null;
    /** False: it may be wider, the budget was spent. */
    readonly complete: boolean;
  } | null;
  /** Were these two the other way round, it would pass: as this schedule does. */
  readonly pair: {
    readonly victim: number;
    readonly intruder: number;
    readonly passing: string;
  } | null;
  /** Random orders from the start, and the step after which all of them failed. */
  readonly odds: {
    readonly walks: number;
    readonly failing: number;
    readonly noReturn: number | null;
  } | null;
}

/** What explains a report. */
export interface Explained {
  /** Index into the run of the access that decides; null in an empty run. */
  readonly deciding: number | null;
  readonly why: Why | null;
}

/** Why @taken, a run of @machine, raises the report @key at @step; @budget: steps to spend. */
export function explained(
  machine: Machine,
  { run, trace }: Replayed,
  key: string,
  step: number,
  budget: number,
): Explained {
  const deciding = decidingStep(machine, run, trace, key, step);
  return { deciding, why: whyOf(machine, run, key, budget) };
}

/** The same for the run that @schedule names; null if none of its reports @is the one meant. */
export function explainedSchedule(
  machine: Machine,
  schedule: string,
  is: (report: Report) => boolean,
  budget: number = EXPLAIN_MAX,
): Explained | null {
  const replayed = replay(machine, schedule);
  if (!replayed.ok) return null;
  const raised = replayed.value.reports.find(({ report }) => is(report));
  if (raised === undefined) return null;
  return explained(machine, replayed.value, reportKey(raised.report), raised.step, budget);
}

/** Why @run raises the report @key; null if there is nothing to say. */
function whyOf(machine: Machine, run: readonly Choice[], key: string, budget: number): Why | null {
  if (run.length === 0) return null;
  const { window: w, pair: p } = explain(machine, run, key, 0, budget >> 1);
  const odds = walkedOdds(machine, run, key, budget >> 1);
  if (w === null && odds === null) return null;
  const window = w && {
    victim: machine.threadName(w.victim),
    intruder: machine.threadName(w.intruder),
    opens: w.opensAt,
    closes: w.closesAt,
    complete: w.complete,
  };
  return { window, pair: p && pairOf(machine, p.victim, p.intruder, p.passing), odds };
}

function pairOf(machine: Machine, victim: number, intruder: number, passing: readonly Choice[]) {
  const { trace, run } = replayRun(machine, passing);
  return { victim, intruder, passing: formatSchedule(trace, run) };
}
