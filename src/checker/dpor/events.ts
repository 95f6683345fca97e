// SPDX-License-Identifier: GPL-2.0-only
// One run as a partial order: its events with vector clocks, and the way back to any prefix.
//
// Events are ordered by happens-before: the order within a thread, and the order of dependent
// Ops. Each event carries a clock c with c[t] = how many events of thread t happen before it or
// are itself, so that "e happens before f" is one comparison, f.clock[e.thread] >= e.seq.
//
//   0  p: store x   clock {p:1}
//   1  q: load x    clock {p:1, q:1}   preds [0]: dependent, other thread, nothing between
//   2  q: load y    clock {p:1, q:2}   preds []
//   3  p: store y   clock {p:2, q:2}   preds [2]
//
// A crash ends the run, so it is ordered after all that the others have done.
// Mattern, Virtual Time and Global States, 1988.

import { assert } from '#base/assert';
import { dependent } from '#checker/program/dependence';
import type { OpView, Program } from '#checker/program/program';
import { SHADOW, Shadows } from './choice.ts';

/** One executed step, or a step that a wakeup sequence foresees. */
export interface DporEvent {
  readonly thread: number;
  readonly op: OpView;
  readonly choice: number;
  readonly choices: number;
  /** It crashed, which ended the run: ordered against everything. */
  readonly ends?: boolean | undefined;
}

/** True if the order of two steps of different threads matters. */
export function conflicting(a: DporEvent, b: DporEvent): boolean {
  if (a.ends || b.ends) return a.thread < SHADOW && b.thread < SHADOW;
  return dependent(a.op, b.op);
}

/** An executed step with its place in the partial order. */
export interface OrderedEvent extends DporEvent {
  readonly pos: number;
  /** 1 for the first event of its thread. */
  readonly seq: number;
  readonly clock: readonly number[];
  /** Positions of dependent events of other threads with nothing between them and this one. */
  readonly preds: readonly number[];
}

/** True if @e is in the past that @clock describes. */
export function covers(clock: readonly number[], e: OrderedEvent): boolean {
  return (clock[e.thread] ?? 0) >= e.seq;
}

function join(into: number[], other: readonly number[]): void {
  for (let i = 0; i < other.length; i++) {
    if ((other[i] ?? 0) > (into[i] ?? 0)) into[i] = other[i]!;
    else into[i] ??= 0;
  }
}

/** The current run of a program that can be taken back, by undo or by running it again. */
export class Run {
  readonly events: OrderedEvent[] = [];
  readonly program: Program;
  /** How many of the events the program has done; the rest is done when it is asked something. */
  private at = 0;
  private readonly marks: number[] = [];
  /** Position of the latest event of each thread, and of the event that started it. */
  private readonly last: number[] = [];
  private readonly birth: number[] = [];
  private readonly canUndo: boolean;
  /** Turns choices into races; null where the caller tries all choices itself. */
  private readonly shadows: Shadows | null;
  /** Steps done by the program, repetitions included. */
  steps = 0;

  constructor(program: Program, shadows = false) {
    this.program = program;
    this.shadows = shadows ? new Shadows() : null;
    this.canUndo = program.capabilities.includes('undo');
    program.reset();
  }

  get length(): number {
    return this.events.length;
  }

  /** The threads that are not done. */
  threads(): number[] {
    this.sync();
    const found: number[] = [];
    for (let t = 0; t < this.program.threadCount(); t++) {
      if (!this.program.isDone(t)) found.push(t);
    }
    return found;
  }

  /** The threads that can take a step now; shadows first. */
  enabled(): number[] {
    const threads = this.threads();
    const found = this.shadows === null ? [] : this.enabledShadows(this.shadows, threads);
    for (const t of threads) if (this.program.enabled(t)) found.push(t);
    return found;
  }

  /** True if @t, a thread or a shadow, can take a step now. */
  isEnabled(t: number): boolean {
    if (t >= SHADOW) return this.enabled().includes(t);
    this.sync();
    return !this.program.isDone(t) && this.program.enabled(t);
  }

  /** A crash stops threads, not their shadows: what they do concerns nobody else. */
  private enabledShadows(shadows: Shadows, threads: readonly number[]): number[] {
    const crashed = this.program.hasCrashed?.() ? this.events.findLast((e) => e.ends)?.thread : -1;
    const pending = (t: number): number => {
      const able = threads.includes(t) && t !== crashed;
      return able && (crashed !== -1 || this.program.enabled(t)) ? this.program.choices(t) : 1;
    };
    const choosing = threads.filter((t) => pending(t) > 1);
    const found: number[] = [];
    for (const t of new Set([...choosing, ...shadows.choosers()])) {
      if (shadows.enabled(t, pending(t))) found.push(SHADOW + t);
    }
    return found;
  }

  /** What thread @t would do now. */
  next(t: number, choice = 0): DporEvent {
    this.sync();
    const { program, shadows } = this;
    if (t >= SHADOW && shadows !== null) {
      return { thread: t, op: shadows.addView(t - SHADOW), choice: 0, choices: 1 };
    }
    const choices = program.choices(t);
    const op = program.pending(t);
    if (shadows === null || choices === 1) return { thread: t, op, choice, choices };
    return { thread: t, op: shadows.chooseView(t, op), choice: shadows.choice(t), choices };
  }

  /** What @e is if it is done now, found out by doing it: it may crash here and nowhere else. */
  judge(e: DporEvent): DporEvent {
    const now = this.next(e.thread, e.choice);
    this.events.push(now as OrderedEvent);
    this.perform(now);
    return { ...now, ends: this.program.hasCrashed?.() ?? false };
  }

  /** Let thread @t do its step. */
  step(t: number, choice = 0): OrderedEvent {
    const e = this.next(t, choice);
    const before = e.op.kind === 'spawn' ? this.threads() : undefined;
    this.perform(e);
    const ends = t < SHADOW && (this.program.hasCrashed?.() ?? false);
    const made = this.order(ends ? { ...e, ends } : e);
    this.events.push(made);
    this.last[t] = made.pos;
    for (const u of before === undefined ? [] : this.threads()) {
      if (!before?.includes(u)) this.birth[u] = made.pos;
    }
    return made;
  }

  /** Where a crash ended the run, and what the others could have done instead; null if none did. */
  crash(): { readonly at: number; readonly others: readonly DporEvent[] } | null {
    const at = this.events.findLastIndex((e) => e.thread < SHADOW);
    const end = this.events[at];
    if (!end?.ends) return null;
    const able = this.probe(at, [], () =>
      this.enabled().filter((t) => t !== end.thread && t < SHADOW),
    );
    const judged = (t: number) => this.probe(at, [], () => this.judge(this.next(t)));
    return { at, others: able.map(judged) };
  }

  /** The steps so far as the program knows them. */
  schedule(): { readonly thread: number; readonly choice: number }[] {
    return this.events
      .filter((e) => e.thread < SHADOW || this.shadows === null)
      .map(({ thread, choice }) => ({ thread, choice }));
  }

  /** Take back all events from position @length on. */
  rewind(length: number): void {
    if (this.at > length) this.undoTo(length);
    for (let i = this.events.length - 1; i >= length; i--) {
      const e = this.events[i]!;
      this.last[e.thread] = e.seq === 1 ? -1 : this.before(e.thread, i);
    }
    this.events.length = length;
  }

  /** Clock of what thread @id has done so far: the past of its next event. */
  past(id: number): readonly number[] {
    const last = this.last[id] ?? -1;
    const from = last >= 0 ? last : (this.birth[id] ?? -1);
    return from >= 0 ? this.events[from]!.clock : [];
  }

  /** Clock of what @e's thread had done before it. */
  pastOf(e: OrderedEvent): readonly number[] {
    const from = e.seq === 1 ? (this.birth[e.thread] ?? -1) : this.before(e.thread, e.pos);
    return from >= 0 ? this.events[from]!.clock : [];
  }

  /** Ask about the state after the first @start events and then @rest. */
  probe<T>(start: number, rest: readonly DporEvent[], ask: () => T): T {
    if (this.at > start) this.undoTo(start);
    const kept = this.events.slice(start);
    this.events.length = start;
    this.sync();
    for (const e of rest) {
      this.events.push(e as OrderedEvent);
      this.perform(e);
    }
    const answer = ask();
    this.undoTo(start);
    this.events.length = start;
    this.events.push(...kept);
    return answer;
  }

  private order(e: DporEvent): OrderedEvent {
    const id = e.thread;
    const pos = this.events.length;
    const clock = this.past(id).slice();
    if (this.shadows?.ahead(id - SHADOW)) join(clock, this.past(id - SHADOW));
    const last = this.last[id] ?? -1;
    const seq = last >= 0 ? this.events[last]!.seq + 1 : 1;
    const preds: number[] = [];
    for (let i = pos - 1; i >= 0; i--) {
      const f = this.events[i]!;
      if (f.thread === id || covers(clock, f) || !conflicting(f, e)) continue;
      preds.push(i);
      join(clock, f.clock);
    }
    while (clock.length <= id) clock.push(0);
    clock[id] = seq;
    const { op, choice, choices, ends } = e;
    return { thread: id, op, choice, choices, ends, pos, seq, clock, preds };
  }

  private before(id: number, pos: number): number {
    for (let i = pos - 1; i >= 0; i--) if (this.events[i]!.thread === id) return i;
    return -1;
  }

  private perform(e: DporEvent): void {
    const depth = this.at++;
    if (this.canUndo) this.marks[depth] = this.program.mark!();
    this.steps++;
    if (this.shadows === null) this.program.step(e.thread, e.choice);
    else if (e.thread >= SHADOW) this.shadows.added(e.thread - SHADOW, 1);
    else {
      // A foreseen choice is judged anew: the shadow may have come further.
      const choice = e.choices > 1 ? this.shadows.choice(e.thread) : 0;
      this.program.step(e.thread, choice);
      if (e.choices > 1) this.shadows.chosen(e.thread, e.choices);
    }
  }

  private undoTo(length: number): void {
    if (this.at <= length) return;
    if (this.canUndo) {
      for (let i = this.at - 1; i >= length && this.shadows !== null; i--) {
        const e = this.events[i]!;
        if (e.thread >= SHADOW) this.shadows.added(e.thread - SHADOW, -1);
        else if (e.choices > 1) this.shadows.unchosen(e.thread);
      }
      this.program.undo!(this.marks[length]!);
      this.at = length;
      return;
    }
    this.program.reset();
    this.shadows?.reset();
    this.at = 0;
  }

  private sync(): void {
    while (this.at < this.events.length) this.perform(this.events[this.at]!);
    assert(this.at === this.events.length, 'the run is ahead of its events');
  }
}
