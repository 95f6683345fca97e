// SPDX-License-Identifier: GPL-2.0-only
// Which two accesses decide: were they the other way round, the rule would be kept.
//
// Two steps a and b of threads A and B, a before b in the failing run, are swapped so: where A is
// about to do a, it waits; the others go on in their order, and past it, until B has done b; then
// A does what it has missed, and all go on in the order of the failing run. B may come to b on
// another way, now that a has not been done. It is b where the same function does the same to the
// same cell for as many times as in the failing run. Where B never comes to b while A waits, as
// where A holds a lock that B needs, the two cannot be swapped.
//
//   A: r = x; x = r + 1     B: x = 7     rule: x is 7 or 8 at the end
//   fails: A r = x, B x = 7, A x = 1     b: "x = 1", a: "x = 7": A x = 1, B x = 7 passes
//
// Where A that waits may go on just before b, and the rule is kept all the same, it is not the
// order of these two that matters: A only had to be late. Such pairs come last, and before them
// those that touch no cell, but are both seen by a rule. The latest a is taken of which there is a
// pair of another kind: no locks, or locks whose swap breaks no other rule; a lock orders much
// beside what matters. Of one a, no locks come first, then what breaks nothing, then the nearest b.
//
// Two accesses under a lock can not be swapped by themselves, so the two locks stand for them. Only
// locks under which something conflicts do, and a lock is known by what is done first under it: the
// same function takes the same lock for one device after the other.

import { PAIR_HELD_MAX, SCENE_THREADS_MAX } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import { dependent } from '#checker/program/dependence';
import type { OpView, Report } from '#checker/program/program';
import type { Choice } from '#checker/program/run';
import { type Failure, nextThread, type Orders, StepList, spares } from './orders.ts';
import { inside, isLock, isUnlock, nextOf, RunSections } from './sections.ts';

/** Two steps of a failing run. */
export interface DecidingPair {
  /** Indices into the run; first < second. */
  readonly first: number;
  readonly second: number;
  /** The run with the two swapped. */
  readonly passing: readonly Choice[];
  /** What that run breaks, other than the rule in question; mostly nothing. */
  readonly breaks: readonly Report[];
}

/** What came of the search. */
interface PairSearch {
  readonly pair: DecidingPair | null;
  /** False where it was cut short: another pair may be later, or there may be one at all. */
  readonly complete: boolean;
}

/** A failing run, seen step by step. */
export interface Observed {
  readonly run: readonly Choice[];
  /** The Op of each step, judged where it was taken. */
  readonly views: readonly OpView[];
  /** True where the thread of the step before could have gone on. */
  readonly preempts: readonly boolean[];
  /** What each thread does where, but for what it finds there, as a number. */
  readonly names: readonly number[];
  readonly nameOf: Namer;
  readonly sections: RunSections;
  /** Rules broken before each step, and after the last. */
  readonly broken: readonly (readonly Report[])[];
}

/** Take @run once and note what each step is. */
export function observe(machine: Machine, run: readonly Choice[]): Observed {
  const views: OpView[] = [];
  const preempts: boolean[] = [];
  const nameOf = namer();
  machine.reset();
  const broken: (readonly Report[])[] = [[...machine.reports]];
  run.forEach(({ thread, choice }, i) => {
    const last = run[i - 1]?.thread;
    preempts.push(last !== undefined && last !== thread && machine.enabled(last));
    views.push(machine.pending(thread));
    machine.step(thread, choice);
    const before = broken[i]!;
    broken.push(machine.reports.length === 0 ? before : [...before, ...machine.reports]);
  });
  const names = run.map(({ thread }, i) =>
    nameOf(thread, views[i]!, () => nextOf(machine, run, views, i)),
  );
  const sections = new RunSections(run, views);
  return { run, views, preempts, names, nameOf, sections, broken };
}

/** The number of what @thread does; @next: what it does after that. */
type Namer = (thread: number, view: OpView, next: () => OpView | null) => number;

/** Numbers what a thread does where: views that say the same otherwise have one number. */
function namer(): Namer {
  const byView = new Map<OpView, number>();
  const ids = new Map<string, number>();
  return (thread, view, next) => {
    let id = byView.get(view);
    if (id === undefined) {
      const opens = isLock(view) && !isUnlock(view);
      const under = opens ? next() : null;
      const first = under === null ? '' : ` ${under.cell} ${under.object} ${under.fn}`;
      const name = `${view.kind} ${view.cell} ${view.object} ${view.fn}${first}`;
      id = ids.get(name) ?? ids.size;
      ids.set(name, id);
      if (!opens) byView.set(view, id);
    }
    return id * SCENE_THREADS_MAX + thread;
  };
}

/** What speaks against a pair; the sum is its grade, 0 is best, and ONLY_LATE alone is worst. */
const BREAKS_OTHERS = 1;
const IS_LOCK = 2;
const ONLY_A_RULE = 4;
/** The rule is kept where the one that waits goes on just before the other step, too. */
const ONLY_LATE = 8;
/** Of a later step, nothing better is looked for. */
const GOOD_ENOUGH = IS_LOCK;
const WORST = 9;

/** Who is swapped, and how good it is: 0 is best. */
interface Candidate {
  readonly first: number;
  readonly second: number;
  readonly grade: number;
  readonly prefix: readonly Choice[];
  readonly order: readonly Choice[];
  readonly breaks: readonly Report[];
}

/**
 * The pair that decides whether @seen breaks the rule of @failure, which it does at step @raised;
 * @stepsMax: steps to spend on it.
 */
export function decidingPair(
  orders: Orders,
  seen: Observed,
  failure: Failure,
  raised: number,
  stepsMax: number,
): PairSearch {
  const { machine } = orders;
  const { run } = seen;
  const until = orders.steps + stepsMax;
  const marks = marksAlong(machine, run);
  let best: Candidate | null = null;
  let complete = true;
  for (let first = Math.min(raised, run.length - 1); first >= 0; first--) {
    machine.undo(marks[first]!);
    if ((best !== null && best.grade <= GOOD_ENOUGH) || !complete) continue;
    if (orders.steps > until) complete = false;
    const found = complete ? swapsOf(orders, seen, failure, first, raised) : null;
    if (found !== null && isBetter(found, best)) best = found;
  }
  if (best === null) return { pair: null, complete };
  const { first, second, prefix, order, breaks } = best;
  const passing = orders.run(prefix, order);
  return { pair: { first, second, passing, breaks }, complete };
}

/** A pair that is over before one begins that only is late is no better: it is too far away. */
function isBetter(found: Candidate, best: Candidate | null): boolean {
  if (best === null) return true;
  if (best.grade === ONLY_LATE && found.second < best.first) return false;
  return found.grade < best.grade;
}

/** A mark before each step of @run; the machine is at its end. */
function marksAlong(machine: Machine, run: readonly Choice[]): number[] {
  machine.reset();
  return run.map(({ thread, choice }) => {
    const mark = machine.mark();
    machine.step(thread, choice);
    return mark;
  });
}

/** The best that comes of holding back the step @first, before which the machine stands. */
function swapsOf(
  orders: Orders,
  seen: Observed,
  failure: Failure,
  first: number,
  raised: number,
): Candidate | null {
  const { machine } = orders;
  const { run } = seen;
  const partners = new Partners(seen, first, raised, failure);
  if (partners.left === 0) return null;
  const mark = machine.mark();
  const held = new Held(machine, run, first);
  const reports = [...seen.broken[first]!];
  let best: Candidate | null = null;
  while (partners.left > 0 && held.steps.length < PAIR_HELD_MAX) {
    const next = held.next();
    if (next === null) break;
    const view = machine.pending(next.thread);
    const partner = partners.meet(next.thread, view, () => inside(machine, next));
    const isWorse = (grade: number): boolean => grade >= (best?.grade ?? WORST);
    const isAsked = partner !== null && !isWorse(partner.grade);
    const sooner = isAsked ? [...held.rest(partner.second)] : [];
    const last = held.steps.at(-1)?.thread ?? run[first - 1]?.thread ?? -1;
    const before = isAsked ? [...reports] : [];
    const step = machine.mark();
    held.take(next);
    orders.steps++;
    reports.push(...machine.reports);
    if (!isAsked) continue;
    const order = held.rest(partner.second);
    const outcome = orders.outcome(order, next.thread, reports);
    let grade = partner.grade + (outcome.reports.length === 0 ? 0 : BREAKS_OTHERS);
    if (!spares(outcome, failure) || isWorse(grade)) continue;
    machine.undo(step);
    if (spares(orders.outcome(sooner, last, before), failure)) grade = ONLY_LATE;
    machine.step(next.thread, next.choice);
    if (isWorse(grade)) continue;
    const waits = mayNeverMove(seen, machine, first);
    if (waits && !orders.moves(order, next.thread, run[first]!.thread)) continue;
    const prefix = [...run.slice(0, first), ...held.steps];
    best = { first, second: partner.second, grade, prefix, order, breaks: outcome.reports };
  }
  machine.undo(mark);
  return best;
}

/** The others go on while the thread of one step waits. */
class Held {
  /** What they have done. */
  readonly steps: Choice[] = [];
  private readonly machine: Machine;
  private readonly run: readonly Choice[];
  private readonly first: number;
  private readonly waiting: number;
  private readonly list: StepList;
  /** Steps taken so far, by thread. */
  private readonly taken = new Map<number, number>();

  constructor(machine: Machine, run: readonly Choice[], first: number) {
    this.machine = machine;
    this.run = run;
    this.first = first;
    this.waiting = run[first]!.thread;
    const others = run.slice(first + 1).filter((s) => s.thread !== this.waiting);
    this.list = new StepList(machine, others);
  }

  /** The next step, not taken yet; null where nobody else can move. */
  next(): Choice | null {
    const last = this.steps.at(-1)?.thread ?? -1;
    return this.list.next() ?? nextThread(this.machine, last, this.waiting);
  }

  take(step: Choice): void {
    this.machine.step(step.thread, step.choice);
    this.steps.push(step);
    this.taken.set(step.thread, (this.taken.get(step.thread) ?? 0) + 1);
  }

  /** What is left of the run: what the waiting thread has missed until step @second comes first. */
  rest(second: number): Choice[] {
    const { run, first, waiting } = this;
    const skip = new Map(this.taken);
    const missed: Choice[] = [];
    const later: Choice[] = [];
    for (let i = first; i < run.length; i++) {
      const step = run[i]!;
      const done = skip.get(step.thread) ?? 0;
      if (done > 0) skip.set(step.thread, done - 1);
      else if (i <= second && step.thread === waiting) missed.push(step);
      else later.push(step);
    }
    return [...missed, ...later];
  }
}

/** Later steps of other threads whose order with step @first matters. */
class Partners {
  /** How many have not been met. */
  left = 0;
  /** By name of the access: how often it has been done, and the times that are wanted. */
  private readonly byName = new Map<number, { count: number; wanted: Map<number, Partner> }>();
  private readonly nameOf: Observed['nameOf'];

  constructor(seen: Observed, first: number, raised: number, failure: Failure) {
    const { run, views, names, nameOf, sections } = seen;
    this.nameOf = nameOf;
    const view = views[first]!;
    // Who waits for whom is a matter of locks alone.
    const isFit = (j: number): boolean =>
      failure.property === 'deadlock' ||
      !(isLock(view) && isLock(views[j]!)) ||
      sections.conflict(first, j);
    const end = Math.min(raised + 1, run.length);
    for (let j = first + 1; j < end; j++) {
      if (run[j]!.thread === run[first]!.thread || !dependent(view, views[j]!)) continue;
      if (!isFit(j)) continue;
      if (!this.byName.has(names[j]!)) this.byName.set(names[j]!, { count: 0, wanted: new Map() });
    }
    if (this.byName.size === 0) return;
    const times = new Map<number, number>();
    for (let j = 0; j < end; j++) {
      const known = this.byName.get(names[j]!);
      if (known === undefined) continue;
      const time = (times.get(names[j]!) ?? 0) + 1;
      times.set(names[j]!, time);
      if (j <= first) known.count = time;
      if (j <= first || !isFit(j)) continue;
      known.wanted.set(time, { second: j, grade: gradeOf(view, views[j]!) });
      this.left++;
    }
  }

  /** @thread does this access: the partner that it is, if it is one. */
  meet(thread: number, view: OpView, next: () => OpView | null): Partner | null {
    const known = this.byName.get(this.nameOf(thread, view, next));
    if (known === undefined) return null;
    known.count++;
    const partner = known.wanted.get(known.count);
    if (partner === undefined) return null;
    known.wanted.delete(known.count);
    this.left--;
    return partner;
  }
}

/** A step to swap with, and what speaks against it. */
interface Partner {
  readonly second: number;
  readonly grade: number;
}

function gradeOf(a: OpView, b: OpView): number {
  return (touch(a, b) ? 0 : ONLY_A_RULE) + (isLock(a) || isLock(b) ? IS_LOCK : 0);
}

/** True if the two are dependent, and not only because a rule sees both. */
function touch(a: OpView, b: OpView): boolean {
  return dependent({ ...a, visible: false }, b);
}

/** True if step @first is the wait of a worker, which nobody may ever wake again. */
function mayNeverMove({ run, views }: Observed, machine: Machine, first: number): boolean {
  return views[first]!.kind === 'wait' && machine.isDaemon(run[first]!.thread);
}
