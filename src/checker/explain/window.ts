// SPDX-License-Identifier: GPL-2.0-only
// Between which of the victim's steps the intruder's coming breaks the rule.
//
// The victim is a thread that was left, the intruder one that came; the intruder's block is what
// others did until the victim went on. Put the block after each of the victim's steps in turn, all
// else in one order: the places around the real one where the rule is broken are the window.
//
//   victim: r = x; x = r + 1     intruder: x = 7     rule: x is 7 or 8 at the end
//   block after 0 steps: passes (8)   after 1: fails (1)   after 2: passes (7)
//   window: opens after "r = x", closes with "x = r + 1"
//
// A failing run ends with the failure, and the victim's way seldom does. So where the window has no
// end in the run, the victim runs on past it while the block waits, and after the victim those who
// have no part in the block: the end is the first step after which the block may come again. Only
// where there is none to the very end does nothing close the window.

import { WINDOW_HELD_MAX } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import type { Choice } from '#checker/program/run';
import { type Failure, type Orders, spares } from './orders.ts';
import type { Observed } from './pair.ts';

/** Where the intruder makes the run fail. */
export interface RaceWindow {
  readonly victim: number;
  readonly intruder: number;
  /** Index into the run of the victim's step that opens it; null: open from the start. */
  readonly opens: number | null;
  /** Null: nothing closes it. */
  readonly end: WindowEnd | null;
  /** False where the search for its ends was cut short: it may be wider. */
  readonly complete: boolean;
}

/** The step that closes a window. */
export interface WindowEnd {
  readonly thread: number;
  /** Index into the failing run; null: the run ends before. */
  readonly step: number | null;
  /** The run in which the block waits, up to this step and with it. */
  readonly held: readonly Choice[];
}

/** A switch in a run: others come until the victim goes on. */
interface Switch {
  readonly victim: number;
  /** The block is run[from .. to - 1]. */
  readonly from: number;
  readonly to: number;
}

/** All switches of @seen, the last one first; those that preempt come before the others. */
export function switchesOf({ run, preempts }: Observed): Switch[] {
  const found: Switch[] = [];
  for (let i = run.length - 1; i > 0; i--) {
    const victim = run[i - 1]!.thread;
    if (victim !== run[i]!.thread) found.push(blockAround(run, victim, i));
  }
  const isPreempting = (s: Switch): boolean => preempts[s.from]!;
  return [...found.filter(isPreempting), ...found.filter((s) => !isPreempting(s))];
}

/**
 * The switch that let steps @first and @second stand as they do: the later thread was left while
 * others did @first, or the earlier one while others did @second; one that preempts, if there is.
 */
export function switchBetween({ run, preempts }: Observed, first: number, second: number): Switch {
  const around = blockAround(run, run[second]!.thread, first);
  const other = blockAround(run, run[first]!.thread, second);
  const [one, two] = [around, other].map((s) => s.from > 0 && preempts[s.from]!);
  return one || (!two && around.from > 0) ? around : other;
}

/** What others than @victim did around step @at. */
function blockAround(run: readonly Choice[], victim: number, at: number): Switch {
  let [from, to] = [at, at];
  while (from > 0 && run[from - 1]!.thread !== victim) from--;
  while (to < run.length && run[to]!.thread !== victim) to++;
  return { victim, from, to };
}

/**
 * The window of @at for @intruder, who is in its block; null where the order fails wherever the
 * block is put. @stepsMax: steps to spend on it.
 */
export function windowAt(
  orders: Orders,
  seen: Observed,
  failure: Failure,
  at: Switch,
  intruder: number,
  stepsMax: number,
): RaceWindow | null {
  const search = new WindowSearch(orders, seen, failure, at, orders.steps + stepsMax);
  const opens = search.back();
  if (opens === undefined) return null;
  const end = search.on();
  if (opens === null && end === null && search.complete) return null;
  const { victim } = at;
  return { victim, intruder, opens, end, complete: search.complete };
}

class WindowSearch {
  complete = true;
  private readonly orders: Orders;
  private readonly seen: Observed;
  private readonly failure: Failure;
  private readonly at: Switch;
  private readonly until: number;

  constructor(orders: Orders, seen: Observed, failure: Failure, at: Switch, until: number) {
    this.orders = orders;
    this.seen = seen;
    this.failure = failure;
    this.at = at;
    this.until = until;
  }

  private isOver(): boolean {
    if (this.orders.steps > this.until) this.complete = false;
    return !this.complete;
  }

  /** True if the rule is kept with @order from where the machine stands. */
  private passes(order: readonly Choice[], last: number, before: readonly Report[]): boolean {
    return spares(this.orders.outcome(order, last, before), this.failure);
  }

  /**
   * Index of the victim's step before which the block may come; null if there is none. Undefined if
   * the rule is kept with the block where it was.
   */
  back(): number | null | undefined {
    const { orders, seen, at } = this;
    const { run, broken } = seen;
    const { machine } = orders;
    machine.reset();
    const marks = run.slice(0, at.from).map(({ thread, choice }) => {
      const mark = machine.mark();
      machine.step(thread, choice);
      return mark;
    });
    const block = run.slice(at.from, at.to);
    if (this.passes(run.slice(at.from), at.victim, broken[at.from]!)) return undefined;
    for (let i = at.from - 1; i >= 0; i--) {
      machine.undo(marks[i]!);
      if (run[i]!.thread !== at.victim) continue;
      if (this.isOver()) return i;
      const order = [...block, ...run.slice(i, at.from), ...run.slice(at.to)];
      if (this.passes(order, run[i - 1]?.thread ?? -1, broken[i]!)) return i;
    }
    return null;
  }

  /** The first step after which the block may come again; null if there is none. */
  on(): WindowEnd | null {
    const { orders, seen, at } = this;
    const { run, broken } = seen;
    const { machine } = orders;
    const held = run.slice(0, at.from);
    machine.reset();
    for (const { thread, choice } of held) machine.step(thread, choice);
    const block = run.slice(at.from, at.to);
    const waiting = new Set(block.map((s) => s.thread));
    const before: Report[] = [...broken[at.from]!];
    const later = new Later(run.slice(at.to), at.to);
    for (;;) {
      const next = runsOn(machine, at.victim, waiting, later);
      if (next === null || this.isOver()) return null;
      const step = later.take(next.thread);
      machine.step(next.thread, next.choice);
      orders.steps++;
      held.push(next);
      before.push(...machine.reports);
      if (machine.hasCrashed() || held.length > WINDOW_HELD_MAX) return null;
      if (this.passes([...block, ...later.steps()], next.thread, before)) {
        return { thread: next.thread, step, held };
      }
    }
  }
}

/** What the run does after the block, less what has been done while it waits. */
class Later {
  private readonly left: { readonly step: Choice; readonly index: number }[];

  constructor(steps: readonly Choice[], from: number) {
    this.left = steps.map((step, i) => ({ step, index: from + i }));
  }

  /** The first step of @thread that is left, which is now done: its index; null: none is left. */
  take(thread: number): number | null {
    const at = this.left.findIndex(({ step }) => step.thread === thread);
    return at < 0 ? null : this.left.splice(at, 1)[0]!.index;
  }

  /** The answer that @thread was given next; 0 where there was none. */
  choice(thread: number): number {
    return this.left.find(({ step }) => step.thread === thread)?.step.choice ?? 0;
  }

  steps(): Choice[] {
    return this.left.map(({ step }) => step);
  }
}

/** Who goes on while those in @waiting wait: the victim, or whoever else can; null: nobody. */
function runsOn(
  machine: Machine,
  victim: number,
  waiting: ReadonlySet<number>,
  later: Later,
): Choice | null {
  const able = (t: number): boolean => !waiting.has(t) && machine.enabled(t);
  const given = (t: number): Choice => {
    const choice = later.choice(t);
    return { thread: t, choice: choice < machine.choices(t) ? choice : 0 };
  };
  if (able(victim)) return given(victim);
  for (let t = 0; t < machine.threadCount(); t++) if (able(t)) return given(t);
  return null;
}
