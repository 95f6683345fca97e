// SPDX-License-Identifier: GPL-2.0-only
// No reduction at all: every state that can be reached, every step from it. The yardstick.
//
// Depth first; a state is known by its 128-bit fingerprint and entered once. What comes out is the
// plain state graph, so others can be measured against it (how much did the reduction save?) and
// built on it (from which step on is the failure certain?).
//
//   philosophers, for ever, N=3: 35 states, 75 transitions, 1 state where nobody can go on

import { assert } from '#base/assert';
import { atLeast, Pace } from './pace.ts';
import type { OpView, Program, Report } from './program.ts';
import type { Limits } from './run.ts';
import { StateTable } from './state-table.ts';

/** What the search says while it goes; each hook costs time only where it is given. */
export interface GraphHooks {
  /** A new state, @depth steps from the start; @thread did @op to come there, -1 nobody. */
  enter?(depth: number, thread: number, op: OpView | null, path: () => PathStep[]): void;
  /** A step from state @from to state @to, of which @reports are broken rules. */
  edge?(from: number, to: number, thread: number, choice: number, reports: readonly Report[]): void;
  /** A state where nothing is enabled. */
  end?(state: number, reports: readonly Report[], path: readonly PathStep[]): void;
  /** Broken rules, and the steps that lead there. */
  violation?(reports: readonly Report[], path: readonly PathStep[]): void;
  /** A step back to a state of the current path: from its position @at on, the path is a cycle. */
  cycle?(path: readonly PathStep[], at: number): void;
}

/** One step of a path. */
export interface PathStep {
  readonly thread: number;
  readonly choice: number;
}

/** What the search has counted. */
export interface GraphCounts {
  states: number;
  transitions: number;
  /** States where nothing is enabled and a thread that is no daemon is not done. */
  stuck: number;
  /** States where nothing is enabled. */
  ends: number;
  /** False where statesMax or timeMaxS was reached. */
  finished: boolean;
  /** False where timeMaxS was. */
  inTime: boolean;
}

/** Visit every state of @program, which must be able to undo and to name its states. */
export function exploreNone(
  program: Program,
  hooks: GraphHooks = {},
  statesMax = 2 ** 30,
  limits: Pick<Limits, 'timeMaxS' | 'meter'> = {},
): GraphCounts {
  return new Graph(program, hooks, statesMax, limits).explore();
}

class Graph {
  private readonly program: Program;
  private readonly hooks: GraphHooks;
  private readonly statesMax: number;
  private readonly pace: Pace;
  private readonly table = new StateTable();
  private readonly words = new Uint32Array(4);
  private readonly counts: GraphCounts = {
    states: 0,
    transitions: 0,
    stuck: 0,
    ends: 0,
    finished: true,
    inTime: true,
  };
  /** The current path: for each depth the state, its mark, and the step being done from it. */
  private depth = 0;
  private readonly states: number[] = [];
  private readonly marks: number[] = [];
  private readonly threads: number[] = [];
  private readonly choices: number[] = [];
  /** Step that led to each depth; depth 0 is the initial state. */
  private readonly steps: PathStep[] = [];
  private readonly moved: boolean[] = [];
  /** Depth at which a state is on the path; only kept for the cycle hook. */
  private readonly onPath = new Map<number, number>();

  constructor(
    program: Program,
    hooks: GraphHooks,
    statesMax: number,
    { timeMaxS, meter }: Pick<Limits, 'timeMaxS' | 'meter'>,
  ) {
    const able = program.mark && program.undo && program.fingerprint;
    assert(able, `${program.name} has no undo or no fingerprint`);
    this.program = program;
    this.hooks = hooks;
    this.statesMax = statesMax;
    this.pace = new Pace({ timeMaxS, meter }, () => atLeast(this.table.size, this.depth));
  }

  explore(): GraphCounts {
    const { program } = this;
    program.reset();
    this.report(program.reports);
    this.enter(this.identify(), 0);
    this.hooks.enter?.(0, -1, null, () => []);
    while (this.depth > 0) {
      if (this.pace.step(this.table.size).length > 0) {
        this.counts.finished = false;
        this.counts.inTime = false;
        break;
      }
      if (!this.advance()) this.leave();
    }
    this.counts.states = this.table.size;
    return this.counts;
  }

  /** Number of the current state; table.size - 1 if it is new. */
  private identify(): number {
    const { words, table } = this;
    this.program.fingerprint!(words);
    const fresh = table.size;
    const known = table.findOrAdd(words[0]!, words[1]!, words[2]!, words[3]!, fresh);
    return known < 0 ? fresh : known;
  }

  private enter(state: number, depth: number): void {
    this.states[depth] = state;
    this.threads[depth] = 0;
    this.choices[depth] = 0;
    this.moved[depth] = false;
    this.depth = depth + 1;
    if (this.hooks.cycle !== undefined) this.onPath.set(state, depth);
  }

  /** Do the next step from the state on top; false if there is none left. */
  private advance(): boolean {
    const { program, hooks } = this;
    const top = this.depth - 1;
    const count = program.threadCount();
    let t = this.threads[top]!;
    while (t < count && !program.enabled(t)) t++;
    if (t >= count) return false;
    const choice = this.choices[top]!;
    const last = choice + 1 >= program.choices(t);
    this.moved[top] = true;
    const op = hooks.enter === undefined ? null : program.pending(t);
    const mark = program.mark!();
    program.step(t, choice);
    this.counts.transitions++;
    const size = this.table.size;
    const to = this.identify();
    if (hooks.edge !== undefined) hooks.edge(this.states[top]!, to, t, choice, program.reports);
    this.steps[top] = { thread: t, choice };
    this.steps.length = this.depth;
    if (program.reports.length > 0) this.report(program.reports);
    if (this.table.size > size && size < this.statesMax) {
      this.marks[this.depth] = mark;
      this.enter(to, this.depth);
      hooks.enter?.(this.depth - 1, t, op, () => this.path());
    } else {
      if (this.table.size > size) this.counts.finished = false;
      const at = this.onPath.get(to);
      if (at !== undefined) hooks.cycle?.(this.path(), at);
      program.undo!(mark);
      this.steps.length = top;
    }
    this.threads[top] = last ? t + 1 : t;
    this.choices[top] = last ? 0 : choice + 1;
    return true;
  }

  /** Back to the state before. */
  private leave(): void {
    const top = this.depth - 1;
    if (!this.moved[top]) this.end(this.states[top]!);
    if (this.hooks.cycle !== undefined) this.onPath.delete(this.states[top]!);
    if (top > 0) this.program.undo!(this.marks[top]!);
    this.depth = top;
    this.steps.length = Math.max(top - 1, 0);
  }

  private end(state: number): void {
    const { program, counts } = this;
    counts.ends++;
    for (let t = 0; t < program.threadCount(); t++) {
      if (program.isDone(t) || program.isDaemon(t)) continue;
      counts.stuck++;
      break;
    }
    const reports = program.atEnd();
    if (reports.length > 0) this.report(reports);
    this.hooks.end?.(state, reports, this.path());
  }

  private report(reports: readonly Report[]): void {
    if (reports.length > 0) this.hooks.violation?.(reports, this.path());
  }

  /** The steps from the start to now. */
  private path(): PathStep[] {
    return this.steps.slice();
  }
}
