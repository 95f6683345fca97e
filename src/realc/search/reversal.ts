// SPDX-License-Identifier: GPL-2.0-only
// Where a race is to be reversed, and which threads may go first there.
//
// For a race e before f, let v be what stands between them and does not happen after e, then f.
// Critical sections of one lock are ordered only by what they touch; so v may want a lock that the
// thread of e holds, or another whose unlock happens after e. Then f comes before the *acquire* of
// that section, or what wants the lock is left out where f does not need it.
//
//   A: lock m, x=1 (e), unlock m     B: lock m, unlock m, r=x (f)    f needs the section of B, for
//                                    which A must not hold m: reverse before A's lock
//
// Kokologiannakis, Raad, Vafeiadis, Effective Lock Handling in Stateless Model Checking,
// OOPSLA 2019, do so for graphs of executions.

import { conflict, type Order, THREADS, TOUCH, type TouchingStep } from './order.ts';

/** At the node before step @pos, one of @initials is to be tried; null: every thread. */
interface ReversalPoint {
  readonly pos: number;
  readonly initials: readonly number[] | null;
}

interface Hold {
  readonly thread: number;
  readonly reader: boolean;
  /** The step that took it. */
  readonly pos: number;
}

/** Who holds which lock, as steps go by. */
class Locks {
  private readonly held = new Map<number, Hold[]>();

  /** The hold that keeps @step from being done, or null. */
  inTheWay({ thread, touched }: TouchingStep): Hold | null {
    for (let i = 0; i < touched.length; i += 2) {
      const how = touched[i + 1]!;
      if (!(how & TOUCH.acquire) || !(how & TOUCH.blocking)) continue;
      for (const hold of this.held.get(touched[i]!) ?? []) {
        if (hold.thread !== thread && !(hold.reader && how & TOUCH.reader)) return hold;
      }
    }
    return null;
  }

  apply({ thread, touched }: TouchingStep, pos: number): void {
    for (let i = 0; i < touched.length; i += 2) {
      const how = touched[i + 1]!;
      if (!(how & (TOUCH.acquire | TOUCH.release))) continue;
      let holds = this.held.get(touched[i]!);
      if (!holds) {
        holds = [];
        this.held.set(touched[i]!, holds);
      }
      if (how & TOUCH.acquire) holds.push({ thread, reader: (how & TOUCH.reader) !== 0, pos });
      else {
        const at = holds.findLastIndex((h) => h.thread === thread);
        if (at >= 0) holds.splice(at, 1);
      }
    }
  }
}

/** Steps that are left out of v, and what keeps each from being done. */
class LeftOut {
  /** First step of each thread, by its number in the thread. */
  private readonly first = new Int32Array(THREADS);
  private readonly causes: Hold[] = [];
  private readonly steps: { readonly step: TouchingStep; readonly cause: Hold }[] = [];

  add(step: TouchingStep, seq: number, cause: Hold): void {
    if (this.first[step.thread] === 0) {
      this.first[step.thread] = seq;
      this.causes[step.thread] = cause;
    }
    this.steps.push({ step, cause });
  }

  /** What keeps a step from being done that knows of @clock. */
  causeIn(clock: Int32Array, from: number): Hold | null {
    for (let u = 0; u < THREADS; u++) {
      const seq = this.first[u]!;
      if (seq > 0 && clock[from + u]! >= seq) return this.causes[u]!;
    }
    return null;
  }

  causeOf({ thread, touched }: TouchingStep): Hold | null {
    const found = this.steps.find(
      (s) => s.step.thread === thread || conflict(s.step.touched, touched),
    );
    return found?.cause ?? null;
  }
}

/** Reverse the race of the step at @earlier with @f, the one that @order has judged latest. */
export function* reverse(order: Order, earlier: number, f: TouchingStep): Generator<ReversalPoint> {
  for (let e = earlier; ; ) {
    const found = initials(order, e, f);
    if (Array.isArray(found)) {
      yield { pos: e, initials: found };
      return;
    }
    const { pos } = found as Hold;
    if (pos >= e) {
      // Another order of v may be possible.
      yield { pos: e, initials: null };
      return;
    }
    // What happened in that section may be why f is done at all: then it cannot come before.
    if (order.covers(order.past, pos)) return;
    e = pos;
  }
}

/** Threads that may come first where the step at @e is left out; or what keeps @f from it. */
function initials(order: Order, e: number, f: TouchingStep): number[] | Hold {
  const { steps, seqs, clocks, past } = order;
  const out = steps[e]!.thread;
  const outSeq = seqs[e]!;
  const locks = new Locks();
  for (let i = 0; i < e; i++) locks.apply(steps[i]!, i);
  const left = new LeftOut();
  const first = new Int32Array(THREADS);
  const found: number[] = [];
  const depends = (clock: Int32Array, from: number): boolean => {
    for (let u = 0; u < THREADS; u++) {
      if (first[u]! > 0 && clock[from + u]! >= first[u]!) return true;
    }
    return false;
  };
  for (let g = e + 1; g < steps.length; g++) {
    const from = g * THREADS;
    if (clocks[from + out]! >= outSeq) continue;
    const step = steps[g]!;
    const cause = left.causeIn(clocks, from) ?? locks.inTheWay(step);
    if (cause) {
      left.add(step, seqs[g]!, cause);
      continue;
    }
    locks.apply(step, g);
    if (first[step.thread]! > 0) continue;
    const initial = !depends(clocks, from);
    first[step.thread] = seqs[g]!;
    if (initial) found.push(step.thread);
  }
  const cause = left.causeIn(past, 0) ?? left.causeOf(f) ?? locks.inTheWay(f);
  if (cause) return cause;
  if (first[f.thread]! === 0 && !depends(order.clock, 0)) found.push(f.thread);
  return found.length > 0 ? found : [f.thread];
}
