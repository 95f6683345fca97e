// SPDX-License-Identifier: GPL-2.0-only
// What a search tells one who looks on: how far it has come, and how far it may be.

/** The range in which the number of all states probably lies. */
export interface Range {
  readonly low: number;
  /** Null where nothing can be said. */
  readonly high: number | null;
}

/** How far a search has come, and the range in which the number of all states probably lies. */
export interface Sample extends Range {
  /** States or, for strategies that go run by run, runs. */
  readonly states: number;
  /** States that are open: something is left to try from there. */
  readonly open: number;
}

/** Looks on; to be quick about it. */
export type Meter = (sample: () => Sample) => void;
