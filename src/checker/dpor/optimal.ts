// SPDX-License-Identifier: GPL-2.0-only
// Optimal dynamic partial order reduction: one run for each Mazurkiewicz class, and none wasted.
//
// Runs that differ only in the order of independent steps end alike, so one of each class is
// enough. Go depth first; at the end of every run look for races and plan, before the earlier
// event of each, the run that reverses it (wakeup trees). What was tried from a node sleeps in its
// later branches until a dependent step wakes it; a plan that a sleeper covers is dropped. Thus a
// run is begun only where it is known to lead to a class not seen before.
//
//   p: store x   q: load x        node 0: p first.  Run p q. Race: plan q before p at node 0.
//                                 node 0: q, with p asleep until q has read. Run q p. No new race.
//                                 2 runs, 2 classes; of readers(8), 256 runs for 362,880 schedules.
//
// A failing compare-and-swap or trylock reads, judged in the state where it is done. A choice of
// the environment is made a race (choice.ts). Locks, rwsems
// and waits block; see races.ts for how their races are found. A wait reverses with the
// nearest write that let it go on; where two writes that commute would each have to move for one
// wait (none of our Ops can do that: writes of one cell never commute) exactness would be lost.
//
// Abdulla, Aronis, Jonsson, Sagonas, Source Sets, JACM 64(4), 2017, algorithm 2.

import { assert } from '#base/assert';
import { ASK_STEPS } from '#checker/limits';
import type { Program, Report } from '#checker/program/program';
import { conflicting, type DporEvent, Run } from './events.ts';
import { type Reversal, reversals } from './races.ts';
import { type Branch, insert, isWeakInitial, type Sequence } from './tree.ts';

/** What a strategy that works run by run reports while it goes. */
export interface RunHooks {
  /** After each new step; @reports are the rules it broke. */
  step?(run: Run, reports: readonly Report[]): void;
  /** At the end of a run; @stuck are the threads that block for ever and are no daemons. */
  end?(run: Run, stuck: readonly number[], reports: readonly Report[]): void;
  /** Asked after each run, and every so many steps of a long one; true stops the exploration. */
  stop?(): boolean;
}

/** Counts of an exploration run by run. */
export interface RunCounts {
  /** Classes whose run ended with no thread stuck. */
  complete: number;
  /** Classes that end with a thread stuck. */
  stuck: number;
  /** Runs given up because all that was enabled slept. */
  blocked: number;
  /** Steps done, repetitions included. */
  steps: number;
  /** False if a hook stopped the exploration. */
  finished: boolean;
}

/** A node of the current run. */
interface Node {
  /** Threads whose next step leads to nothing new. */
  readonly sleep: DporEvent[];
  readonly tree: Branch[];
}

/** Explore every Mazurkiewicz class of @program exactly once. */
export function exploreOptimal(program: Program, hooks: RunHooks = {}): RunCounts {
  return new Optimal(program, hooks).explore();
}

class Optimal {
  private readonly run: Run;
  private readonly hooks: RunHooks;
  private readonly nodes: Node[] = [{ sleep: [], tree: [] }];
  private readonly counts: RunCounts = {
    complete: 0,
    stuck: 0,
    blocked: 0,
    steps: 0,
    finished: true,
  };

  constructor(program: Program, hooks: RunHooks) {
    this.run = new Run(program, true);
    this.hooks = hooks;
  }

  explore(): RunCounts {
    while (this.nodes.length > 0) {
      const goesOn = this.extend();
      if (this.asks(goesOn) && this.hooks.stop?.()) {
        this.counts.finished = false;
        break;
      }
      if (!goesOn) this.backtrack();
    }
    this.counts.steps = this.run.steps;
    return this.counts;
  }

  /** A run may have no end, so the clock is looked at within it as well. */
  private asks(goesOn: boolean): boolean {
    return !goesOn || this.nodes.length % ASK_STEPS === 0;
  }

  /** One step further; false at the end of a run. */
  private extend(): boolean {
    const node = this.nodes[this.nodes.length - 1]!;
    if (node.tree.length === 0 && !this.plant(node)) return false;
    const branch = node.tree[0]!;
    const { thread } = branch.event;
    assert(this.run.isEnabled(thread), 'a planned step is not enabled');
    const done = this.run.step(thread);
    if (this.hooks.step !== undefined) this.hooks.step(this.run, this.run.program.reports);
    const sleep = node.sleep.filter((q) => !conflicting(q, done));
    this.nodes.push({ sleep, tree: branch.below });
    return true;
  }

  /** Choose a first branch at a node for which nothing was planned. */
  private plant(node: Node): boolean {
    const { run } = this;
    const enabled = run.enabled();
    if (enabled.length === 0) {
      this.finish();
      return false;
    }
    const thread = enabled.find((t) => !node.sleep.some((q) => q.thread === t));
    if (thread === undefined) {
      this.counts.blocked++;
      return false;
    }
    const event = run.next(thread);
    node.tree.push({ event, below: [] });
    return true;
  }

  private finish(): void {
    const { run } = this;
    const stuck = stuckThreads(run);
    if (stuck.length > 0) this.counts.stuck++;
    else this.counts.complete++;
    this.hooks.end?.(run, stuck, run.program.atEnd());
    for (const r of reversals(run)) this.plan(r);
  }

  /** Put the reversal of a race into the wakeup tree before its earlier event. */
  private plan(reversal: Reversal): void {
    const node = this.nodes[reversal.start]!;
    const w = sequence(this.run, reversal);
    if (node.sleep.some((q) => isWeakInitial(q, w))) return;
    insert(node.tree, w);
  }

  private backtrack(): void {
    this.nodes.pop();
    while (this.nodes.length > 0) {
      const node = this.nodes[this.nodes.length - 1]!;
      const done = this.run.events[this.nodes.length - 1]!;
      this.run.rewind(this.nodes.length - 1);
      node.tree.shift();
      node.sleep.push(done);
      if (node.tree.length > 0) return;
      this.nodes.pop();
    }
  }
}

/** The threads that can never go on and are neither done nor daemons. */
export function stuckThreads(run: Run): number[] {
  return run.threads().filter((t) => !run.program.isDaemon(t));
}

/** A reversal as a sequence whose last effect is found out by doing it, where that matters. */
export function sequence(run: Run, reversal: Reversal): Sequence {
  const { start, rest } = reversal;
  const mover = rest[rest.length - 1]!;
  let found: DporEvent | undefined;
  const last = () => {
    found ??= run.probe(start, rest.slice(0, -1), () => run.judge(mover));
    return found;
  };
  return { events: rest, mover, last };
}
