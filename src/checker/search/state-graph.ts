// SPDX-License-Identifier: GPL-2.0-only
// No reduction at all: every state that can be reached, every step from it. The yardstick.
//
// Depth first; a state is known by its 128-bit fingerprint and entered once. What comes out is the
// plain state graph, so others can be measured against it (how much did the reduction save?) and
// built on it (from which step on is the failure certain?).
//
//   philosophers, for ever, N=3: 35 states, 75 transitions, 1 state where nobody can go on

import { assert } from '#base/assert';
import { atLeast, Pace } from '#checker/program/pace';
import type { OpView, Program, Report } from '#checker/program/program';
import type { Limits } from '#checker/program/run';
import { StateTable } from '#checker/tables/state-table';

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
interface GraphCounts {
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
export function exploreStateGraph(
  program: Program,
  hooks: GraphHooks = {},
  statesMax = 2 ** 30,
  limits: Pick<Limits, 'timeMaxS' | 'clock' | 'stopped' | 'meter'> = {},
): GraphCounts {
  return new Graph(program, hooks, statesMax, limits).explore();
}

/** What is known of each depth of the path, by its place among the numbers of that depth. */
const Frame = {
  state: 0,
  /** Of the program, before the step that led here. */
  mark: 1,
  /** The step to try next. */
  thread: 2,
  choice: 3,
  /** The step done latest; a thread of -1: none has been. */
  doneThread: 4,
  doneChoice: 5,
  width: 6,
} as const;

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
  /** The current path: Frame.width numbers for each depth. */
  private depth = 0;
  private frames = new Int32Array(Frame.width * 256);
  /** Depth at which a state is on the path; only kept for the cycle hook. */
  private readonly onPath = new Map<number, number>();

  constructor(
    program: Program,
    hooks: GraphHooks,
    statesMax: number,
    { timeMaxS, clock, stopped, meter }: Pick<Limits, 'timeMaxS' | 'clock' | 'stopped' | 'meter'>,
  ) {
    const able = program.mark && program.undo && program.fingerprint;
    assert(able, `${program.name} has no undo or no fingerprint`);
    this.program = program;
    this.hooks = hooks;
    this.statesMax = statesMax;
    const own = { timeMaxS, clock, stopped, meter };
    this.pace = new Pace(own, () => atLeast(this.table.size, this.depth));
  }

  explore(): GraphCounts {
    const { program } = this;
    program.reset();
    this.report(program.reports, 0);
    this.enter(this.identify(), 0);
    this.hooks.enter?.(0, -1, null, () => []);
    while (this.depth > 0) {
      if (this.pace.step(this.table.size)) {
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
    // Signed, or every other word would be a number of its own on the heap.
    const f0 = words[0]! | 0;
    const f1 = words[1]! | 0;
    const known = table.findOrAdd(f0, f1, words[2]! | 0, words[3]! | 0, fresh);
    return known < 0 ? fresh : known;
  }

  private enter(state: number, mark: number): void {
    const at = this.depth * Frame.width;
    if (at === this.frames.length) {
      const more = new Int32Array(at * 2);
      more.set(this.frames);
      this.frames = more;
    }
    const { frames } = this;
    frames[at] = state;
    frames[at + Frame.mark] = mark;
    frames[at + Frame.thread] = 0;
    frames[at + Frame.choice] = 0;
    frames[at + Frame.doneThread] = -1;
    if (this.hooks.cycle !== undefined) this.onPath.set(state, this.depth);
    this.depth++;
  }

  /** Do the next step from the state on top; false if there is none left. */
  private advance(): boolean {
    const { program, hooks, frames, table } = this;
    const top = (this.depth - 1) * Frame.width;
    const count = program.threadCount();
    let t = frames[top + Frame.thread]!;
    while (t < count && !program.enabled(t)) t++;
    if (t >= count) return false;
    const choice = frames[top + Frame.choice]!;
    const last = choice + 1 >= program.choices(t);
    frames[top + Frame.thread] = last ? t + 1 : t;
    frames[top + Frame.choice] = last ? 0 : choice + 1;
    frames[top + Frame.doneThread] = t;
    frames[top + Frame.doneChoice] = choice;
    const op = hooks.enter === undefined ? null : program.pending(t);
    const mark = program.mark!();
    program.step(t, choice);
    this.counts.transitions++;
    const size = table.size;
    const to = this.identify();
    if (hooks.edge !== undefined) hooks.edge(frames[top]!, to, t, choice, program.reports);
    if (program.reports.length > 0) this.report(program.reports, this.depth);
    if (table.size > size && size < this.statesMax) {
      this.enter(to, mark);
      hooks.enter?.(this.depth - 1, t, op, () => this.path(this.depth - 1));
    } else {
      if (table.size > size) this.counts.finished = false;
      if (hooks.cycle !== undefined) this.closes(to);
      program.undo!(mark);
    }
    return true;
  }

  /** Back to the state before. */
  private leave(): void {
    const { frames } = this;
    const top = (this.depth - 1) * Frame.width;
    if (frames[top + Frame.doneThread]! < 0) this.end(frames[top]!);
    if (this.hooks.cycle !== undefined) this.onPath.delete(frames[top]!);
    if (top > 0) this.program.undo!(frames[top + Frame.mark]!);
    this.depth--;
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
    this.report(reports, this.depth - 1);
    this.hooks.end?.(state, reports, this.path(this.depth - 1));
  }

  /** The step just done leads to @to: if that is on the path, it closes a cycle. */
  private closes(to: number): void {
    const at = this.onPath.get(to);
    if (at !== undefined) this.hooks.cycle?.(this.path(this.depth), at);
  }

  private report(reports: readonly Report[], length: number): void {
    if (reports.length > 0) this.hooks.violation?.(reports, this.path(length));
  }

  /** The first @length steps from the start. */
  private path(length: number): PathStep[] {
    const { frames } = this;
    return Array.from({ length }, (_, depth) => {
      const at = depth * Frame.width;
      return { thread: frames[at + Frame.doneThread]!, choice: frames[at + Frame.doneChoice]! };
    });
  }
}
