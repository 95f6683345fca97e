// SPDX-License-Identifier: GPL-2.0-only
// Waits at the boundaries of functions: what an order is forced by.
//
// A point is a function that is entered (`+`) or left (`-`) for a device, by a thread in a role. A
// wait lets whoever comes to one point stand there until another point was reached once:
//
//   bind:pci_dma_configure+<walk:probe_iommu_group+
//
// says that the walk does not begin with the device before its bind asks for DMA. A kernel can be
// held at both, and so can the model: each means the same in gates.ts and in the module.

import type { TraceStep } from '#finding/step';

/**
 * Who runs: inside iommu_device_register(), of a second instance that registers at the same time
 * (`beside`), the deferral worker, device_add(), the work that ends deferral, or none of them.
 */
export type Role = 'walk' | 'beside' | 'worker' | 'add' | 'timeout' | 'bind';

/** A point as text: `walk:of_iommu_configure+`. */
export type Point = `${Role}:${string}${'+' | '-'}`;

/** Whoever comes to `at` goes on once `tell` was reached. */
export interface Wait {
  readonly tell: Point;
  readonly at: Point;
}

/** `tell<at`, as the module takes it. */
export function waitText({ tell, at }: Wait): string {
  return `${tell}<${at}`;
}

/** By this event a run says that it has come to a point: about no rule, so it costs nothing. */
export const POINT_EVENT = 'wait-point';

/** A point where a run came to it: between two steps of its thread. */
export interface PointReached {
  readonly point: Point;
  readonly thread: string;
  /** Index of the last step of the thread before the point. */
  readonly after: number;
  /** Index of its next step; infinite where there is none. */
  readonly before: number;
}

/** The points that a run comes to, in its order. */
export function arrivalsOf(trace: readonly TraceStep[]): PointReached[] {
  const arrivals: PointReached[] = [];
  trace.forEach((step, after) => {
    const points = step.events.flatMap((e) => {
      const match = /^wait-point (\S+)$/.exec(e.replaceAll('"', ''));
      return match === null ? [] : [match[1] as Point];
    });
    if (points.length === 0) return;
    const next = trace.findIndex((s, i) => i > after && s.thread === step.thread);
    const before = next < 0 ? Number.POSITIVE_INFINITY : next;
    for (const point of points) arrivals.push({ point, thread: step.thread, after, before });
  });
  return arrivals;
}

/** Where each point is come to first: there it is told. */
export function firstOf(arrivals: readonly PointReached[]): PointReached[] {
  return arrivals.filter((a, i) => arrivals.findIndex((b) => b.point === a.point) === i);
}

/** True if a run that comes to @arrivals as they stand keeps @wait, as far as it goes. */
export function keeps(arrivals: readonly PointReached[], wait: Wait): boolean {
  const told = arrivals.find((a) => a.point === wait.tell)?.after ?? Number.POSITIVE_INFINITY;
  // Who takes no step after a point may as well wait there.
  return arrivals.every((a) => a.point !== wait.at || a.before === Infinity || told < a.before);
}

/**
 * All waits between two threads of the runs that are known, those first that fit best. @shown: the
 * run of the finding, to its end. That it does not keep a wait is no fault: what decides may be
 * held up at an earlier boundary than the one where the finding stops. @failed: how often each was
 * part of a set in vain.
 */
export function candidatesOf(
  shown: PointRun,
  others: readonly PointRun[],
  failed: ReadonlyMap<string, number>,
): readonly Wait[] {
  const ranks = new Map<string, { readonly wait: Wait; readonly rank: number }>();
  for (const run of [shown, ...others]) {
    const first = firstOf(run.arrivals);
    for (const told of first) {
      for (const at of first) {
        const wait = { tell: told.point, at: at.point };
        const key = waitText(wait);
        if (ranks.has(key) || told.thread === at.thread) continue;
        const rank = rankOf(run, shown, told, at) + FAILED * (failed.get(key) ?? 0);
        ranks.set(key, { wait, rank });
      }
    }
  }
  return [...ranks.values()].sort((a, b) => a.rank - b.rank).map(({ wait }) => wait);
}

/** A run and where it comes to points. */
export interface PointRun {
  readonly trace: readonly TraceStep[];
  readonly arrivals: readonly PointReached[];
}

/** @trace with its points. */
export function runOf(trace: readonly TraceStep[]): PointRun {
  return { trace, arrivals: arrivalsOf(trace) };
}

// What a fault of a wait weighs, against steps between its two points.
const RISKY = 600;
const NOT_KEPT = 100;
const OTHER = 3000;
const FAILED = 30;

/** The lower the better; waits that hold up what has to go on come last. */
function rankOf(
  { trace }: PointRun,
  shown: PointRun,
  told: PointReached,
  at: PointReached,
): number {
  const held = trace[at.after]?.locks ?? [];
  const before = trace.slice(0, told.after + 1).filter((s) => s.thread === told.thread);
  const isRisky = before.some((s) => s.locks.some((l) => held.includes(l)));
  const isKept = keeps(shown.arrivals, { tell: told.point, at: at.point });
  const isOther = ![told, at].every((a) => shown.arrivals.some((b) => b.point === a.point));
  const cost = (isRisky ? RISKY : 0) + (isKept ? 0 : NOT_KEPT) + (isOther ? OTHER : 0);
  return cost + Math.abs(at.after - told.after);
}
