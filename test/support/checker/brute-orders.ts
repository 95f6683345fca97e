// SPDX-License-Identifier: GPL-2.0-only
// Orders and state graphs by brute force: to judge what explains a finding.
import type { Machine } from '../../../src/checker/machine/machine.ts';
import type { Report } from '../../../src/checker/program/program.ts';
import type { Choice } from '../../../src/checker/program/run.ts';

/** What an order comes to: cut is where a thread crashed, or all are stuck. */
export type Kept = 'kept' | 'broken' | 'cut';

/** Takes orders from the start. */
export class Brute {
  readonly machine: Machine;
  readonly breaks: (report: Report) => boolean;

  constructor(machine: Machine, breaks: (report: Report) => boolean) {
    this.machine = machine;
    this.breaks = breaks;
  }

  /** Do @done, then @order as far as threads can move, then go on without preemption. */
  verdict(done: readonly Choice[], order: readonly Choice[]): { kept: Kept; reports: Report[] } {
    const { machine } = this;
    machine.reset();
    const reports: Report[] = [...machine.reports];
    let last = -1;
    const step = ({ thread, choice }: Choice): void => {
      machine.step(thread, choice < machine.choices(thread) ? choice : 0);
      reports.push(...machine.reports);
      last = thread;
    };
    for (const s of done) step(s);
    let left = [...order];
    for (let steps = 0; steps < 20_000; steps++) {
      const next = left.find((s) => s.thread < machine.threadCount() && machine.enabled(s.thread));
      const other = next ?? this.goesOn(last, -1);
      if (other === null) return this.ended(reports);
      if (next) left = left.filter((s) => s !== next);
      step(other);
    }
    return { kept: 'cut', reports };
  }

  goesOn(last: number, waiting: number): Choice | null {
    const { machine } = this;
    const able = Array.from({ length: machine.threadCount() }, (_, t) => t).filter(
      (t) => t !== waiting && machine.enabled(t),
    );
    if (able.length === 0) return null;
    return { thread: able.includes(last) ? last : able[0]!, choice: 0 };
  }

  private ended(reports: Report[]): { kept: Kept; reports: Report[] } {
    const { machine } = this;
    const atEnd = machine.atEnd();
    const all = [...reports, ...atEnd];
    if (all.some(this.breaks)) return { kept: 'broken', reports: all };
    const stuck = atEnd.some((r) => r.property === 'deadlock' || r.property === 'lost-wake-up');
    return { kept: stuck || machine.hasCrashed() ? 'cut' : 'kept', reports: all };
  }
}

const NONE: readonly Report[] = [];

interface Edge {
  readonly to: number;
  readonly weight: number;
  readonly reports: readonly Report[];
  readonly thread: number;
  readonly choice: number;
}

/** The graph by names of states, its chances by passes until they settle. */
export class BruteGraph {
  private readonly machine: Machine;
  private readonly ids = new Map<string, number>();
  private readonly edges: Edge[][] = [];
  /** Of a state where nothing can move: what that breaks. */
  private readonly ends = new Map<number, readonly Report[]>();
  private readonly words = new Uint32Array(4);

  constructor(machine: Machine) {
    this.machine = machine;
    machine.reset();
    this.visit();
  }

  get size(): number {
    return this.ids.size;
  }

  private id(): { id: number; fresh: boolean } {
    this.machine.fingerprint(this.words);
    const key = this.words.join();
    const known = this.ids.get(key);
    if (known !== undefined) return { id: known, fresh: false };
    this.ids.set(key, this.ids.size);
    return { id: this.ids.size - 1, fresh: true };
  }

  /** Every state, depth first, with a stack of what is left to do. */
  private visit(): void {
    const { machine } = this;
    const todo: { id: number; mark: number; moves: Edge[]; next: number }[] = [];
    const enter = (id: number, mark: number): void => {
      const moves = this.moves();
      this.edges[id] = [];
      if (moves.length === 0) this.ends.set(id, [...machine.atEnd()]);
      todo.push({ id, mark, moves, next: 0 });
    };
    enter(this.id().id, machine.mark());
    while (todo.length > 0) {
      const top = todo.at(-1)!;
      const move = top.moves[top.next++];
      if (move === undefined) {
        todo.pop();
        machine.undo(top.mark);
        continue;
      }
      const mark = machine.mark();
      machine.step(move.thread, move.choice);
      const reports = machine.reports.length === 0 ? NONE : [...machine.reports];
      const { id, fresh } = this.id();
      this.edges[top.id]!.push({ ...move, to: id, reports });
      if (fresh) enter(id, mark);
      else machine.undo(mark);
    }
  }

  private moves(): Edge[] {
    const { machine } = this;
    const able = Array.from({ length: machine.threadCount() }, (_, t) => t).filter((t) =>
      machine.enabled(t),
    );
    return able.flatMap((thread) => {
      const answers = machine.choices(thread);
      const weight = 1 / able.length / answers;
      return Array.from({ length: answers }, (_, choice) => ({
        to: -1,
        weight,
        reports: NONE,
        thread,
        choice,
      }));
    });
  }

  /** The chance before each step of @run and after the last, and whether a way out is left. */
  along(
    run: readonly Choice[],
    breaks: (report: Report) => boolean,
  ): { chances: number[]; open: boolean[] } {
    const { machine } = this;
    const fails = (e: Edge): boolean => e.reports.length > 0 && e.reports.some(breaks);
    const p = this.settle((of, s) => {
      const end = this.ends.get(s);
      if (end !== undefined) return end.some(breaks) ? 1 : 0;
      return this.edges[s]!.reduce((sum, e) => sum + e.weight * (fails(e) ? 1 : of[e.to]!), 0);
    });
    const out = this.settle((of, s) => {
      const end = this.ends.get(s);
      if (end !== undefined) return end.some(breaks) ? 0 : 1;
      return this.edges[s]!.some((e) => !fails(e) && of[e.to] === 1) ? 1 : 0;
    });
    machine.reset();
    let shown = machine.reports.some(breaks);
    let state = 0;
    const chances = [shown ? 1 : p[0]!];
    const open = [!shown && out[0] === 1];
    for (const { thread, choice } of run) {
      const edge = this.edges[state]!.find((e) => e.thread === thread && e.choice === choice)!;
      shown ||= fails(edge);
      state = edge.to;
      chances.push(shown ? 1 : p[state]!);
      open.push(!shown && out[state] === 1);
    }
    return { chances, open };
  }

  /** The least values that @rule leaves as they are, from 0 up. */
  private settle(rule: (of: Float64Array, s: number) => number): Float64Array {
    const of = new Float64Array(this.size);
    for (let pass = 0; pass < 10_000; pass++) {
      let change = 0;
      for (let s = this.size - 1; s >= 0; s--) {
        const value = rule(of, s);
        change = Math.max(change, Math.abs(value - of[s]!));
        of[s] = value;
      }
      if (change < 1e-12) break;
    }
    return of;
  }
}
