// SPDX-License-Identifier: GPL-2.0-only
// Which thread's step is quiet now, asked of what is known of cells and of what threads may do.

import type { Answers } from './answers.ts';
import type { Futures } from './futures.ts';
import type { FutureFaults } from './futures-sections.ts';
import type { Machine } from './machine.ts';
import { OOPS } from './machine-automaton.ts';
import { Code, type Instruction } from './machine-code.ts';
import { Fact } from './machine-sight.ts';
import { type Discipline, type ReductionFaults, type Reductions, releases } from './reduce.ts';

interface QuietOptions extends Reductions {
  readonly faults?: (ReductionFaults & FutureFaults) | undefined;
}

/** Learns from what threads are about to do, and says which of it is quiet. */
export class QuietSteps {
  private readonly machine: Machine;
  private readonly discipline: Discipline;
  private readonly futures: Futures;
  private readonly options: QuietOptions;
  /** By local state: the thread and its locks that were noted last; spares most of the work. */
  private readonly latest: number[] = [];

  constructor(
    machine: Machine,
    discipline: Discipline,
    futures: Futures,
    { quiet, futures: looksAhead, faults }: QuietOptions,
  ) {
    this.machine = machine;
    this.discipline = discipline;
    this.futures = futures;
    this.options = { quiet: quiet !== false, futures: looksAhead !== false, faults };
  }

  /** Learn from where @t stands. */
  note(t: number): void {
    const { machine } = this;
    const node = machine.local(t);
    const held = machine.held(t);
    if (node <= OOPS) {
      if (held !== 0 && machine.isDone(t)) this.futures.noteLeak();
      return;
    }
    const by = held * 64 + t;
    if (this.latest[node] === by) return;
    const i = machine.instruction(node);
    this.futures.noteHeld(held, i);
    if (this.isUnknown(i)) return;
    this.discipline.note(t, node, held, i);
    while (this.latest.length <= node) this.latest.push(-1);
    this.latest[node] = by;
  }

  /**
   * A thread whose step is quiet, @last if it can be, or -1; notes in @answers why. The machine
   * may be told to stepAhead() with it.
   */
  quiet(last: number, answers: Answers): number {
    const count = this.machine.threadCount();
    if (this.isQuiet(last, answers)) return last;
    for (let t = 0; t < count; t++) if (t !== last && this.isQuiet(t, answers)) return t;
    return -1;
  }

  private isQuiet(t: number, answers: Answers): boolean {
    const { machine } = this;
    const facts = machine.facts(t);
    if (facts < 0 || (facts & Fact.ends) !== 0) return false;
    if ((facts & Fact.done) !== 0 && machine.leaks(t)) return false;
    const i = machine.instruction(machine.local(t));
    if (i.code === Code.choose) return false;
    const visible = (facts & Fact.visible) !== 0 && !this.options.faults?.ignoreVisible;
    if (!visible && this.isUnknown(i)) return true;
    if (!visible && this.discipline.isQuiet(i)) {
      answers.noteCell(i.cell, releases(i));
      return true;
    }
    if (!this.options.futures) return false;
    if (this.futures.isQuiet(t, i, visible, answers)) return true;
    return !visible && this.futures.isQuietSection(t, machine.local(t), i, answers);
  }

  /** True if @i is about an object that only the thread before it can know. */
  private isUnknown(i: Instruction): boolean {
    if (i.published < 0) return false;
    return this.machine.isUnpublished(i) || Boolean(this.options.faults?.neverPublished);
  }
}
