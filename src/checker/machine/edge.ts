// SPDX-License-Identifier: GPL-2.0-only
// What an automaton knows of a way between two local states.

import type { RunEvent, Sometimes } from '#checker/program/scene';
import type { Value } from '#env/op';
import type { Demand } from './lock-rules.ts';

/** A named event between two Ops. */
export interface NamedEvent {
  readonly name: string;
  readonly args: readonly Value[];
}

/** An event and who listens to it: indices of signatures and rules. */
export interface Heard {
  readonly event: NamedEvent;
  readonly signatures: readonly number[];
  readonly rules: readonly number[];
  readonly sometimes: readonly Sometimes[];
  /** A number of its own. */
  readonly id: number;
  /** The event as rules see it, by the thread that reports it. */
  readonly runs: (RunEvent | undefined)[];
}

/** Where one result leads. */
export interface Edge {
  readonly from: number;
  readonly result: number;
  readonly to: number;
  readonly events: readonly NamedEvent[];
  /** Those of the events that somebody listens to; null until they are asked for. */
  heard: readonly Heard[] | null;
  /** Locks that have to be held on it; null for none, as on most. */
  readonly demands: readonly Demand[] | null;
  /** What was thrown out of the thread, where to is OOPS. */
  readonly error: string | null;
}
