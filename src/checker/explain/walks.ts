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

import type { Machine } from '#checker/machine/machine';
import { randomFrom } from '#checker/program/random';
import { type Choice, enabledThreads, reportKey } from '#checker/program/run';

/** What random walks say about a run. */
export interface WalkedOdds {
  /** Walks from the initial state. */
  readonly walks: number;
  /** Those of them that fail. */
  readonly failing: number;
  /** Index into the run of the step after which ten of ten fail; null where only the end does. */
  readonly noReturn: number | null;
}

const WALKS_MAX = 100;
const WALKS_FEW = 10;
const STEPS_MAX = 2000;

/** Odds along @run, which raises the report @key, for about @budget steps; null: not enough. */
export function walkedOdds(
  machine: Machine,
  run: readonly Choice[],
  key: string,
  budget: number,
): WalkedOdds | null {
  if (key.startsWith('livelock|')) return null;
  const walks = Math.min(WALKS_MAX, Math.floor(budget / (2 * (run.length + 1))));
  if (walks < WALKS_FEW) return null;
  const random = randomFrom(run.length);
  const at = (after: number): void => {
    machine.reset();
    for (const { thread, choice } of run.slice(0, after)) machine.step(thread, choice);
  };
  at(0);
  let failing = 0;
  for (let i = 0; i < walks; i++) if (walk(machine, key, random)) failing++;
  let [low, high] = [0, run.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    at(middle);
    let sure = true;
    for (let i = 0; i < WALKS_FEW && sure; i++) sure = walk(machine, key, random);
    if (sure) high = middle;
    else low = middle + 1;
  }
  return { walks, failing, noReturn: low >= run.length || low === 0 ? null : low - 1 };
}

/** True if @key is reported on a random way to the end; the machine is back where it was then. */
function walk(machine: Machine, key: string, random: () => number): boolean {
  const mark = machine.mark();
  let shows = false;
  for (let steps = 0; steps < STEPS_MAX && !shows; steps++) {
    const able = enabledThreads(machine);
    if (able.length === 0) {
      shows = machine.atEnd().some((r) => reportKey(r) === key);
      break;
    }
    const t = able[Math.floor(random() * able.length)]!;
    machine.step(t, Math.floor(random() * machine.choices(t)));
    shows = machine.reports.some((r) => reportKey(r) === key);
  }
  machine.undo(mark);
  return shows;
}
