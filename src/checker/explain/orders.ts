// SPDX-License-Identifier: GPL-2.0-only
// What other orders of the same steps come to: the ground that every "why" stands on.
//
// An order is a list of steps. It is followed as far as it goes: always the first step of the list
// whose thread can move, so a thread that is blocked is late and not left out. After the list the
// threads run on without preemption, the last one first, then the one with the lowest number. So an
// order has one outcome: the reports on the way, and whether the run came to a proper end.
//
//   list A1 B1 A2, A blocked before A2 until B2: A1 B1 (list stuck: B2) A2 ...
//
// How the threads run on depends on the state and the last thread alone. It is kept by these, and
// most orders meet a state that is known soon.

import { ORDER_STEPS_MAX } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import { deadlock, stuckThreads } from '#checker/machine/stuck';
import type { Report } from '#checker/program/program';
import type { Choice } from '#checker/program/run';
import { StateTable } from '#checker/tables/state-table';
import { reportKey } from '#finding/key';

/** What an order comes to. */
interface OrderOutcome {
  /** Every rule broken on the way, each once. */
  readonly reports: readonly Report[];
  /** False where a thread crashed, all are stuck, or one goes round for ever. */
  readonly whole: boolean;
}

/** What makes an order fail: this rule is broken, and it is about this. */
export type Failure = Pick<Report, 'property' | 'subject' | 'window'>;

/** True if @failure is among the reports of @outcome, in whatever window. */
export function fails(outcome: OrderOutcome, failure: Failure): boolean {
  return outcome.reports.some((r) => breaks(r, failure));
}

/** True if @report is about the same rule and the same subject as @failure. */
export function breaks(report: Report, { property, subject }: Failure): boolean {
  return report.property === property && report.subject === subject;
}

/** True if the rule of @failure is kept to the end, whatever else is broken. */
export function spares(outcome: OrderOutcome, failure: Failure): boolean {
  return outcome.whole && !fails(outcome, failure);
}

/** In the table: on the way, not known yet. */
const PENDING = 0;

/** Follows orders in a machine. */
export class Orders {
  /** Steps taken so far. */
  steps = 0;
  readonly machine: Machine;
  private readonly table = new StateTable();
  private readonly words = new Uint32Array(4);
  private readonly outcomes: OrderOutcome[] = [{ reports: [], whole: false }];
  private readonly ids = new Map<string, number>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /**
   * What @order comes to from where the machine stands, which is left as it was. @last: the thread
   * that moved last; @before: what has been broken on the way there.
   */
  outcome(order: readonly Choice[], last: number, before: readonly Report[]): OrderOutcome {
    const { machine } = this;
    const mark = machine.mark();
    const reports = [...before];
    const list = new StepList(machine, order);
    let latest = last;
    for (let left = ORDER_STEPS_MAX; !list.isEmpty && left > 0; left--) {
      const next = list.next() ?? nextThread(machine, latest);
      if (next === null) break;
      machine.step(next.thread, next.choice);
      this.steps++;
      if (machine.reports.length > 0) reports.push(...machine.reports);
      latest = next.thread;
    }
    const rest = this.finish(latest);
    machine.undo(mark);
    if (reports.length === 0) return rest;
    return { reports: distinct([...reports, ...rest.reports]), whole: rest.whole };
  }

  /** True if @thread takes a step in @order; the machine is left as it was. */
  moves(order: readonly Choice[], last: number, thread: number): boolean {
    const { machine } = this;
    const mark = machine.mark();
    const list = new StepList(machine, order);
    let latest = last;
    let moved = false;
    for (let left = ORDER_STEPS_MAX; !moved && left > 0; left--) {
      const next = list.next() ?? nextThread(machine, latest);
      if (next === null) break;
      machine.step(next.thread, next.choice);
      latest = next.thread;
      moved = latest === thread;
    }
    machine.undo(mark);
    return moved;
  }

  /** The run of the same order, step by step, from the start: @prefix and then @order. */
  run(prefix: readonly Choice[], order: readonly Choice[]): Choice[] {
    const { machine } = this;
    machine.reset();
    const run: Choice[] = [];
    const take = (step: Choice): void => {
      machine.step(step.thread, step.choice);
      run.push(step);
    };
    for (const step of prefix) take(step);
    const list = new StepList(machine, order);
    while (run.length < ORDER_STEPS_MAX) {
      const next = list.next() ?? nextThread(machine, run.at(-1)?.thread ?? -1);
      if (next === null) break;
      take(next);
    }
    return run;
  }

  /** What running on without preemption comes to; the machine is left somewhere on the way. */
  private finish(last: number): OrderOutcome {
    const { machine } = this;
    const path: number[] = [];
    const raised: (readonly Report[])[] = [];
    let latest = last;
    let end: OrderOutcome | null = null;
    while (end === null) {
      const known = this.look(latest, path);
      if (known >= 0) {
        end = this.outcomes[known]!;
        break;
      }
      const next = nextThread(machine, latest);
      if (next === null) {
        end = endOf(machine);
      } else {
        machine.step(next.thread, next.choice);
        this.steps++;
        latest = next.thread;
        raised.push(machine.reports);
      }
    }
    return this.keep(path, raised, end);
  }

  /** The number of what is known of this state; -1, and it is on the @path, where nothing is. */
  private look(last: number, path: number[]): number {
    const { words, table } = this;
    this.machine.fingerprint(words);
    const f0 = words[0]! ^ Math.imul(last + 2, 0x9e3779b1);
    const known = table.findOrAdd(f0, words[1]!, words[2]!, words[3]!, PENDING);
    if (known < 0) path.push(f0, words[1]!, words[2]!, words[3]!);
    return known;
  }

  /** Note what every state of the @path comes to, the last one first; the outcome of the first. */
  private keep(path: readonly number[], raised: readonly (readonly Report[])[], end: OrderOutcome) {
    let outcome = end;
    let id = this.number(outcome);
    for (let k = path.length / 4 - 1; k >= 0; k--) {
      const reports = raised[k] ?? [];
      if (reports.length > 0) {
        outcome = { ...outcome, reports: distinct([...reports, ...outcome.reports]) };
        id = this.number(outcome);
      }
      const at = k * 4;
      this.table.findOrAdd(path[at]!, path[at + 1]!, path[at + 2]!, path[at + 3]!, id);
      this.table.replace(id);
    }
    return outcome;
  }

  private number(outcome: OrderOutcome): number {
    const key = `${outcome.whole} ${outcome.reports.map(reportKey).sort().join('\n')}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.outcomes.push(outcome) - 1;
    this.ids.set(key, id);
    return id;
  }
}

/** A list of steps that is worked off as threads can move. */
export class StepList {
  private readonly machine: Machine;
  private readonly left: Choice[];
  private head = 0;
  /** Place in the list given of the step that next() has returned last. */
  at = -1;
  private readonly places: number[];

  constructor(machine: Machine, order: readonly Choice[]) {
    this.machine = machine;
    this.left = [...order];
    this.places = order.map((_, i) => i);
  }

  get isEmpty(): boolean {
    return this.head >= this.left.length;
  }

  /** The first step of a thread that can move, which leaves the list; null if there is none. */
  next(): Choice | null {
    const { machine, left } = this;
    let blocked = 0;
    for (let k = this.head; k < left.length; k++) {
      const { thread, choice } = left[k]!;
      const bit = 1 << (thread & 31);
      if ((blocked & bit) !== 0) continue;
      if (thread >= machine.threadCount() || !machine.enabled(thread)) {
        blocked |= bit;
        continue;
      }
      this.at = this.places[k]!;
      if (k === this.head) this.head++;
      else {
        left.splice(k, 1);
        this.places.splice(k, 1);
      }
      return { thread, choice: choice < machine.choices(thread) ? choice : 0 };
    }
    return null;
  }

  /** Places in the list given of what is left, in order. */
  rest(): readonly number[] {
    return this.places.slice(this.head);
  }
}

/** Who goes on without a preemption after @last, but for @waiting; null where nobody can. */
export function nextThread(machine: Machine, last: number, waiting = -1): Choice | null {
  if (last >= 0 && machine.enabled(last)) return { thread: last, choice: 0 };
  for (let t = 0; t < machine.threadCount(); t++) {
    if (t !== waiting && machine.enabled(t)) return { thread: t, choice: 0 };
  }
  return null;
}

/** What is said of a run that ends where @machine stands. */
export function endOf(machine: Machine): OrderOutcome {
  const stuck = machine.hasCrashed() || deadlock(stuckThreads(machine)) !== null;
  return { reports: distinct(machine.atEnd()), whole: !stuck };
}

function distinct(reports: readonly Report[]): Report[] {
  return [...new Map(reports.map((r) => [reportKey(r), r])).values()];
}
