// SPDX-License-Identifier: GPL-2.0-only
// What automata of threads can be told.

/** Deliberate faults, for the tests that prove the cross-check can fail; never set otherwise. */
export interface AutomatonFaults {
  /** Return and throw hash alike. */
  readonly throwIsReturn?: boolean;
  /** A frame that returns is replaced by nothing. */
  readonly forgetReturn?: boolean;
}

export interface AutomatonOptions {
  /** Follow other paths to a node as well, and compare. */
  readonly audit?: boolean;
  readonly faults?: AutomatonFaults | undefined;
}
