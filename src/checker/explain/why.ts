// SPDX-License-Identifier: GPL-2.0-only
// Why a finding fails, as plain data: indices into its trace, names of threads, schedules.

import { EXPLAIN_MAX, GRAPH_MAX } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import { type Choice, enabledThreads, type Replayed, replayRun } from '#checker/program/run';
import { formatSchedule, replay } from '#checker/program/schedule';
import { findingKey, reportKey } from '#finding/key';
import type { TraceStep } from '#finding/step';
import type { BrokenAt, Explanation, PassingTrace, Why, WhyEnd } from '#finding/why';
import { alternativesOf, blockedAlong } from './alternatives.ts';
import type { Failed, FoundReasons } from './explain.ts';
import { Explainer } from './explain.ts';
import type { Odds } from './odds.ts';
import type { Failure } from './orders.ts';
import { observe } from './pair.ts';
import type { WindowEnd } from './window.ts';

/** How much may be spent. */
export interface ExplainLimits {
  /** Steps for the pair, and for the window, of one finding. */
  readonly stepsMax?: number | undefined;
  /** States of the graph on which odds are exact; 0: they are sampled. */
  readonly statesMax?: number | undefined;
}

/** Explains findings of one machine. */
export class WhySource {
  private readonly machine: Machine;
  private readonly explainer: Explainer;
  private readonly stepsMax: number;

  constructor(machine: Machine, { stepsMax, statesMax }: ExplainLimits = {}) {
    this.machine = machine;
    this.explainer = new Explainer(machine, statesMax ?? GRAPH_MAX);
    this.stepsMax = stepsMax ?? EXPLAIN_MAX;
  }

  /** The exact chance of @failure along @run, which may keep the rule; null: it is not known. */
  chance(run: readonly Choice[], failure: Failure): Odds | null {
    return this.explainer.along(run, failure);
  }

  /** Why @taken breaks @report at @step. */
  explained({ run, trace }: Replayed, report: Report, step: number): Explanation {
    if (run.length === 0) return { deciding: null, why: null, failure: null };
    const raised = Math.max(0, Math.min(step, run.length - 1));
    const broken = this.failure(run, report, raised);
    if (report.property === 'livelock') return { deciding: null, why: null, failure: broken };
    const failed: Failed = { run, failure: report, raised };
    const found = this.explainer.explain(failed, this.stepsMax);
    const seen = observe(this.machine, run);
    const why = {
      ...this.why(found, run, trace),
      alternatives: alternativesOf(this.explainer.orders, seen, report),
      blocked: blockedAlong(this.machine, run),
    };
    return { deciding: found.pair?.second ?? null, why, failure: broken };
  }

  /** Take @run again, and ask what the rule reads. */
  private failure(run: readonly Choice[], report: Report, step: number): BrokenAt {
    const { machine } = this;
    const same = (r: Report): boolean => reportKey(r) === reportKey(report);
    machine.rules.noteReads(true);
    machine.reset();
    let found: Report | undefined;
    for (const { thread, choice } of run) {
      machine.step(thread, choice);
      found ??= machine.reports.find(same);
    }
    const atEnd = found === undefined && enabledThreads(machine).length === 0;
    if (atEnd) found = machine.atEnd().find(same);
    machine.rules.noteReads(false);
    return { step, atEnd, reads: found?.reads ?? [] };
  }

  /** The same for the run that @schedule names; null if none of its reports @is the one meant. */
  explainedSchedule(schedule: string, is: (report: Report) => boolean): Explanation | null {
    const replayed = replay(this.machine, schedule);
    if (!replayed.ok) return null;
    const raised = replayed.value.reports.find(({ report }) => is(report));
    if (raised === undefined) return null;
    return this.explained(replayed.value, raised.report, raised.step);
  }

  private why(
    found: FoundReasons,
    run: readonly Choice[],
    trace: readonly TraceStep[],
  ): Omit<Why, 'alternatives' | 'blocked'> {
    const { machine } = this;
    const { pair: p, window: w, odds, always, complete } = found;
    const end = w?.end && this.end(w.end, trace);
    const window = w && {
      victim: machine.threadName(w.victim),
      intruder: machine.threadName(w.intruder),
      opens: w.opens,
      closes: end?.step ?? null,
      end: end ?? null,
      complete: w.complete,
    };
    // The window's victim is the pair's, too, where it is one of the two.
    const isVictim = (i: number): boolean => run[i]!.thread === w?.victim;
    const turned = p !== null && !isVictim(p.first) && isVictim(p.second);
    const pair = p && {
      victim: turned ? p.second : p.first,
      intruder: turned ? p.first : p.second,
      ...this.passing(p.passing, trace),
      breaks: broken(p.breaks),
    };
    return { window, pair, searched: complete, always, odds };
  }

  private end({ thread, step, held }: WindowEnd, trace: readonly TraceStep[]): WhyEnd {
    const { trace: steps, run } = replayRun(this.machine, held);
    const access = steps.at(-1)!;
    const same = step !== null && isSame(trace[step]!, access);
    return {
      thread: this.machine.threadName(thread),
      step: same ? step : null,
      beyond: !same,
      access,
      reported: reportedBefore(steps, access.thread),
      held: formatSchedule(steps, run),
    };
  }

  private passing(
    run: readonly Choice[],
    failing: readonly TraceStep[],
  ): { passing: string; trace: PassingTrace } {
    const taken = replayRun(this.machine, run);
    const key = (s: TraceStep | undefined): string => JSON.stringify(s);
    let from = 0;
    while (from < taken.trace.length && key(taken.trace[from]) === key(failing[from])) from++;
    const steps = taken.trace.slice(from);
    return { passing: formatSchedule(taken.trace, taken.run), trace: { from, steps } };
  }
}

function broken(reports: readonly Report[]): { property: string; window: string | null }[] {
  const each = reports.map(({ property, window }) => ({ property, window }));
  return [...new Map(each.map((r) => [findingKey(r), r])).values()];
}

/** What @thread has reported last before the last step of @trace. */
function reportedBefore(trace: readonly TraceStep[], thread: string): string | null {
  const told = trace.slice(0, -1).filter((s) => s.thread === thread && s.events.length > 0);
  return told.at(-1)?.events.at(-1) ?? null;
}

function isSame(a: TraceStep, b: TraceStep): boolean {
  const key = (s: typeof a): string => [s.function, s.op, s.object, s.field].join();
  return key(a) === key(b);
}

/**
 * Why @run of @machine raises the report that @key names (reportKey()); null if it does not. For
 * several findings of one machine a WhySource visits the state graph once.
 */
export function explain(
  machine: Machine,
  run: readonly Choice[],
  key: string,
  limits: ExplainLimits = {},
): Explanation | null {
  const replayed = replayRun(machine, run);
  const raised = replayed.reports.find(({ report }) => reportKey(report) === key);
  if (raised === undefined) return null;
  return new WhySource(machine, limits).explained(replayed, raised.report, raised.step);
}
