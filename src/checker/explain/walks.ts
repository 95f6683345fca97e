// SPDX-License-Identifier: GPL-2.0-only
// The odds of failing where the state graph is too big to be visited: random walks.
//
// From a state of the run go on at random, each enabled thread and each answer of the environment
// alike, and count how often the failure shows. Once it is certain it stays so, so the point of no
// return is found by halving: the first step from which all walks fail. What walks say is not
// proved; how many there were is said with it. The same seed draws the same walks.
//
//   run of 8 steps; after 4 of them ten of ten walks fail, after 2 the third does not, after 3 all:
//   the point of no return is the third step

import { WALK_STEPS_MAX, WALKS, WALKS_FEW } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import { randomFrom } from '#checker/program/random';
import { type Choice, enabledThreads } from '#checker/program/run';

/** What random walks say about a run. */
interface WalkedOdds {
  /** Walks from the initial state. */
  readonly walks: number;
  /** Those of them that fail, and those that fail in the window in question. */
  readonly failing: number;
  readonly alike: number;
  /** Index into the run of the step after which ten of ten fail; null: from the start. */
  readonly noReturn: number | null;
}

/** What a walk is asked. */
interface WalkTests {
  /** True for a report of the rule and the subject in question. */
  readonly fails: (report: Report) => boolean;
  /** True for one of the same window as well. */
  readonly alike: (report: Report) => boolean;
}

/** Walks of one machine; those from the start are drawn once. */
export class Walks {
  private readonly machine: Machine;
  private started: (readonly Report[])[] | null = null;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Odds along @run. */
  along(run: readonly Choice[], { fails, alike }: WalkTests): WalkedOdds {
    const started = this.fromStart();
    const count = (is: WalkTests['fails']): number =>
      started.filter((seen) => seen.some(is)).length;
    const random = randomFrom(run.length);
    let [low, high] = [0, run.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      this.goTo(run, middle);
      let sure = true;
      for (let i = 0; i < WALKS_FEW && sure; i++) sure = walk(this.machine, random).some(fails);
      if (sure) high = middle;
      else low = middle + 1;
    }
    const noReturn = low === 0 ? null : low - 1;
    return { walks: WALKS, failing: count(fails), alike: count(alike), noReturn };
  }

  private fromStart(): (readonly Report[])[] {
    if (this.started !== null) return this.started;
    const random = randomFrom(SEED);
    this.goTo([], 0);
    this.started = Array.from({ length: WALKS }, () => walk(this.machine, random));
    return this.started;
  }

  private goTo(run: readonly Choice[], after: number): void {
    const { machine } = this;
    machine.reset();
    for (const { thread, choice } of run.slice(0, after)) machine.step(thread, choice);
  }
}

const SEED = 1;

/** All that is reported on a random way to the end; the machine is back where it was then. */
function walk(machine: Machine, random: () => number): Report[] {
  const mark = machine.mark();
  const seen: Report[] = [...machine.reports];
  for (let steps = 0; steps < WALK_STEPS_MAX; steps++) {
    const able = enabledThreads(machine);
    if (able.length === 0) {
      seen.push(...machine.atEnd());
      break;
    }
    const t = able[Math.floor(random() * able.length)]!;
    machine.step(t, Math.floor(random() * machine.choices(t)));
    seen.push(...machine.reports);
  }
  machine.undo(mark);
  return seen;
}
