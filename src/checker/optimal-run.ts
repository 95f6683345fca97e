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
// Threads are known by who started them (p's second child), not by the order of their numbers:
// that depends on the schedule. Mattern, Virtual Time and Global States, 1988.

import { assert } from '#base/assert';
import { dependent } from './dependence.ts';
import type { OpView, Program } from './program.ts';

/** One executed step, or a step that a wakeup sequence foresees. */
export interface RunEvent {
  readonly thread: number;
  readonly op: OpView;
  readonly choice: number;
  readonly choices: number;
}

/** An executed step with its place in the partial order. */
export interface OrderedEvent extends RunEvent {
  readonly pos: number;
  /** 1 for the first event of its thread. */
  readonly seq: number;
  readonly clock: readonly number[];
  /** Positions of dependent events of other threads with nothing between them and this one. */
  readonly preds: readonly number[];
}

/** True if @e happens before @f, or is it. */
export function happensBefore(e: OrderedEvent, f: OrderedEvent): boolean {
  return covers(f.clock, e);
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
  /** Stable identity of each program thread, and the other way round. */
  private readonly ids: number[] = [];
  private readonly numbers: number[] = [];
  private readonly names = new Map<string, number>();
  private readonly parents: number[] = [];
  /** How many of the events the program has done; the rest is done when it is asked something. */
  private at = 0;
  private readonly marks: number[] = [];
  private readonly counts: number[] = [];
  private readonly last: number[] = [];
  /** Position of the event that started a thread. */
  private readonly birth: number[] = [];
  private readonly canUndo: boolean;
  /** Steps done by the program, repetitions included. */
  steps = 0;

  constructor(program: Program) {
    this.program = program;
    this.canUndo = program.capabilities.includes('undo');
    program.reset();
    for (let t = 0; t < program.threadCount(); t++) this.adopt(t, -1);
  }

  get length(): number {
    return this.events.length;
  }

  /** Stable identities of the threads that exist now. */
  threads(): readonly number[] {
    this.sync();
    return this.ids;
  }

  /** Program number of a thread. */
  number(id: number): number {
    return this.numbers[id]!;
  }

  isDone(id: number): boolean {
    this.sync();
    return this.program.isDone(this.number(id));
  }

  enabled(id: number): boolean {
    this.sync();
    const t = this.number(id);
    return !this.program.isDone(t) && this.program.enabled(t);
  }

  /** What thread @id would do now. */
  next(id: number, choice = 0): RunEvent {
    this.sync();
    const t = this.number(id);
    const choices = this.program.choices(t);
    return { thread: id, op: this.program.pending(t), choice, choices };
  }

  /** Let thread @id do its step. */
  step(id: number, choice = 0): OrderedEvent {
    const made = this.order(this.next(id, choice));
    this.events.push(made);
    this.last[id] = made.pos;
    this.perform(made);
    for (let t = this.counts[made.pos]!; t < this.ids.length; t++) {
      this.birth[this.ids[t]!] = made.pos;
    }
    return made;
  }

  /** Take back all events from position @length on. */
  rewind(length: number): void {
    for (let i = this.events.length - 1; i >= length; i--) {
      const e = this.events[i]!;
      this.last[e.thread] = e.seq === 1 ? -1 : this.before(e.thread, i);
    }
    this.events.length = length;
    if (this.at > length) this.undoTo(length);
  }

  /** Clock of what thread @id has done so far: the past of its next event. */
  past(id: number): readonly number[] {
    const last = this.last[id]!;
    const from = last >= 0 ? last : this.birth[id]!;
    return from >= 0 ? this.events[from]!.clock : [];
  }

  /** Clock of what @e's thread had done before it. */
  pastOf(e: OrderedEvent): readonly number[] {
    const from = e.seq === 1 ? this.birth[e.thread]! : this.before(e.thread, e.pos);
    return from >= 0 ? this.events[from]!.clock : [];
  }

  /** Ask about the state after the first @start events and then @rest. */
  probe<T>(start: number, rest: readonly RunEvent[], ask: () => T): T {
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

  private order(e: RunEvent): OrderedEvent {
    const id = e.thread;
    const pos = this.events.length;
    const clock = [...this.past(id)];
    const seq = this.last[id]! >= 0 ? this.events[this.last[id]!]!.seq + 1 : 1;
    const preds: number[] = [];
    for (let i = pos - 1; i >= 0; i--) {
      const f = this.events[i]!;
      if (f.thread === id || (clock[f.thread] ?? 0) >= f.seq) continue;
      if (!dependent(f.op, e.op)) continue;
      preds.push(i);
      join(clock, f.clock);
    }
    while (clock.length <= id) clock.push(0);
    clock[id] = seq;
    return { ...e, pos, seq, clock, preds };
  }

  private before(id: number, pos: number): number {
    for (let i = pos - 1; i >= 0; i--) if (this.events[i]!.thread === id) return i;
    return -1;
  }

  private perform(e: RunEvent): void {
    const depth = this.at++;
    const t = this.number(e.thread);
    this.counts[depth] = this.ids.length;
    if (this.canUndo) this.marks[depth] = this.program.mark!();
    this.program.step(t, e.choice);
    this.steps++;
    const count = this.program.threadCount();
    for (let n = this.ids.length; n < count; n++) this.adopt(n, e.thread);
  }

  private adopt(t: number, parent: number): void {
    const nth = this.parents.reduce((n, p) => (p === parent ? n + 1 : n), 0);
    const name = `${parent}:${nth}`;
    let id = this.names.get(name);
    if (id === undefined) {
      id = this.names.size;
      this.names.set(name, id);
      this.last[id] = -1;
      this.birth[id] = -1;
    }
    this.ids[t] = id;
    this.parents[t] = parent;
    this.numbers[id] = t;
  }

  private undoTo(length: number): void {
    if (this.at <= length) return;
    if (this.canUndo) {
      this.program.undo!(this.marks[length]!);
      this.at = length;
      this.ids.length = this.parents.length = this.counts[length]!;
      return;
    }
    const count = this.counts[0]!;
    this.program.reset();
    this.at = 0;
    this.ids.length = this.parents.length = count;
  }

  private sync(): void {
    while (this.at < this.events.length) this.perform(this.events[this.at]!);
    assert(this.at === this.events.length, 'the run is ahead of its events');
  }
}
