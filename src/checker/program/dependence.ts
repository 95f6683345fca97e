// SPDX-License-Identifier: GPL-2.0-only
// The one dependence table: when the order of two Ops of different threads can matter.
//
// Two Ops are independent in a state if, there, neither can disable or enable the other and doing
// them in either order gives the same state and the same results. The table is asked with what the
// Ops would do in the current state: a compare-and-swap that would fail only reads.
//
//   load x  | load x      independent       lock m      | lock m       dependent
//   load x  | store x     dependent         read_lock s | read_lock s  independent
//   cas x   | cas x       independent where both would fail
//   free o  | any access to o               dependent
//
// Anything that a rule can see is ordered against anything else that a rule can see.

import type { Effect, OpView } from './program.ts';

/** Pairs of effects on the same cell that commute; all others are dependent. */
const COMMUTES: Readonly<Record<Effect, readonly Effect[]>> = {
  none: ['none', 'read', 'write', 'acquire', 'release', 'share', 'unshare', 'free'],
  read: ['none', 'read'],
  write: ['none'],
  acquire: ['none'],
  release: ['none'],
  share: ['none', 'share', 'unshare'],
  unshare: ['none', 'share', 'unshare'],
  free: ['none'],
};

/** Deliberate faults, for the tests that prove the cross-check can fail; never set otherwise. */
export interface DependenceFaults {
  /** Two writes of one cell pass for independent. */
  readonly writesCommute?: boolean;
  /** A write and a read of one cell pass for independent. */
  readonly readsCommute?: boolean;
  /** Acquiring one lock twice passes for independent. */
  readonly acquiresCommute?: boolean;
  /** A free and an access pass for independent. */
  readonly freesCommute?: boolean;
  /** Visible Ops pass for independent. */
  readonly visibleCommute?: boolean;
}

/** True if the order of @a and @b, Ops of two threads, can matter. */
export function dependent(a: OpView, b: OpView, faults?: DependenceFaults): boolean {
  if (a.visible && b.visible && !faults?.visibleCommute) return true;
  if (a.object === b.object && a.object >= 0 && !faults?.freesCommute) {
    if (a.effect === 'free' || b.effect === 'free') return true;
  }
  if (a.cell !== b.cell || a.cell < 0) return false;
  if (faults !== undefined && faulty(a.effect, b.effect, faults)) return false;
  return !COMMUTES[a.effect].includes(b.effect);
}

function faulty(a: Effect, b: Effect, faults: DependenceFaults): boolean {
  if (faults.writesCommute && a === 'write' && b === 'write') return true;
  if (faults.acquiresCommute && a === 'acquire' && b === 'acquire') return true;
  return Boolean(faults.readsCommute) && [a, b].sort().join() === 'read,write';
}
