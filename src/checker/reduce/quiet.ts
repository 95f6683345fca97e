// SPDX-License-Identifier: GPL-2.0-only
// Which thread's step is quiet now, asked of what is known of cells and of what threads may do.
//
// Why no run that breaks a rule is lost, in cycles and beside sleep sets. Let a run lead from a
// state to a broken rule, and let none of its possible first steps sleep there. If a quiet step is
// taken, either it is the run's own, then it may come first, and less of the run is left; or it is
// not, and all of the run is still possible after it. Quiet steps come to an end in a state where
// all threads are tried: where they go round in a cycle, the search notices and opens the state.
// (The proviso of partial order reduction: in each cycle there is a state from which nothing is
// left out.) There, the first of the run's first steps to be explored leads on, with less left and
// none of its next first steps asleep; if the state has been met several times, let it be that of
// the latest visit in which there is one. What holds for a quiet step holds for persistent sets of
// several threads (persistent.ts): one that is awake is taken, be it the run's own or not.
//
// Who sleeps is not asked for a quiet step. One might think that where a quiet step sleeps nothing
// is new, since all that can follow was explored when the sleeper moved. So it was, if that is
// over by now. But in a cycle its step may lead back to a state that is still open:
//
//   T1: for ever x = 1      T2: if y == 0: z = 1; else for ever read x      T3: y = 1
//   T1 has gone round and sleeps; T2 reads 0; now x = 1 is quiet, and z = 1 is still to come
//
// Why it is enough to do again what relied on a wrong answer, however wrong it was. Where it led,
// some run leads as well, so what was found there stands. It leaves states in the table with who
// slept there, be it without right: a wrong step woke nobody. When a right step meets such a state,
// who does not sleep then is explored, left out or not, and from then on none sleeps there whom a
// right visit has awake. Which of a state's threads may sleep while another moves stays an order:
// those of later visits before those of earlier ones, at each visit as they are explored. So the
// argument above holds for right visits alone. But a sleeper may be unable to move: a wrong step
// has taken its lock, or a right one has ended the run. So of those who wake, who can move does.

import { type Kept, sameVersion } from '#base/saved';
import { OOPS } from '#checker/machine/automaton';
import { Code, type Instruction } from '#checker/machine/code';
import { Fact } from '#checker/machine/edge-facts';
import type { Machine } from '#checker/machine/machine';
import type { Assumptions } from './assumptions.ts';
import { type Discipline, type ReductionFaults, type Reductions, releases } from './discipline.ts';
import type { Futures } from './futures.ts';
import type { FutureFaults } from './sections.ts';

interface QuietOptions extends Reductions {
  readonly faults?: (ReductionFaults & FutureFaults) | undefined;
}

/** Learns from what threads are about to do, and says which of it is quiet. */
export class QuietSteps implements Kept {
  private readonly machine: Machine;
  private readonly discipline: Discipline;
  private readonly futures: Futures;
  private readonly options: QuietOptions;
  /** By local state: the thread and its locks that were noted last; spares most of the work. */
  private latest: number[] = [];

  constructor(
    machine: Machine,
    discipline: Discipline,
    futures: Futures,
    { quiet, futures: looksAhead, values, faults }: QuietOptions,
  ) {
    this.machine = machine;
    this.discipline = discipline;
    this.futures = futures;
    this.options = {
      quiet: quiet !== false,
      futures: looksAhead !== false,
      values: looksAhead !== false && values !== false,
      faults,
    };
  }

  /** Learn from where @t stands. */
  note(t: number): void {
    if (!this.options.quiet) return;
    const { machine } = this;
    const node = machine.local(t);
    const held = machine.held(t);
    if (node <= OOPS) {
      if (held !== 0 && machine.isDone(t)) this.futures.noteLeak();
      return;
    }
    if (held !== 0 && machine.crashes(t)) this.futures.noteCrash(node);
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
   * Whose step is quiet, none of @asleep, @last if possible; or -1. @answers learn why. The machine
   * may be told to stepAhead() with it.
   */
  quiet(last: number, asleep: number, assumptions: Assumptions): number {
    const count = this.machine.threadCount();
    const awake = ((1 << count) - 1) & ~asleep;
    if ((awake >> last) & 1 && this.isQuiet(last, assumptions)) return last;
    for (let t = 0; t < count; t++) {
      if (t !== last && (awake >> t) & 1 && this.isQuiet(t, assumptions)) return t;
    }
    if (!this.options.values) return -1;
    if ((awake >> last) & 1 && this.isUndisturbed(last, assumptions)) return last;
    for (let t = 0; t < count; t++) {
      if (t !== last && (awake >> t) & 1 && this.isUndisturbed(t, assumptions)) return t;
    }
    return -1;
  }

  private isQuiet(t: number, assumptions: Assumptions): boolean {
    const facts = this.simpleFacts(t);
    if (facts < 0) return false;
    const i = this.machine.instruction(this.machine.local(t));
    const visible = this.isVisible(facts);
    if (!visible && this.isUnknown(i)) return true;
    if (!visible && this.discipline.isQuiet(i)) {
      assumptions.noteCell(t, i.cell, releases(i));
      return true;
    }
    if (!this.options.futures) return false;
    if (this.futures.isQuiet(t, i, visible, assumptions)) return true;
    return !visible && this.futures.isQuietSection(t, i, assumptions);
  }

  /** Asked after isQuiet(): with the values that cells can have. */
  private isUndisturbed(t: number, assumptions: Assumptions): boolean {
    const facts = this.simpleFacts(t);
    if (facts < 0) return false;
    const { futures, machine } = this;
    const i = machine.instruction(machine.local(t));
    const visible = this.isVisible(facts);
    if (futures.interference.isQuiet(t, i, visible, assumptions)) return true;
    return !visible && futures.isUndisturbedSection(t, i, assumptions);
  }

  /** The facts about what @t would do; -1 if it can not, or if it ends the run or is a choice. */
  private simpleFacts(t: number): number {
    const { machine } = this;
    const facts = machine.facts(t);
    if (facts < 0 || (facts & Fact.ends) !== 0) return -1;
    if ((facts & Fact.done) !== 0 && machine.leaks(t)) return -1;
    return machine.instruction(machine.local(t)).code === Code.choose ? -1 : facts;
  }

  private isVisible(facts: number): boolean {
    return (facts & Fact.visible) !== 0 && !this.options.faults?.ignoreVisible;
  }

  /** True if @i is about an object that only the thread before it can know. */
  private isUnknown(i: Instruction): boolean {
    if (i.published < 0) return false;
    return this.machine.isUnpublished(i) || Boolean(this.options.faults?.neverPublished);
  }

  save() {
    return { version: 1, latest: this.latest };
  }

  load(saved: ReturnType<QuietSteps['save']>): void {
    sameVersion(saved, 1, 'quiet steps');
    this.latest = saved.latest;
  }
}
