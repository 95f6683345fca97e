// SPDX-License-Identifier: GPL-2.0-only
// Every state that matters: depth-first search with state caching, quiet steps and sleep sets.
//
// The idea. A state is visited once (128-bit fingerprints). Steps that nobody else can see are
// taken at once (reduce.ts), so only states where the choice of thread matters are stored. Where it
// does, sleep sets keep the search from taking two independent steps in both orders: once thread t
// has been explored from a state, t sleeps in what is explored from there afterwards, until a step
// is taken that is dependent with t's. A stored state keeps the set it was explored with; when it
// is met again with less asleep, what was asleep then and is awake now is explored (Godefroid 1996,
// figure 5.2).
//
//   T1: store x      T2: store y        both shared, four states: 00 10 01 11
//   00 -T1-> 10 -T2-> 11;  00 -T2-> 01 with T1 asleep: its store commutes with T2's, nothing to do
//   three transitions instead of four; with n such threads n 2^(n-1) shrinks to 2^n - 1
//
// Quiet steps are repeated until none is left, so a loop made of nothing else would not end: a
// state kept from 16, 32, 64, ... steps ago shows the cycle (Brent 1980). It is reported as a
// livelock, and the state is opened there as if the step were not quiet.
//
// What is known of cells and threads is learned on the way and may come to be wrong. Then only what
// has relied on it is done again (answers.ts), or, where that is a good part, all.

import { assert } from '#base/assert';
import { Answers } from './answers.ts';
import type { DependenceFaults } from './dependence.ts';
import { Futures } from './futures.ts';
import type { FutureFaults } from './futures-sections.ts';
import type { Machine } from './machine.ts';
import { Code } from './machine-code.ts';
import { QuietSteps } from './quiet.ts';
import { CYCLE_MIN, Cycle } from './quiet-cycle.ts';
import { Discipline, type ReductionFaults, type Reductions } from './reduce.ts';
import { learn } from './reduce-learn.ts';
import { DependenceMatrix } from './reduce-matrix.ts';
import { Findings, type Found, type Limit, type Limits, limitsHit, livelock, Path } from './run.ts';
import { StateTable } from './state-table.ts';

export interface ExhaustiveOptions extends Limits, Reductions {
  /** What is known of the cells from an earlier search; learned here as well. */
  readonly discipline?: Discipline | undefined;
  /** What is known of what threads may still do; likewise. */
  readonly knownFutures?: Futures | undefined;
  /** Random runs before the first round; true unless told. */
  readonly learn?: boolean;
  /** States up to which a cell that comes to be shared voids the round; 1000 unless told. */
  readonly young?: number;
  readonly faults?: (DependenceFaults & ReductionFaults & FutureFaults) | undefined;
  /** Called in each state that is stored, once a round. */
  readonly onState?: (() => void) | undefined;
  /** Called where a known state is met in which nothing is left to do, with the way there. */
  readonly onHit?: ((path: Path) => void) | undefined;
  /** Called in each state where nothing is enabled. */
  readonly onTerminal?: (() => void) | undefined;
}

export interface SearchResult {
  readonly found: readonly Found[];
  readonly states: number;
  readonly transitions: number;
  /** Limits that were hit; what was found holds, what was not found may still exist. */
  readonly bounded: readonly Limit[];
  /** How often the search began. */
  readonly rounds: number;
}

/** Sets of threads are the bits of a word that is not negative. */
const THREADS_MAX = 30;
/** States up to which a round that has to be done again is given up at once. */
const YOUNG = 1000;
const QUIET_MAX = 1_000_000;
/** A round is done again if more than one expansion in so many has relied on what does not hold. */
const REPAIRED_SHARE = 3;

/** Explore @machine exhaustively. */
export function exhaustive(machine: Machine, options: ExhaustiveOptions = {}): SearchResult {
  return new Exhaustive(machine, options).search();
}

/** Columns of the stack, one row for each open state. */
interface Level {
  mark: number;
  length: number;
  /** Threads still to be explored. */
  todo: number;
  sleep: number;
  /** Thread that led here. */
  last: number;
  /** Expansion that led here. */
  from: number;
  /** Thread under exploration with its next choice, -1 for none. */
  thread: number;
  choice: number;
  /** View of what each thread would do here. */
  views: Int32Array;
}

class Exhaustive {
  private readonly machine: Machine;
  private readonly options: ExhaustiveOptions;
  private readonly discipline: Discipline;
  private readonly futures: Futures;
  private readonly steps: QuietSteps;
  private readonly findings = new Findings();
  private readonly path = new Path();
  private readonly cycle = new Cycle();
  private readonly levels: Level[] = [];
  private readonly matrix: DependenceMatrix;
  private readonly limits: Limit[] = [];
  private readonly started = performance.now();
  private table = new StateTable();
  private transitions = 0;
  private answers: Answers;
  /** The expansion under way. */
  private expansion = 0;
  private last = 0;

  constructor(machine: Machine, options: ExhaustiveOptions) {
    this.machine = machine;
    this.options = options;
    this.discipline =
      options.discipline ?? new Discipline(machine.memory, machine.heldSets, options.faults);
    this.futures = options.knownFutures ?? new Futures(machine, this.discipline, options.faults);
    this.steps = new QuietSteps(machine, this.discipline, this.futures, options);
    this.matrix = new DependenceMatrix(machine.views, options.faults);
    this.answers = new Answers(this.futures, this.discipline);
  }

  search(): SearchResult {
    if (this.quiet() && this.options.learn !== false)
      learn(this.machine, (t) => this.steps.note(t));
    this.refresh();
    let rounds = 0;
    for (let again = true; again; ) {
      rounds++;
      this.table = new StateTable();
      this.answers = new Answers(this.futures, this.discipline);
      again = !this.round() && this.limits.length === 0;
    }
    return {
      found: this.findings.all(),
      states: this.table.size,
      transitions: this.transitions,
      bounded: this.limits,
      rounds,
    };
  }

  private quiet(): boolean {
    return this.options.quiet !== false;
  }

  private refresh(): void {
    if (this.looksAhead()) this.futures.refresh();
  }

  private looksAhead(): boolean {
    return this.quiet() && this.options.futures !== false;
  }

  /** One search; false if it has to be done again, since a reduction proved to be wrong. */
  private round(): boolean {
    const { machine } = this;
    const { surprises } = this.futures;
    const { demotions } = this.discipline;
    const young = this.options.young ?? YOUNG;
    machine.reset();
    this.path.length = 0;
    this.last = 0;
    this.findings.note(machine.reports, this.path);
    for (let t = 0; t < machine.threadCount(); t++) this.note(t);
    this.expansion = this.answers.begin(-1, 0, 0, 0);
    this.settle(0);
    const isYoung = (): boolean =>
      this.discipline.demotions === demotions || this.table.size >= young;
    const goesOn = (): boolean => this.futures.surprises === surprises && isYoung();
    this.explore(this.enter(-1, machine.mark(), 0, 0), goesOn);
    return goesOn() && this.repair(goesOn);
  }

  /** Explore what is open, from @depth upwards, while @goesOn. */
  private explore(depth: number, goesOn: () => boolean): void {
    const { machine } = this;
    while (depth >= 0 && goesOn()) {
      if (this.looksAhead() && this.futures.isStale()) this.refresh();
      if (this.exceeded()) break;
      const level = this.levels[depth]!;
      if (level.thread < 0 && level.todo === 0) {
        machine.undo(level.mark);
        this.path.length = level.length;
        depth--;
      } else {
        depth = this.advance(level, depth);
      }
    }
  }

  /** Do again what has relied on answers that do not hold; false if that is too much. */
  private repair(goesOn: () => boolean): boolean {
    if (this.options.faults?.neverRedone) return true;
    while (this.quiet() && this.limits.length === 0) {
      this.refresh();
      const wrong = this.answers.wrong();
      if (wrong === null || wrong.length * REPAIRED_SHARE > this.answers.size) return false;
      if (wrong.length === 0) return true;
      if (wrong[0] === 0) return false;
      for (const expansion of wrong) {
        this.again(expansion, goesOn);
        if (!goesOn()) return false;
      }
    }
    return true;
  }

  /** Go to where @expansion began, and do it again. */
  private again(expansion: number, goesOn: () => boolean): void {
    const { machine, path } = this;
    const begun = this.answers.redo(expansion);
    machine.reset();
    path.length = 0;
    for (const earlier of this.answers.chain(begun.parent)) {
      for (const step of this.answers.steps(earlier)) {
        this.last = step & 0xff;
        machine.step(this.last, step >> 8);
        path.push(this.last, step >> 8);
      }
    }
    const { parent, thread, choice, sleep } = begun;
    this.explore(this.expand(-1, parent, thread, choice, sleep), goesOn);
  }

  /** Take the next step from the state on top; returns the new depth. */
  private advance(level: Level, depth: number): number {
    const { machine } = this;
    if (level.thread < 0) {
      const preferred = (level.todo >> level.last) & 1;
      level.thread = preferred ? level.last : 31 - Math.clz32(level.todo & -level.todo);
      level.todo &= ~(1 << level.thread);
      level.choice = 0;
    }
    const t = level.thread;
    const choice = level.choice++;
    const asleep = this.options.sleep === false ? 0 : this.stillAsleep(level, t);
    const finished = level.choice >= machine.choices(t);
    if (finished) {
      level.thread = -1;
      level.sleep |= 1 << t;
    }
    return this.expand(depth, level.from, t, choice, asleep);
  }

  /** Take a step and the quiet ones after it; returns the new depth. */
  private expand(
    depth: number,
    parent: number,
    thread: number,
    choice: number,
    sleep: number,
  ): number {
    const { machine, path } = this;
    const mark = machine.mark();
    const { length } = path;
    this.expansion = this.answers.begin(parent, thread, choice, sleep);
    this.take(thread, choice);
    const left = this.settle(sleep);
    if (left >= 0) return this.enter(depth, mark, length, left);
    machine.undo(mark);
    path.length = length;
    return depth;
  }

  private stillAsleep(level: Level, t: number): number {
    let asleep = 0;
    for (let rest = level.sleep; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      if (!this.dependent(level.views[q]!, level.views[t]!)) asleep |= 1 << q;
    }
    return asleep;
  }

  private dependent(a: number, b: number): boolean {
    return !this.options.faults?.neverWake && this.matrix.dependent(a, b);
  }

  private take(t: number, choice: number): void {
    const before = this.machine.threadCount();
    assert(before <= THREADS_MAX, `at most ${THREADS_MAX} threads`);
    this.machine.step(t, choice);
    this.taken(t, choice, before);
  }

  /** Thread @t, of @before many, has taken a step. */
  private taken(t: number, choice: number, before: number): void {
    const { machine, path } = this;
    this.transitions++;
    path.push(t, choice);
    this.answers.noteStep(t, choice);
    this.last = t;
    if (machine.reports.length > 0) this.findings.note(machine.reports, path);
    this.note(t);
    for (let fresh = before; fresh < machine.threadCount(); fresh++) this.note(fresh);
  }

  private note(t: number): void {
    if (this.quiet()) this.steps.note(t);
  }

  /**
   * Take quiet steps until none is left. Returns who is asleep then, or -1 if a quiet step is
   * asleep, so that nothing is new. A quiet step commutes with all that others can do, so it wakes
   * nobody, with one exception: taking a lock for a quiet section wakes who is about to take it.
   */
  private settle(sleep: number): number {
    if (!this.quiet()) return sleep;
    const { machine } = this;
    let asleep = sleep;
    for (let steps = 1, power = CYCLE_MIN; ; steps++) {
      const t = this.steps.quiet(this.last, this.answers);
      if (t < 0) return asleep;
      if ((asleep >> t) & 1) return -1;
      const locks = machine.instruction(machine.local(t)).code === Code.lock;
      if (asleep !== 0 && locks && !this.options.faults?.sectionsWakeNobody) {
        asleep = this.notWoken(asleep, machine.view(t));
      }
      const before = machine.threadCount();
      machine.stepAhead(t);
      this.taken(t, 0, before);
      if (steps < CYCLE_MIN) continue;
      if (steps > CYCLE_MIN && this.cycle.closes(machine, t)) {
        this.findings.note([livelock(machine.threadName(t))], this.path);
        return asleep;
      }
      if (steps === power) {
        this.cycle.begin(machine);
        power *= 2;
      }
      if (steps > QUIET_MAX) {
        this.limits.push({ name: 'depth', max: QUIET_MAX, flag: '--depth-max' });
        return asleep;
      }
    }
  }

  /** Those of @asleep whose pending Op is independent of @view. */
  private notWoken(asleep: number, view: number): number {
    let still = 0;
    for (let rest = asleep; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      if (!this.dependent(this.machine.view(q), view)) still |= 1 << q;
    }
    return still;
  }

  /** Look up the state and open it if there is something new to explore; returns the depth. */
  private enter(depth: number, mark: number, length: number, asleep: number): number {
    const { machine, table, options } = this;
    machine.state.sync();
    const { f0, f1, f2, f3 } = machine.state;
    const known = table.findOrAdd(f0, f1, f2, f3, asleep);
    let todo = 0;
    let sleep = asleep;
    if (known < 0) {
      options.onState?.();
      let enabled = 0;
      for (let t = 0; t < machine.threadCount(); t++) if (machine.enabled(t)) enabled |= 1 << t;
      if (enabled === 0) {
        options.onTerminal?.();
        this.findings.note(machine.atEnd(), this.path);
      }
      todo = enabled & ~asleep;
    } else if (!options.faults?.ignoreWaking) {
      todo = known & ~asleep;
      sleep = known & asleep;
      if (todo !== 0) table.replace(sleep);
    }
    if (todo === 0) {
      if (known >= 0) options.onHit?.(this.path);
      machine.undo(mark);
      this.path.length = length;
      return depth;
    }
    this.open(depth + 1, mark, length, todo, sleep);
    return depth + 1;
  }

  private open(depth: number, mark: number, length: number, todo: number, sleep: number): void {
    const { machine } = this;
    let level = this.levels[depth];
    const count = machine.threadCount();
    if (level === undefined) {
      const views = new Int32Array(Math.max(8, count));
      const { last, expansion: from } = this;
      level = { mark, length, todo, sleep, last, from, thread: -1, choice: 0, views };
      this.levels.push(level);
    } else {
      level.mark = mark;
      level.length = length;
      level.todo = todo;
      level.sleep = sleep;
      level.last = this.last;
      level.from = this.expansion;
      level.thread = -1;
      if (level.views.length < count) level.views = new Int32Array(count);
    }
    for (let rest = todo | sleep; rest !== 0; rest &= rest - 1) {
      const t = 31 - Math.clz32(rest & -rest);
      level.views[t] = machine.view(t);
    }
  }

  private exceeded(): boolean {
    this.limits.push(...limitsHit(this.options, this.table.size, this.started));
    return this.limits.length > 0;
  }
}
