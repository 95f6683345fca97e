// SPDX-License-Identifier: GPL-2.0-only
// What the checker explores: a deterministic program of threads, each with one pending Op.
//
// The model (machine.ts, from generators) and the kernel's own C (src/realc) both implement
// Program. A strategy says which capabilities it needs and is refused by name where one is missing.

import type { OpKind } from '#env/op';
import type { Witness } from '#finding/finding';
import type { Broken } from '#finding/key';
import type { TraceStep } from '#finding/step';
import type { RuleRead } from '#finding/why';

/** `automata`: its threads are known as automata, as those of a Machine are. */
export type Capability = 'undo' | 'fingerprint' | 'snapshot' | 'automata';

/** What an Op would do to its cell in the current state: the unit of the dependence table. */
export type Effect =
  | 'none'
  | 'read' // load, wait, a compare-and-swap or trylock that would fail
  | 'write' // also the counter of an alloc or a spawn
  | 'acquire' // lock, write_lock, a trylock that would succeed
  | 'release'
  | 'share' // read_lock
  | 'unshare'
  | 'free';

/** The pending Op of a thread, as the checker sees it. Interned: equal Ops are the same object. */
export interface OpView {
  readonly kind: OpKind;
  /** Small integer naming the object and field touched; -1 for none. A lock is one cell. */
  readonly cell: number;
  /** Small integer naming the object touched; -1 for none. */
  readonly object: number;
  /** Judged in the current state. */
  readonly effect: Effect;
  /** Plain access, as opposed to READ_ONCE/WRITE_ONCE/atomic. */
  readonly plain: boolean;
  /** A rule reads what this Op changes or the events that go with it: mutually dependent. */
  readonly visible: boolean;
  /** For people: object, field, value, kernel function, and where that function stands. */
  readonly objectName: string;
  readonly objectType: string;
  readonly field: string;
  readonly valueText: string;
  readonly fn: string;
}

/** A rule broken: which, on what, and why, in words and facts that a reader can check. */
export interface Report extends Witness, Broken {
  /** The window of the catalogue whose signature the run matched, or null: it may be new. */
  readonly window: string | null;
  /** What the rule looked at when it was broken; absent where that was not asked for. */
  readonly reads?: readonly RuleRead[];
}

/**
 * A closed, deterministic program. A thread keeps its number in every run: threads that start
 * threads may leave numbers of threads that do not exist (yet) in this run; these are done.
 */
export interface Program {
  readonly name: string;
  readonly capabilities: readonly Capability[];
  /** Back to the initial state. */
  reset(): void;
  /** One more than the highest number a thread has had so far. */
  threadCount(): number;
  threadName(t: number): string;
  isDone(t: number): boolean;
  /** A daemon may stay blocked for ever without that being a deadlock. */
  isDaemon(t: number): boolean;
  /** The Op that t would do next; not to be asked of a thread that is done. */
  pending(t: number): OpView;
  /** True if t is about to store what the cell has already; absent: no such store is known. */
  isSilent?(t: number): boolean;
  /** True if t can take its step now. */
  enabled(t: number): boolean;
  /** Number of answers the environment may give to t's Op: 1 but for `choose`. */
  choices(t: number): number;
  /** Do t's pending Op. Broken rules of this step are appended to reports. */
  step(t: number, choice?: number): void;
  /** Rules broken by the latest step; cleared by each step. */
  readonly reports: readonly Report[];
  /** True if a thread has crashed, which ends the run for all; absent: none ever does. */
  hasCrashed?(): boolean;
  /** Rules that judge a finished run; to be called where nothing is enabled. */
  atEnd(): readonly Report[];
  /** Like step(), but also says all about it: for traces, not for searching. */
  record(t: number, choice?: number): TraceStep;

  /** Capability undo: a mark, and the way back to it. */
  mark?(): number;
  undo?(mark: number): void;
  /** Capability fingerprint: 128 bits that name the whole state, into out[0..3]. */
  fingerprint?(out: Uint32Array): void;
  /** Capability snapshot. */
  snapshot?(): unknown;
  restore?(snapshot: unknown): void;
}
