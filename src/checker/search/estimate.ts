// SPDX-License-Identifier: GPL-2.0-only
// How many runs will it be? Knuth's estimate, from random walks down the tree of choices.
//
// Walk from the root, choose among the b1, b2, ... branches of each node alike; b1 * b2 * ... is
// then an unbiased estimate of the number of leaves, so the mean over many walks is one too, and
// the spread between the walks says how far it may be off.
//
//   a tree with leaves at depth 1 and, on the other side, two at depth 2: walks give 2 or 4, each
//   half of the time: mean 3, which is the number of leaves
//
// On the tree of all schedules that counts schedules. To estimate classes, a walk keeps sleep sets
// and counts the branches that do not sleep, which leads to each class at least once.
//
// Knuth, Estimating the Efficiency of Backtrack Programs, Math. Comp. 29, 1975.

import { conflicting, type DporEvent, Run } from '#checker/dpor/events';
import type { Program } from '#checker/program/program';
import { randomFrom } from '#checker/program/random';

/** An estimate with the range in which it lies 19 times out of 20, if walks are many. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly walks: number;
}

/** Number of maximal schedules of @program. */
export function estimateSchedules(program: Program, walks: number, seed = 1): Estimate {
  return estimate(program, walks, seed, false);
}

/** Number of Mazurkiewicz classes of @program. */
export function estimateClasses(program: Program, walks: number, seed = 1): Estimate {
  return estimate(program, walks, seed, true);
}

function estimate(program: Program, walks: number, seed: number, classes: boolean): Estimate {
  const random = randomFrom(seed);
  const run = new Run(program);
  const found: number[] = [];
  for (let i = 0; i < walks; i++) {
    run.rewind(0);
    found.push(classes ? walkClasses(run, random) : walk(run, random));
  }
  return summary(found);
}

function walk(run: Run, random: () => number): number {
  let leaves = 1;
  for (;;) {
    const able = run.enabled().flatMap((t) => branches(run, t));
    if (able.length === 0) return leaves;
    const { thread, choice } = able[Math.floor(random() * able.length)]!;
    run.step(thread, choice);
    leaves *= able.length;
  }
}

/** Sleep sets prune all but one order of each class: what is left of a walk counts classes. */
function walkClasses(run: Run, random: () => number): number {
  let leaves = 1;
  let sleep: DporEvent[] = [];
  for (;;) {
    const able = run.enabled().flatMap((t) => branches(run, t));
    if (able.length === 0) return leaves;
    const awake = able.filter((e) => !sleep.some((q) => same(q, e)));
    if (awake.length === 0) return 0;
    const at = Math.floor(random() * awake.length);
    const earlier = [...sleep, ...awake.slice(0, at)];
    const done = run.step(awake[at]!.thread, awake[at]!.choice);
    sleep = earlier.filter((q) => q.thread !== done.thread && !conflicting(q, done));
    leaves *= awake.length;
  }
}

const same = (a: DporEvent, b: DporEvent): boolean =>
  a.thread === b.thread && a.choice === b.choice;

function branches(run: Run, t: number): DporEvent[] {
  const first = run.next(t);
  return Array.from({ length: first.choices }, (_, choice) => ({ ...first, choice }));
}

function summary(found: readonly number[]): Estimate {
  const walks = found.length;
  const mean = found.reduce((a, b) => a + b, 0) / walks;
  const squares = found.reduce((a, b) => a + (b - mean) ** 2, 0);
  const error = walks > 1 ? Math.sqrt(squares / (walks - 1) / walks) : mean;
  return { mean, low: Math.max(1, mean - 1.96 * error), high: mean + 1.96 * error, walks };
}
