// SPDX-License-Identifier: GPL-2.0-only
// Which orders of a finished run could be reversed, and the runs that would show it.
//
// Two events race if they are dependent, of different threads, and nothing lies between them in
// happens-before. To reverse e before f: go back to just before e, do everything since that does
// not happen after e, then f. With p: store x; q: load y, store x, the run
//
//   0 p: store x   1 q: load y   2 q: store x        gives  start 0, rest [1 q: load y, q: store x]
//
// An Op that may block races differently: a lock cannot go before the unlock that made it
// possible, but perhaps before the whole critical section. So it is reversed with the *acquire*,
// and if another holder is then in the way (a reader of a rwsem), with that one's acquire too. A
// wait goes before the nearest write at which it was already enabled. A thread that is still
// blocked when the run ends is treated as if its Op came last.
//
// Abdulla, Aronis, Jonsson, Sagonas, Source Sets, JACM 64(4), 2017; for waits: Jonsson, Lang,
// Sagonas, Awaiting for Godot, FMCAD 2022.

import { dependent } from '#checker/program/dependence';
import { covers, type DporEvent, type OrderedEvent, type Run } from './events.ts';

/** A run to do instead: the first @start events, then @rest. */
export interface Reversal {
  readonly start: number;
  /** Events to redo, which do not depend on what is left out; the racing one comes last. */
  readonly rest: readonly DporEvent[];
}

/** The Op that is to come earlier: executed, or still pending where the run ended. */
interface Mover {
  readonly event: DporEvent;
  /** Clock of what its thread did before. */
  readonly past: readonly number[];
  readonly pos: number;
}

const MAY_BLOCK = new Set(['lock', 'read_lock', 'write_lock', 'wait']);

/** All reversals of the races of the maximal run @run, in order of the later event. */
export function* reversals(run: Run): Generator<Reversal> {
  for (const f of run.events) yield* reversalsOf(run, f);
  yield* reversalsAtEnd(run, true);
}

/** Reversals of the races in which @f, an event of @run, is the later one. */
export function* reversalsOf(run: Run, f: OrderedEvent): Generator<Reversal> {
  const blocking = MAY_BLOCK.has(f.op.kind);
  for (const p of f.preds) {
    const e = run.events[p]!;
    const rest: DporEvent[] = notAfter(run, p, [e]);
    if (blocking && guards(e, f) && !(f.ends && enabledAfter(run, p, rest, f))) continue;
    rest.push(f);
    yield { start: p, rest };
  }
  if (blocking) yield* unblocking(run, { event: f, past: run.pastOf(f), pos: f.pos });
}

/**
 * Reversals with what is pending at the end of @run: threads that block or, where a crash ended it,
 * what the others could have done first. @mayCrash: mark what is blocked as possibly crashing where
 * it can go on, which nobody has seen yet; to be judged in its new place.
 */
export function* reversalsAtEnd(run: Run, mayCrash = false): Generator<Reversal> {
  const crash = run.crash();
  for (const other of crash?.others ?? []) yield { start: crash!.at, rest: [other] };
  const going = crash === null ? run.enabled() : crash.others.map((e) => e.thread);
  if (crash !== null) going.push(run.events[crash.at]!.thread);
  for (const t of run.threads()) {
    if (going.includes(t)) continue;
    const event = mayCrash ? { ...run.next(t), ends: true } : run.next(t);
    yield* unblocking(run, { event, past: run.past(t), pos: run.length });
  }
}

/** A lock that crashes may need the lock (and crash then) or not (it is dead or NULL): try. */
function enabledAfter(run: Run, start: number, rest: readonly DporEvent[], f: DporEvent): boolean {
  return run.probe(start, rest, () => run.enabled().includes(f.thread));
}

/** True if @e decides by its lock or value whether @f is enabled, not only by order. */
function guards(e: DporEvent, f: DporEvent): boolean {
  // Who waits for a lock, or a value, of an object that is freed goes on, and crashes.
  if (e.op.effect === 'free') return e.op.object === f.op.object;
  // Readers let readers in: if they are dependent, then for what a rule hears of them.
  const readers = e.op.effect === 'share' || e.op.effect === 'unshare';
  if (f.op.effect === 'share' && readers) return false;
  return e.op.cell === f.op.cell && e.op.effect !== 'read';
}

/** Events from position @start on which do not happen after any of @out. */
function notAfter(run: Run, start: number, out: readonly OrderedEvent[]): OrderedEvent[] {
  const kept: OrderedEvent[] = [];
  const first = out[0]!;
  for (let i = start; i < run.length; i++) {
    const g = run.events[i]!;
    if (covers(g.clock, first)) continue;
    if (out.length === 1 || !out.some((e) => covers(g.clock, e))) kept.push(g);
  }
  return kept;
}

function unblocking(run: Run, mover: Mover): Generator<Reversal> {
  return mover.event.op.kind === 'wait' ? earlierWait(run, mover) : earlierLock(run, mover);
}

function* earlierWait(run: Run, mover: Mover): Generator<Reversal> {
  const thread = mover.event.thread;
  for (let i = mover.pos - 1; i >= 0; i--) {
    const e = run.events[i]!;
    if (e.op.cell !== mover.event.op.cell || !dependent(e.op, mover.event.op)) continue;
    if (covers(mover.past, e)) return;
    const before = notAfter(run, i, [e]).filter((g) => g.thread !== thread || g.pos < mover.pos);
    if (!run.probe(i, before, () => run.enabled().includes(thread))) continue;
    yield { start: i, rest: [...before, mover.event] };
    return;
  }
}

function* earlierLock(run: Run, mover: Mover): Generator<Reversal> {
  for (const e of lastHolders(run, mover)) {
    const made = reverseHolders(run, mover, e);
    if (made !== undefined) yield made;
  }
}

/** The acquires, nearest to the mover, that kept it out: one writer or the readers after it. */
function lastHolders(run: Run, mover: Mover): OrderedEvent[] {
  const { op, thread } = mover.event;
  const found: OrderedEvent[] = [];
  for (let i = mover.pos - 1; i >= 0; i--) {
    const e = run.events[i]!;
    if (e.op.cell !== op.cell) continue;
    const writer = e.op.effect === 'acquire';
    if (!writer && (e.op.effect !== 'share' || op.effect === 'share')) continue;
    if (writer && found.length > 0) break;
    if (e.thread !== thread) found.push(e);
    if (writer) break;
  }
  return found;
}

function reverseHolders(run: Run, mover: Mover, first: OrderedEvent): Reversal | undefined {
  const out = [first];
  for (;;) {
    if (out.some((e) => e.thread === mover.event.thread || covers(mover.past, e))) return undefined;
    const start = Math.min(...out.map((e) => e.pos));
    const kept = notAfter(run, start, out);
    const rest = kept.filter((g) => g.thread !== mover.event.thread || g.pos < mover.pos);
    const holders = holdersAfter(run, start, rest, mover.event);
    if (holders.length === 0) return { start, rest: [...rest, mover.event] };
    out.push(...holders);
  }
}

/** Acquires in force after the first @start events and @rest that keep @event out. */
function holdersAfter(
  run: Run,
  start: number,
  rest: readonly OrderedEvent[],
  event: DporEvent,
): OrderedEvent[] {
  let held: OrderedEvent[] = [];
  const see = (e: OrderedEvent): void => {
    if (e.op.cell !== event.op.cell) return;
    if (e.op.effect === 'acquire' || e.op.effect === 'share') held.push(e);
    if (e.op.effect === 'release') held = [];
    if (e.op.effect === 'unshare') {
      const at = held.findIndex((h) => h.thread === e.thread);
      if (at >= 0) held.splice(at, 1);
    }
  };
  for (let i = 0; i < start; i++) see(run.events[i]!);
  for (const e of rest) see(e);
  return event.op.effect === 'share' ? held.filter((h) => h.op.effect === 'acquire') : held;
}
