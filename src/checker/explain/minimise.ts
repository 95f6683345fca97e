// SPDX-License-Identifier: GPL-2.0-only
// From a run that breaks a rule to one that is short to read: fewest preemptions, then few steps.
//
// One layered search (bounded.ts) serves all reports at once and is exact up to its bound. Layers
// grow fast: it goes up to one preemption at first, which is enough for most. The other reports are
// shortened by hand: take the blocks of the first run that the depth-first search came upon, and
// try to run each block together with another one of the same thread, as long as the report is
// still raised (Jalbert and Sen, FSE 2010). A run with K preemptions is then proved to be one of
// the fewest by layers up to K - 1; these find a better one where there is one. Layers that would
// not fit into the limit are not begun, and the run is not called minimal.
//
//   T1 T1 | T2 | T1 T1 | T2 T2, report at the end: 2 preemptions
//   merge T2's first block into its second:  T1 T1 T1 T1 T2 T2: no report
//   merge T1's second block into its first:  the same;   merge T2's second block into its first:
//   T1 T1 | T2 T2 T2 | T1 T1: report: 1 preemption
//
// At the end the last steps of each thread are dropped while the report stays.

import { must } from '#base/assert';
import {
  ATTEMPTS_MAX,
  LAYER_GROWTH,
  MINIMISE_NODES_MAX,
  NEAR_PREEMPTIONS,
  PROVED_PREEMPTIONS,
} from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import { type Choice, CycleWatch, type Found, type Limit } from '#checker/program/run';
import type { Discipline } from '#checker/reduce/discipline';
import type { Futures } from '#checker/reduce/futures';
import { type BoundedResult, bounded, type Cheapest } from '#checker/search/bounded';
import { reportKey } from '#finding/key';

interface MinimiseOptions {
  /** Search up to this many preemptions; 3 unless told. */
  readonly preemptionsMax?: number;
  /** Pairs of state and running thread to visit at most; flag --minimise-max. */
  readonly nodesMax?: number;
  readonly discipline?: Discipline | undefined;
  /** The futures that a complete search has found. */
  readonly futures?: Futures | undefined;
}

/** A run with few preemptions. */
export interface Minimised extends Cheapest {
  /** Proved to be the fewest. */
  readonly minimal: boolean;
}

/** Each of @found with the run on which it was first seen, for those who show no runs. */
export function unshortened(machine: Machine, found: readonly Found[]): Minimised[] {
  return found.map((first) => {
    const outcome = must(
      follow(machine, first.run, reportKey(first.report)),
      'a run shows its report',
    );
    return { report: first.report, ...outcome, minimal: false };
  });
}

/** Find a short run for each of @found. */
export function minimise(
  machine: Machine,
  found: readonly Found[],
  options: MinimiseOptions = {},
): { readonly runs: readonly Minimised[]; readonly bounded: readonly Limit[] } {
  if (found.length === 0) return { runs: [], bounded: [] };
  const preemptionsMax = options.preemptionsMax ?? PROVED_PREEMPTIONS;
  const near = layers(machine, found, Math.min(NEAR_PREEMPTIONS, preemptionsMax), options);
  const runs = new Map(near.found.map((f) => [reportKey(f.report), f]));
  const left = found.filter(({ report }) => !runs.has(reportKey(report)));
  const shortened = left.map((first) => merged(machine, first));
  const needed = Math.max(0, ...shortened.map(({ preemptions }) => preemptions - 1));
  const bound = Math.min(
    needed,
    preemptionsMax,
    reachable(near, options.nodesMax ?? MINIMISE_NODES_MAX),
  );
  const far = bound > near.complete ? layers(machine, left, bound, options) : near;
  for (const f of [...shortened, ...far.found]) runs.set(reportKey(f.report), f);
  return {
    runs: found.map(({ report }) => {
      const run = must(runs.get(reportKey(report)), 'each report has a run');
      return { ...trimmed(machine, run), minimal: run.preemptions <= far.complete + 1 };
    }),
    bounded: far.bounded,
  };
}

/** The most preemptions to search up to with @nodesMax, going by what @near has come to. */
function reachable(near: BoundedResult, nodesMax: number): number {
  let bound = near.complete;
  for (let states = near.states * LAYER_GROWTH; states <= nodesMax; states *= LAYER_GROWTH) bound++;
  return bound;
}

/** All that at most @bound preemptions show of @found. */
function layers(
  machine: Machine,
  found: readonly Found[],
  bound: number,
  options: MinimiseOptions,
): BoundedResult {
  return bounded(machine, {
    bound,
    targets: new Set(found.map(({ report }) => reportKey(report))),
    statesMax: options.nodesMax ?? MINIMISE_NODES_MAX,
    discipline: options.discipline,
    futures: options.futures,
  });
}

/** What following a list of steps, leaving out those that are not possible, comes to. */
interface Outcome {
  readonly run: readonly Choice[];
  readonly preemptions: number;
}

/**
 * Follow @steps until @key is reported; null if it is not. A step of a thread that is blocked is
 * left out; what is left at the end runs on without preemptions if @finish.
 */
function follow(
  machine: Machine,
  steps: readonly Choice[],
  key: string,
  finish = false,
): Outcome | null {
  machine.reset();
  const run: Choice[] = [];
  const watch = key.startsWith('livelock|') ? new CycleWatch(machine) : null;
  let preemptions = 0;
  let last = -1;
  const take = (step: Choice): boolean => {
    if (last >= 0 && last !== step.thread && machine.enabled(last)) preemptions++;
    last = step.thread;
    run.push(step);
    machine.step(step.thread, step.choice);
    const cycle = watch === null ? [] : watch.reports(machine, step.thread);
    return [...machine.reports, ...cycle].some((report) => reportKey(report) === key);
  };
  if (machine.reports.some((report) => reportKey(report) === key)) return { run, preemptions };
  for (const step of steps) {
    if (!machine.enabled(step.thread) || step.choice >= machine.choices(step.thread)) continue;
    if (take(step)) return { run, preemptions };
  }
  for (let extra = 0; finish && extra < 10_000; extra++) {
    const t = nextThread(machine, last);
    if (t < 0) break;
    if (take({ thread: t, choice: 0 })) return { run, preemptions };
  }
  if (nextThread(machine, last) >= 0) return null;
  const ends = machine.atEnd().some((report) => reportKey(report) === key);
  return ends ? { run, preemptions } : null;
}

function nextThread(machine: Machine, last: number): number {
  if (last >= 0 && machine.enabled(last)) return last;
  for (let t = 0; t < machine.threadCount(); t++) if (machine.enabled(t)) return t;
  return -1;
}

/** Fewer blocks, by merging. */
function merged(machine: Machine, found: Found): Cheapest {
  const key = reportKey(found.report);
  let best: Outcome = follow(machine, found.run, key) ?? { run: found.run, preemptions: 0 };
  let attempts = 0;
  for (let better = true; better && attempts < ATTEMPTS_MAX; ) {
    better = false;
    const blocks = blocksOf(best.run);
    for (let i = 0; i < blocks.length && !better; i++) {
      for (const to of partners(blocks, i)) {
        attempts++;
        const outcome = follow(machine, moved(blocks, i, to), key, true);
        if (outcome === null || !isBetter(outcome, best)) continue;
        best = outcome;
        better = true;
        break;
      }
    }
  }
  return { report: found.report, ...best };
}

function isBetter(a: Outcome, b: Outcome): boolean {
  if (a.preemptions !== b.preemptions) return a.preemptions < b.preemptions;
  return a.run.length < b.run.length;
}

function blocksOf(run: readonly Choice[]): Choice[][] {
  const blocks: Choice[][] = [];
  for (const step of run) {
    const block = blocks.at(-1);
    if (block !== undefined && block[0]!.thread === step.thread) block.push(step);
    else blocks.push([step]);
  }
  return blocks;
}

/** Indices of the blocks of the same thread next to block @i, before and after. */
function partners(blocks: readonly Choice[][], i: number): number[] {
  const { thread } = blocks[i]![0]!;
  const same = (j: number): boolean => blocks[j]?.[0]?.thread === thread;
  const found: number[] = [];
  for (let j = i - 1; j >= 0 && found.length === 0; j--) if (same(j)) found.push(j);
  for (let j = i + 1; j < blocks.length; j++) {
    if (!same(j)) continue;
    found.push(j);
    break;
  }
  return found;
}

/** The steps with block @i put to block @to. */
function moved(blocks: readonly Choice[][], i: number, to: number): Choice[] {
  const steps: Choice[] = [];
  blocks.forEach((block, j) => {
    if (j === i) return;
    if (j === to && i > to) steps.push(...block, ...blocks[i]!);
    else if (j === to) steps.push(...blocks[i]!, ...block);
    else steps.push(...block);
  });
  return steps;
}

/** Without the last steps of each thread, as far as the report does not need them. */
function trimmed(machine: Machine, start: Cheapest): Cheapest {
  const key = reportKey(start.report);
  let best: Outcome = start;
  for (let t = 0; t < machine.threadCount(); t++) {
    for (let cut = best.run.length; cut > 0; cut >>= 1) {
      for (;;) {
        const shorter = withoutLast(best.run, t, cut);
        const outcome = shorter === null ? null : follow(machine, shorter, key);
        if (outcome === null || !isBetter(outcome, best)) break;
        best = outcome;
      }
    }
  }
  return { report: start.report, run: best.run, preemptions: best.preemptions };
}

/** @run without the last @count steps of thread @t; null if it has fewer. */
function withoutLast(run: readonly Choice[], t: number, count: number): Choice[] | null {
  const kept: Choice[] = [];
  let left = count;
  for (let i = run.length - 1; i >= 0; i--) {
    if (left > 0 && run[i]!.thread === t) left--;
    else kept.push(run[i]!);
  }
  return left > 0 ? null : kept.reverse();
}
