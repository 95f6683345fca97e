// SPDX-License-Identifier: GPL-2.0-only
// sample=N: N runs drawn at random, with what may have been missed said in numbers.
//
// Runs take turns. POS draws a priority for each pending Op and runs the highest; Ops that are
// dependent with the one just done draw anew, so races come out both ways alike. PCT(d) draws an
// order of the threads and d - 1 places among k steps where the running thread drops to the end: a
// bug that needs d ordering constraints is hit by each run with a chance of at least 1/(n k^(d-1)).
//
//   n = 3 threads, k = 30 steps, d = 2: 1/90 a run; 413 clean runs, 99 % sure: (89/90)^413 < 1 %
//
// How long runs are is learned on the way: k is the longest one so far, up to the next power of
// two. Runs drawn while k was smaller count for nothing in what is said of bugs that were missed.
//
// Yuan, Yang, Gu, Partial Order Aware Concurrency Sampling, CAV 2018; Burckhardt, Kothari,
// Musuvathi, Nagarakatte, A Randomized Scheduler with Probabilistic Guarantees, ASPLOS 2010.

import { SAMPLE_STEPS_MAX } from '#checker/limits';
import { dependent } from '#checker/program/dependence';
import type { OpView, Program, Report } from '#checker/program/program';
import { randomFrom } from '#checker/program/random';
import {
  type Choice,
  Deadline,
  enabledThreads,
  type Found,
  type Limits,
} from '#checker/program/run';
import { reportKey } from '#finding/key';

/** Depth of PCT in the runs that take turns; 0 is POS. */
const TURNS = [0, 1, 2, 3] as const;
/** The clock is looked at each time the number of steps has none of these bits. */
const CLOCK = 63;

interface SampleResult {
  readonly found: readonly Found[];
  readonly runs: number;
  readonly steps: number;
  /** Most threads and most steps in a run: n and k of the bound. */
  readonly threads: number;
  readonly longest: number;
  /** Runs cut off at 100,000 steps. */
  readonly cut: number;
  /** At most so likely to have missed a bug of depth 1, 2, 3, if no run exceeds `longest`. */
  readonly missed: readonly number[];
  readonly seed: number;
}

/**
 * Draw @runs runs of @program; the same seed draws the same runs. Fewer where time is up.
 */
export function sample(
  program: Program,
  runs: number,
  seed: number,
  limits: Pick<Limits, 'meter' | 'timeMaxS' | 'clock' | 'stopped'> = {},
): SampleResult {
  const sampler = new Sampler(program, seed, new Deadline(limits));
  let drawn = 0;
  for (; drawn < runs; drawn++) {
    const i = drawn;
    if ((i & 15) === 0)
      limits.meter?.(() => ({ states: i, open: runs - i, low: runs, high: runs }));
    if (!sampler.run(TURNS[i % TURNS.length]!)) break;
  }
  return sampler.result(drawn, seed);
}

/**
 * At most so likely that @runs runs of PCT(@drawn) have all missed a bug of @depth, where the
 * program has @threads threads and no run is longer than @steps.
 */
export function missedBound(
  runs: number,
  drawn: number,
  depth: number,
  threads: number,
  steps: number,
): number {
  if (drawn < depth || threads === 0) return 1;
  return (1 - 1 / (threads * Math.max(1, steps) ** (drawn - 1))) ** runs;
}

class Sampler {
  private readonly program: Program;
  private readonly random: () => number;
  private readonly deadline: Deadline;
  private readonly found = new Map<string, Found>();
  private readonly drawn = [0, 0, 0, 0];
  private steps = 0;
  private threads = 0;
  private longest = 0;
  private cut = 0;

  constructor(program: Program, seed: number, deadline: Deadline) {
    this.program = program;
    this.deadline = deadline;
    this.random = randomFrom(seed);
  }

  /** Draw a run; false where time was up before its end: then it does not count. */
  run(depth: number): boolean {
    const { program } = this;
    program.reset();
    const path: Choice[] = [];
    this.note(program.reports, path);
    const pick = depth === 0 ? this.pos() : this.pct(depth);
    for (let length = 0; length < SAMPLE_STEPS_MAX; length++) {
      if ((length & CLOCK) === 0 && this.deadline.isPast()) return false;
      const enabled = enabledThreads(program);
      if (enabled.length === 0) {
        this.note(program.atEnd(), path);
        break;
      }
      const thread = pick(enabled, length);
      const choice = Math.floor(this.random() * program.choices(thread));
      path.push({ thread, choice });
      program.step(thread, choice);
      this.note(program.reports, path);
    }
    if (path.length === SAMPLE_STEPS_MAX) this.cut++;
    if (stepsFor(path.length) > stepsFor(this.longest)) this.drawn.fill(0);
    else this.drawn[depth]!++;
    this.steps += path.length;
    this.longest = Math.max(this.longest, path.length);
    this.threads = Math.max(this.threads, program.threadCount());
    return true;
  }

  result(runs: number, seed: number): SampleResult {
    const { threads, longest, steps, cut, drawn } = this;
    const missed = [1, 2, 3].map((depth) =>
      drawn.reduce((p, n, d) => p * missedBound(n, d, depth, threads, stepsFor(longest)), 1),
    );
    const found = [...this.found.values()];
    return { found, runs, steps, threads, longest, cut, missed, seed };
  }

  /** Priorities belong to pending Ops; those that race with the one done are drawn anew. */
  private pos(): (enabled: readonly number[]) => number {
    const priorities = new Map<number, number>();
    return (enabled) => {
      for (const t of enabled) if (!priorities.has(t)) priorities.set(t, this.random());
      const best = highest(enabled, (t) => priorities.get(t)!);
      const done: OpView = this.program.pending(best);
      priorities.delete(best);
      for (const t of enabled) {
        if (t !== best && dependent(this.program.pending(t), done)) priorities.delete(t);
      }
      return best;
    };
  }

  /** Priorities belong to threads; at depth - 1 places the running thread drops below all. */
  private pct(depth: number): (enabled: readonly number[], length: number) => number {
    const priorities = new Map<number, number>();
    const k = stepsFor(this.longest);
    const changes = Array.from({ length: depth - 1 }, () => Math.floor(this.random() * k));
    return (enabled, length) => {
      for (const t of enabled) if (!priorities.has(t)) priorities.set(t, this.random());
      const best = highest(enabled, (t) => priorities.get(t)!);
      const drop = changes.indexOf(length);
      if (drop < 0) return best;
      priorities.set(best, -1 - drop);
      return highest(enabled, (t) => priorities.get(t)!);
    };
  }

  private note(reports: readonly Report[], path: readonly Choice[]): void {
    for (const report of reports) {
      const key = reportKey(report);
      if (!this.found.has(key)) this.found.set(key, { report, run: [...path] });
    }
  }
}

/** Steps to draw places from, where no run was longer than @longest. */
function stepsFor(longest: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, longest)));
}

function highest(threads: readonly number[], priority: (t: number) => number): number {
  return threads.reduce((best, t) => (priority(t) > priority(best) ? t : best));
}
