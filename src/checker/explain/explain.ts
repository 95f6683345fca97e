// SPDX-License-Identifier: GPL-2.0-only
// Why a run fails: the critical pair, the window, and from which step on it is too late.
//
// The victim is a thread that was preempted; the intruder's steps are those that others took until
// it went on. Put the intruder after each of the victim's steps in turn, all else in one order:
// the positions around the real one where the run still fails are the window. Just outside it lies
// the nearest passing run: the victim's step there and the first of the intruder's steps that is
// dependent with it are the critical pair, whose order decides.
//
//   victim: r = x; x = r + 1     intruder: x = 7     rule: x is 7 or 8 at the end
//   intruder after 0 steps: passes (8)   after 1: fails (1)   after 2: passes (7)
//   window: after "r = x", before "x = r + 1"; pair: "x = r + 1" and "x = 7"
//
// Where no preempted thread has a window, a thread that had come to its end, or to where it waits,
// is taken for the victim: what matters then is that others come after it.
//
//   T0: free(h)     T1: use h     in that order it fails; the pair is "free h" and "load h"
//
// The odds of failing from a state on, if each time all enabled threads are as likely to go on, are
// the mean over its successors: exact on the state graph without reduction (odds.ts).

import type { Machine } from '#checker/machine/machine';
import { dependent } from '#checker/program/dependence';
import type { OpView, Report } from '#checker/program/program';
import { type Choice, enabledThreads, reportKey } from '#checker/program/run';
import { type Odds, oddsAlong } from './odds.ts';

/** Two steps of the failing run: were they the other way round, it would pass. */
export interface CriticalPair {
  /** Index into the run of the victim's step, and of the intruder's. */
  readonly victim: number;
  readonly intruder: number;
  /** The nearest run that passes. */
  readonly passing: readonly Choice[];
  readonly sentence: string;
}

/** Where the intruder makes the run fail. */
export interface RaceWindow {
  readonly victim: number;
  readonly intruder: number;
  /** The intruder's first step must come after so many and no more of the victim's own steps. */
  readonly first: number;
  readonly last: number;
  /** The victim's steps that open and close the window, in words; null at its start or end. */
  readonly opens: string | null;
  readonly closes: string | null;
  /** The same as indices into the run. */
  readonly opensAt: number | null;
  readonly closesAt: number | null;
  /** False where the budget was spent: the window may be wider. */
  readonly complete: boolean;
}

export interface Explanation {
  readonly pair: CriticalPair | null;
  readonly window: RaceWindow | null;
  /** Null where the graph has more than statesMax states. */
  readonly odds: Odds | null;
}

/** Steps of the machine that may be spent on one window; null: no limit. */
class Budget {
  private left: number;

  constructor(steps: number | null) {
    this.left = steps ?? Number.POSITIVE_INFINITY;
  }

  /** Pay for @steps; false if there are not so many left. */
  pays(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }
}

interface Preemption {
  readonly victim: number;
  /** The intruder's steps are run[from .. to - 1]. */
  readonly from: number;
  readonly to: number;
}

const RUN_MAX = 10_000;

/**
 * Explain why @run of @machine raises the report that @key names. @statesMax: for the odds, 0 for
 * none; @stepsMax: steps to take in search of the window, null for all that it needs.
 */
export function explain(
  machine: Machine,
  run: readonly Choice[],
  key: string,
  statesMax = 300_000,
  stepsMax: number | null = null,
): Explanation {
  const { views, preemptions, handovers } = observe(machine, run);
  const odds = statesMax > 0 ? oddsAlong(machine, run, key, statesMax) : null;
  const budget = new Budget(stepsMax);
  for (const p of [...preemptions.toReversed(), ...handovers.toReversed()]) {
    const window = windowOf(machine, run, views, p, key, budget);
    if (window === null) continue;
    return { pair: pairOf(machine, run, views, p, window, key), window, odds };
  }
  return { pair: null, window: null, odds };
}

/** The Op of each step; where a thread was preempted, and where one could not go on itself. */
function observe(machine: Machine, run: readonly Choice[]) {
  const views: OpView[] = [];
  const preemptions: Preemption[] = [];
  const handovers: Preemption[] = [];
  machine.reset();
  run.forEach(({ thread, choice }, i) => {
    const last = run[i - 1]?.thread;
    if (last !== undefined && last !== thread) {
      const back = run.findIndex((s, j) => j > i && s.thread === last);
      const into = machine.enabled(last) ? preemptions : handovers;
      into.push({ victim: last, from: i, to: back < 0 ? run.length : back });
    }
    views.push(machine.pending(thread));
    machine.step(thread, choice);
  });
  return { views, preemptions, handovers };
}

/** The run with the intruder's block after the first @n of the victim's steps. */
function moved(run: readonly Choice[], p: Preemption, n: number): Choice[] {
  const block = run.slice(p.from, p.to);
  const rest = [...run.slice(0, p.from), ...run.slice(p.to)];
  const made: Choice[] = [];
  let own = 0;
  let placed = false;
  for (const s of rest) {
    if (!placed && own === n && s.thread === p.victim) {
      made.push(...block);
      placed = true;
    }
    made.push(s);
    if (s.thread === p.victim) own++;
  }
  return placed ? made : [...made, ...block];
}

function windowOf(
  machine: Machine,
  run: readonly Choice[],
  views: readonly OpView[],
  p: Preemption,
  key: string,
  budget: Budget,
): RaceWindow | null {
  const own = run.flatMap((s, i) => (s.thread === p.victim ? [i] : []));
  const at = own.filter((i) => i < p.from).length;
  const fails = (n: number): boolean => follow(machine, moved(run, p, n), key).fails;
  if (!fails(at)) return null;
  let [first, last, complete] = [at, at, true];
  const reaches = (n: number): boolean => {
    if (!budget.pays(run.length)) complete = false;
    return complete && fails(n);
  };
  while (last < own.length && reaches(last + 1)) last++;
  while (first > 0 && reaches(first - 1)) first--;
  if (first === 0 && last >= own.length) return null;
  const opensAt = first === 0 ? null : own[first - 1]!;
  const closesAt = own[last] ?? null;
  const words = (i: number | null): string | null => (i === null ? null : describe(views[i]!));
  return {
    victim: p.victim,
    intruder: run[p.from]!.thread,
    first,
    last,
    opens: words(opensAt),
    closes: words(closesAt),
    opensAt,
    closesAt,
    complete,
  };
}

function pairOf(
  machine: Machine,
  run: readonly Choice[],
  views: readonly OpView[],
  p: Preemption,
  window: RaceWindow,
  key: string,
): CriticalPair | null {
  const own = run.flatMap((s, i) => (s.thread === p.victim ? [i] : []));
  for (const [n, step] of [
    [window.last + 1, window.last],
    [window.first - 1, window.first - 1],
  ] as const) {
    const decided = own[step];
    if (n < 0 || decided === undefined) continue;
    const victim = acquireOf(run, views, decided);
    const view = views[victim]!;
    const block = views.slice(p.from, p.to);
    const found = block.findIndex((v) => dependent(v, view));
    const passing = follow(machine, moved(run, p, n), key);
    if (found < 0 || passing.fails) continue;
    const intruder = p.from + found;
    const [a, b] = [victim, intruder].sort((x, y) => x - y) as [number, number];
    const name = (i: number) => machine.threadName(run[i]!.thread);
    const say = (i: number) => `${name(i)}'s ${describe(views[i]!)}`;
    const sentence = `${say(a)} before ${say(b)} fails, the other way round passes`;
    return { victim, intruder, passing: passing.run, sentence };
  }
  return null;
}

/** Giving a lock back decides nothing: the step that took it, where step @i gives one back. */
function acquireOf(run: readonly Choice[], views: readonly OpView[], i: number): number {
  const { effect, cell } = views[i]!;
  if (effect !== 'release' && effect !== 'unshare') return i;
  for (let j = i - 1; j >= 0; j--) {
    const took = views[j]!.effect === 'acquire' || views[j]!.effect === 'share';
    if (took && run[j]!.thread === run[i]!.thread && views[j]!.cell === cell) return j;
  }
  return i;
}

/** The Op in words. */
function describe(op: OpView): string {
  const what = op.field === '' ? op.objectName : `${op.objectName}.${op.field}`;
  return `${op.kind} ${what}${op.fn === '' ? '' : ` in ${op.fn}()`}`;
}

/** Take @order as far as it goes, then go on without preemption; say whether @key shows. */
function follow(
  machine: Machine,
  order: readonly Choice[],
  key: string,
): { readonly run: Choice[]; readonly fails: boolean } {
  machine.reset();
  const run: Choice[] = [];
  const shows = (reports: readonly Report[]) => reports.some((r) => reportKey(r) === key);
  let fails = shows(machine.reports);
  const step = (thread: number, choice: number): void => {
    const choices = machine.choices(thread);
    const given = choice < choices ? choice : 0;
    machine.step(thread, given);
    run.push({ thread, choice: given });
    fails ||= shows(machine.reports);
  };
  for (const { thread, choice } of order) {
    if (thread < machine.threadCount() && machine.enabled(thread)) step(thread, choice);
  }
  for (let left = RUN_MAX; left > 0; left--) {
    const able = enabledThreads(machine);
    if (able.length === 0) {
      fails ||= shows(machine.atEnd());
      break;
    }
    const last = run[run.length - 1]?.thread ?? -1;
    step(able.includes(last) ? last : able[0]!, 0);
  }
  return { run, fails };
}
