// SPDX-License-Identifier: GPL-2.0-only
// Every state that matters: depth-first search with state caching, quiet steps and sleep sets.
//
// The idea. A state is visited once (128-bit fingerprints). Steps that nobody else can see are
// taken at once (discipline.ts), so only states where the choice of thread matters are stored.
// There, often only some threads have to be tried (persistent.ts), and sleep sets keep the search
// from taking two independent steps in both orders: once thread t has been explored from a state, t
// sleeps in what is explored from there afterwards, until a step is taken that is dependent with
// t's. A stored state keeps the set it was explored with; when it is met again with less asleep,
// what was asleep then and is awake now is explored (Godefroid 1996, figure 5.2).
//
//   T1: store x      T2: store y        both shared, four states: 00 10 01 11
//   00 -T1-> 10 -T2-> 11;  00 -T2-> 01 with T1 asleep: its store commutes with T2's, nothing to do
//   three transitions instead of four; with n such threads n 2^(n-1) shrinks to 2^n - 1
//
// Quiet steps are repeated until none is left, so a loop made of nothing else would not end: a
// state kept from 16, 32, 64, ... steps ago shows the cycle (Brent 1980). It is a livelock if all
// it relies on holds; the state is opened there as if the step were not quiet (see quiet.ts). Where
// threads are left out, they must not be left out on a whole cycle: if the search meets a state of
// its stack again, all that was left out there is tried. Where something is done again,
// new states leave nobody out, and what is met there no longer does: no stack sees these cycles.
//
// What is known of cells and threads is learned on the way and may come to be wrong. Then only what
// has relied on it is done again (assumptions.ts), or, where that is a good part, all.

import { type Kept, loadParts, sameVersion, saveParts } from '#base/saved';
import { DEPTH_MAX, REPAIRED_SHARE, THREADS_MAX, YOUNG } from '#checker/limits';
import { Code } from '#checker/machine/code';
import type { Machine } from '#checker/machine/machine';
import { Pace } from '#checker/program/pace';
import { Findings, livelock, Path } from '#checker/program/run';
import { assertThreads } from '#checker/program/scene-error';
import { Assumptions } from '#checker/reduce/assumptions';
import { Discipline } from '#checker/reduce/discipline';
import { Futures } from '#checker/reduce/futures';
import { learn, learnMuch, Study } from '#checker/reduce/learn';
import { DependenceMatrix } from '#checker/reduce/matrix';
import { enabledBits, PersistentSets } from '#checker/reduce/persistent';
import { QuietSteps } from '#checker/reduce/quiet';
import { Cycle } from '#checker/reduce/quiet-cycle';
import { StateTable } from '#checker/tables/state-table';
import type { ExhaustiveOptions, ExhaustiveResult } from './exhaustive-options.ts';
import { type Level, Stack } from './exhaustive-stack.ts';
import { LEFT_OUT, Round } from './round.ts';

export type { ExhaustiveOptions, ExhaustiveResult } from './exhaustive-options.ts';

/** Explore @machine exhaustively. */
export function exhaustive(machine: Machine, options: ExhaustiveOptions = {}): ExhaustiveResult {
  return new Exhaustive(machine, options).search();
}

class Exhaustive implements Kept {
  private readonly machine: Machine;
  private readonly options: ExhaustiveOptions;
  private readonly discipline: Discipline;
  private readonly futures: Futures;
  private readonly steps: QuietSteps;
  private readonly findings: Findings;
  private readonly path = new Path();
  private readonly cycle = new Cycle();
  private readonly stack = new Stack();
  private readonly persistent: PersistentSets;
  private readonly matrix: DependenceMatrix;
  private readonly pace: Pace;
  private readonly quiet: boolean;
  private readonly looksAhead: boolean;
  private readonly learns: boolean;
  private depth = -1;
  private table = new StateTable();
  private transitions = 0;
  private assumptions: Assumptions;
  private round = new Round(0, 0, 0);
  /** The expansion under way. */
  private expansion = 0;
  private last = 0;
  private readonly study = new Study();

  constructor(machine: Machine, options: ExhaustiveOptions) {
    this.machine = machine;
    this.options = options;
    this.quiet = options.quiet !== false;
    this.looksAhead = this.quiet && options.futures !== false;
    this.learns = this.quiet && options.learn !== false;
    this.findings = new Findings(options.until);
    this.discipline =
      options.discipline ?? new Discipline(machine.memory, machine.heldSets, options.faults);
    this.futures = options.knownFutures ?? new Futures(machine, this.discipline, options.faults);
    this.steps = new QuietSteps(machine, this.discipline, this.futures, options);
    this.matrix = new DependenceMatrix(machine.views, options.faults);
    this.assumptions = new Assumptions(machine, this.futures, this.discipline, options.keptMax);
    const sample = () => this.stack.sample(this.depth, this.table.size, this.round.redoing);
    this.pace = new Pace(options, sample);
    this.persistent = new PersistentSets(machine, this.futures, options.faults);
  }

  search(): ExhaustiveResult {
    let resumed = this.options.keeper?.load(this) ?? false;
    if (!resumed) {
      if (this.learns) learn(this.machine, (t) => this.steps.note(t), this.pace);
      this.refresh();
    }
    for (let again = true; again; resumed = false) {
      if (!resumed) this.begin();
      this.explore(this.depth);
      again =
        !(this.goesOn() && this.repair()) && this.pace.hits.length === 0 && !this.findings.done;
    }
    this.findings.add(this.assumptions.standing());
    return {
      found: this.findings.all(),
      states: this.table.size,
      transitions: this.transitions,
      bounded: this.pace.hits,
      rounds: this.round.nth,
    };
  }

  /** What learns and remembers; options, limits and caches are there anyway. */
  private parts() {
    const { discipline, futures, steps, findings, path, stack, table, assumptions, study } = this;
    return { discipline, futures, steps, findings, path, stack, table, assumptions, study };
  }

  save() {
    const { depth, transitions, round, expansion, last } = this;
    const numbers = { depth, transitions, round: { ...round }, expansion, last };
    return { version: 1, ...numbers, parts: saveParts(this.parts()) };
  }

  load(saved: ReturnType<Exhaustive['save']>): void {
    sameVersion(saved, 1, 'a search');
    this.depth = saved.depth;
    this.transitions = saved.transitions;
    this.round = saved.round;
    this.expansion = saved.expansion;
    this.last = saved.last;
    loadParts(this.parts(), saved.parts);
  }

  /** Learn more, once, if the search has proved to be large: then it begins again. */
  private studies(): boolean {
    if (!this.learns || !this.study.begins(this.table.size)) return false;
    learnMuch(this.machine, (t) => this.steps.note(t), this.pace);
    return true;
  }

  private refresh(): void {
    if (this.looksAhead) this.futures.refresh();
  }

  /** Begin a round in the first state. */
  private begin(): void {
    const { machine, futures, discipline } = this;
    this.round = new Round(this.round.nth + 1, futures.surprises, discipline.demotions);
    this.table = new StateTable();
    this.assumptions = new Assumptions(machine, futures, discipline, this.options.keptMax);
    machine.edgeFacts.settle();
    machine.reset();
    this.path.length = 0;
    this.last = 0;
    this.findings.note(machine.reports, this.path);
    for (const t of machine.moved) this.steps.note(t);
    this.stack.clear();
    if (this.study.ends()) this.refresh();
    this.expansion = this.assumptions.begin(-1, 0, 0, 0);
    this.settle(0);
    this.assumptions.end();
    this.depth = this.enter(-1, machine.mark(), 0, 0);
  }

  /** False if the round has to be done again, since a reduction proved to be wrong. */
  private goesOn(): boolean {
    if (this.futures.surprises !== this.round.surprises || this.study.isNew) return false;
    const isYoung = this.table.size < (this.options.young ?? YOUNG);
    return this.discipline.demotions === this.round.demotions || !isYoung;
  }

  /** Explore what is open, from @depth upwards. */
  private explore(depth: number): void {
    while (depth >= 0 && this.goesOn()) {
      if (this.looksAhead && this.futures.isStale()) this.refresh();
      if (this.exceeded(depth) || this.studies()) break;
      const level = this.stack.at(depth);
      if (level.thread < 0 && level.todo === 0) {
        this.stack.leave(level, this.table.size);
        this.machine.undo(level.mark);
        this.path.length = level.length;
        depth--;
      } else {
        depth = this.advance(level, depth);
      }
    }
  }

  /** Do again what has relied on answers that do not hold; false if that is too much. */
  private repair(): boolean {
    if (this.options.faults?.neverRedone) return true;
    while (this.quiet && this.pace.hits.length === 0 && !this.findings.done) {
      for (let e = this.round.wrong.pop(); e !== undefined; e = this.round.wrong.pop()) {
        this.again(e);
        if (!this.goesOn() || this.findings.done) return false;
      }
      this.refresh();
      const wrong = this.assumptions.wrong();
      if (wrong === null || wrong.length * REPAIRED_SHARE > this.assumptions.size) return false;
      if (wrong.length === 0) return true;
      if (wrong[0] === 0) return false;
      this.round.redoing = true;
      this.round.wrong = wrong.reverse();
    }
    return true;
  }

  /** Go to where @expansion began, and do it again. */
  private again(expansion: number): void {
    const { machine, path } = this;
    const begun = this.assumptions.redo(expansion);
    machine.reset();
    path.length = 0;
    for (const earlier of this.assumptions.chain(begun.parent)) {
      for (const step of this.assumptions.steps(earlier)) {
        this.last = step & 0xff;
        machine.step(this.last, step >> 8);
        path.push(this.last, step >> 8);
      }
    }
    const { parent, thread, choice, sleep } = begun;
    this.expansion = parent;
    const depth =
      thread === LEFT_OUT
        ? this.enter(-1, machine.mark(), path.length, sleep)
        : this.expand(-1, parent, thread, choice, sleep);
    this.explore(depth);
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
    this.stack.branch(level, this.table.size);
    const t = level.thread;
    const choice = level.choice++;
    const { sleep, views } = level;
    const asleep =
      this.options.sleep === false ? 0 : this.matrix.independent(sleep, views, views[t]!);
    const finished = level.choice >= machine.choices(t);
    if (finished) {
      level.thread = -1;
      level.sleep |= 1 << t;
    }
    return this.expand(depth, level.from, t, choice, asleep);
  }

  /** Take a step and the quiet ones after it; returns the new depth. */
  private expand(depth: number, parent: number, t: number, choice: number, sleep: number): number {
    const { machine, path } = this;
    const mark = machine.mark();
    const { length } = path;
    this.expansion = this.assumptions.begin(parent, t, choice, sleep);
    this.take(t, choice);
    const left = this.settle(sleep);
    this.assumptions.end();
    if (left >= 0) return this.enter(depth, mark, length, left);
    machine.undo(mark);
    path.length = length;
    return depth;
  }

  private take(t: number, choice: number): void {
    assertThreads(this.machine.threadCount(), THREADS_MAX, 'an exhaustive search');
    this.machine.step(t, choice);
    this.taken(t, choice);
  }

  /** Thread @t has taken a step. */
  private taken(t: number, choice: number): void {
    const { machine, path } = this;
    this.transitions++;
    path.push(t, choice);
    this.assumptions.noteStep(t, choice);
    this.last = t;
    if (machine.reports.length > 0) this.findings.note(machine.reports, path);
    for (const moved of machine.moved) this.steps.note(moved);
  }

  /**
   * Take quiet steps of who is awake until none is left. Returns who is asleep then; -1 for faults.
   * A quiet step commutes with all that others can do, so it wakes nobody, with one exception:
   * taking a lock for a quiet section wakes who is about to take it.
   */
  private settle(sleep: number): number {
    if (!this.quiet) return sleep;
    const { machine } = this;
    const { faults, depthMax = DEPTH_MAX } = this.options;
    const locals = machine.automaton.ops.length;
    let asleep = sleep;
    for (let steps = 1; ; steps++) {
      const t = this.steps.quiet(this.last, faults?.sleepersAreDone ? 0 : asleep, this.assumptions);
      if (t < 0) return asleep;
      if ((asleep >> t) & 1) return -1;
      const { code } = machine.instruction(machine.local(t));
      if (asleep !== 0 && code === Code.lock && !faults?.sectionsWakeNobody) {
        asleep = this.matrix.notWoken(machine, asleep, machine.view(t));
      }
      this.assumptions.turnTo(t);
      machine.stepAhead(t);
      this.taken(t, 0);
      if (code === Code.spawn) this.assumptions.end();
      if (this.cycle.hasClosed(machine, t, steps)) {
        this.assumptions.suspect(livelock(machine.threadName(t)), this.path);
        return faults?.ignoreCycles ? -1 : asleep;
      }
      if (steps > depthMax) {
        this.pace.hits.push({ name: 'depth', max: depthMax, flag: '--depth-max' });
        return asleep;
      }
      const fresh = machine.automaton.ops.length - locals;
      if (this.pace.isOverWithin(steps, this.table.size, fresh)) return asleep;
    }
  }

  /** Look up the state and open it if there is something new to explore; returns the depth. */
  private enter(depth: number, mark: number, length: number, asleep: number): number {
    const { machine, table, options } = this;
    machine.state.sync();
    const { f0, f1, f2, f3 } = machine.state;
    const known = table.findOrAdd(f0, f1, f2, f3, asleep);
    let [todo, sleep, left] = [0, asleep, 0];
    if (known < 0) {
      options.onState?.();
      const enabled = enabledBits(machine);
      if (enabled === 0) {
        options.onTerminal?.();
        this.findings.note(machine.atEnd(), this.path);
      }
      left = this.leftOut(enabled, asleep);
      table.other = left;
      todo = enabled & ~left & ~asleep;
    } else {
      sleep = known & asleep;
      const woken = options.faults?.ignoreWaking ? 0 : known & ~asleep;
      todo = (woken !== 0 ? woken & enabledBits(machine) : 0) | (this.takenIn(depth) & ~sleep);
      if (todo !== 0) table.replace(sleep);
      left = table.other;
    }
    if (todo === 0) {
      if (known >= 0) options.onHit?.(this.path);
      machine.undo(mark);
      this.path.length = length;
      return depth;
    }
    const level = this.stack.open(depth + 1, machine, todo, sleep, left, table.size);
    level.mark = mark;
    level.length = length;
    level.last = this.last;
    level.from = this.expansion;
    return depth + 1;
  }

  /** Threads of @enabled that need not be tried in the new state in which the machine is. */
  private leftOut(enabled: number, asleep: number): number {
    const several = (enabled & (enabled - 1)) !== 0;
    if (this.round.redoing || !several || !this.looksAhead || this.options.persistent === false)
      return 0;
    const members = this.persistent.choose(enabled, asleep);
    if (members < 0) return 0;
    this.assumptions.begin(this.expansion, LEFT_OUT, 0, asleep);
    this.persistent.note(members, this.assumptions);
    return enabled & ~members;
  }

  /** The known state is met again: threads that were left out and have to be tried now. */
  private takenIn(depth: number): number {
    const left = this.table.other;
    if (left === 0) return 0;
    if (this.round.redoing) {
      this.table.other = 0;
      return left;
    }
    const level = this.stack.leaving(depth, this.machine.state);
    if (level === null || this.options.faults?.ignoreProviso) return 0;
    this.table.other = 0;
    this.stack.close(level);
    level.todo |= left & ~level.sleep;
    return 0;
  }

  private exceeded(depth: number): boolean {
    this.depth = depth;
    if (this.options.keeper?.due()) this.options.keeper.save(this);
    return this.pace.step(this.table.size) || this.findings.done;
  }
}
