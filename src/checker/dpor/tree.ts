// SPDX-License-Identifier: GPL-2.0-only
// Wakeup trees: what is still to be explored from a node, as ordered sequences of events.
//
// A sequence is inserted left to right: a branch whose first event is a weak initial of the
// sequence (could come first in some equivalent order, or is independent of all of it) already
// leads there; strip the event and descend. At a leaf the sequence is covered; if no branch fits,
// the rest becomes a new right-most branch. With p, q dependent and r independent of both:
//
//   tree: p         insert r.q  ->  p, r-q       (p does not commute with q)
//   tree: p, r-q    insert q.r  ->  unchanged    (r is a weak initial of q.r; strip; q; leaf)
//
// Abdulla, Aronis, Jonsson, Sagonas, Source Sets, JACM 64(4), 2017, section 6.

import { conflicting, type DporEvent } from './events.ts';

/** An edge of a wakeup tree, and the tree below it. */
export interface Branch {
  readonly event: DporEvent;
  readonly below: Branch[];
}

/**
 * A sequence to insert. What its last Op, a race reversed, would do in its new place is not known
 * from the run in which the race was seen: `last` asks for it where it matters.
 */
export interface Sequence {
  readonly events: readonly DporEvent[];
  /** The last of them, while it is still there. */
  readonly mover: DporEvent;
  readonly last: () => DporEvent;
}

/** Ops that always do the same to memory and report the same events. */
export const STEADY: ReadonlySet<string> = new Set([
  'store',
  'lock',
  'unlock',
  'read_lock',
  'read_unlock',
  'write_lock',
]);

/** True if @e may come first: no event of @w has to come before it. */
export function isWeakInitial(e: DporEvent, w: Sequence): boolean {
  const own = w.events.findIndex((f) => f.thread === e.thread);
  const until = own < 0 ? w.events.length : own;
  for (let i = 0; i < until; i++) {
    const first = own < 0 ? e : eventAt(w, own);
    if (conflicting(eventAt(w, i), first)) return false;
  }
  return true;
}

/** Event @i of @w in its new place. What reads something else there may also crash there. */
function eventAt(w: Sequence, i: number): DporEvent {
  const e = w.events[i]!;
  return e === w.mover && (e.ends || !STEADY.has(e.op.kind)) ? w.last() : e;
}

/**
 * Add @w to the tree unless it leads to nothing new; says whether it was added. The first branch of
 * @tree is under exploration: @w reverses its first event, so it never leads there.
 */
export function insert(tree: Branch[], w: Sequence): boolean {
  const current = tree[0];
  let branches = tree;
  let rest = w;
  for (;;) {
    const fit = branches.find((b) => b !== current && isWeakInitial(b.event, rest));
    if (fit === undefined) {
      append(branches, rest);
      return true;
    }
    if (fit.below.length === 0) return false;
    rest = { ...w, events: without(rest.events, fit.event.thread) };
    if (rest.events.length === 0) return false;
    branches = fit.below;
  }
}

function without(events: readonly DporEvent[], thread: number): readonly DporEvent[] {
  const at = events.findIndex((f) => f.thread === thread);
  return at < 0 ? events : [...events.slice(0, at), ...events.slice(at + 1)];
}

/** A new right-most branch along @w. */
function append(branches: Branch[], w: Sequence): void {
  let at = branches;
  for (let i = 0; i < w.events.length; i++) {
    const below: Branch[] = [];
    at.push({ event: eventAt(w, i), below });
    at = below;
  }
}
