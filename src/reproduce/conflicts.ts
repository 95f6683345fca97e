// SPDX-License-Identifier: GPL-2.0-only
// The order of a run, as waits: which of two accesses came first, wherever that may matter.
//
// Two accesses of different threads to one cell conflict if one of them writes. The thread of the
// first tells at its next point, that of the second waits at its last point before.

import type { BrokenAt } from '#finding/why';
import { firstOf, type PointReached, type PointRun, type Wait, waitText } from './waits.ts';

/** A step, or what a rule read after it. */
interface Access {
  readonly step: number;
  readonly thread: string;
  readonly cell: string;
  readonly writes: boolean;
}

const reads = new Set(['load', 'wait']);
/** Whoever has a lock first: what is done under it conflicts, or it does not matter. */
const isLocking = (op: string): boolean => op.endsWith('lock');

/**
 * The waits by which @run keeps the order of its conflicts: up to where its rule is @broken, or to
 * its end, so that who comes after that does not come before.
 */
export function orderOf(
  run: PointRun,
  broken: BrokenAt | undefined,
  upTo: 'broken' | 'end',
): readonly Wait[] {
  const isCut = upTo === 'broken' && broken?.atEnd === false;
  const last = isCut ? broken.step : Number.POSITIVE_INFINITY;
  const waits = new Map<string, Wait>();
  // A point is told once: what comes later at the same place is ordered by others.
  const arrivals = firstOf(run.arrivals);
  for (const [first, second] of conflictsOf(run, broken)) {
    if (first.step > last) break;
    const wait = waitFor(arrivals, first, second);
    if (wait !== null) waits.set(waitText(wait), wait);
  }
  return [...waits.values()];
}

/** Each access with the last one of another thread that it conflicts with. */
function conflictsOf(run: PointRun, broken: BrokenAt | undefined): [Access, Access][] {
  const accesses = accessesOf(run, broken);
  return accesses.flatMap((second, i): [Access, Access][] => {
    for (let j = i - 1; j >= 0; j--) {
      const first = accesses[j]!;
      if (first.cell !== second.cell || first.thread === second.thread) continue;
      if (first.writes || second.writes) return [[first, second]];
    }
    return [];
  });
}

function accessesOf({ trace }: PointRun, broken: BrokenAt | undefined): Access[] {
  const accesses: Access[] = [];
  trace.forEach(({ thread, op, object, field }, step) => {
    const cell = `${object}.${field}`;
    if (!isLocking(op)) accesses.push({ step, thread, cell, writes: !reads.has(op) });
    if (broken?.step !== step || broken.atEnd) return;
    for (const read of broken.reads) {
      accesses.push({ step, thread, cell: `${read.object}.${read.field}`, writes: false });
    }
  });
  return accesses;
}

function waitFor(arrivals: readonly PointReached[], first: Access, second: Access): Wait | null {
  const tell = arrivals.find((a) => a.thread === first.thread && a.after >= first.step);
  const at = arrivals.findLast((a) => a.thread === second.thread && a.before <= second.step);
  if (tell === undefined || at === undefined) return null;
  return { tell: tell.point, at: at.point };
}
