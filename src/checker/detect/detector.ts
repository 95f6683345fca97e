// SPDX-License-Identifier: GPL-2.0-only
// What a detector is: it is shown every state that a search enters and every step it takes.
//
// It answers at the end with reports of its own, of the same form as a broken rule.

import type { OpView, Program, Report } from '#checker/program/program';
import type { Found } from '#checker/program/run';
import type { PathStep } from '#checker/search/state-graph';

/** The locks that each thread holds, as Ops that acquired them, in the order taken. */
export type HeldByThread = ReadonlyMap<number, readonly OpView[]>;

/** What a search tells a detector. */
export interface Detector {
  /** In a state: the Ops that are pending, for threads that are not done, and who can go on. */
  state?(view: StateView): void;
  /** A cycle of the state graph: the last of @path leads back to where step @at started. */
  cycle?(path: readonly PathStep[], at: number): void;
  /** A step of the graph, from state to state, by number; a new state has the next number. */
  edge?(from: number, to: number, thread: number, choice: number): void;
  /** What was found, in an order that does not depend on the search. */
  reports(): Found[];
}

/** A state as detectors see it. */
export interface StateView {
  readonly program: Program;
  readonly pending: ReadonlyMap<number, OpView>;
  readonly enabled: readonly number[];
  readonly held: HeldByThread;
  readonly path: () => PathStep[];
}

/** A report of a detector. */
export function detected(
  property: string,
  subject: string,
  because: string,
  facts: Report['facts'],
): Report {
  return { property, subject, because, facts, window: null };
}

/** In the order of the keys. */
export function sorted(found: ReadonlyMap<string, Found>): Found[] {
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, f]) => f);
}
