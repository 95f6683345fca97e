// SPDX-License-Identifier: GPL-2.0-only
// What determines a run, what one comes to, and where it may be taken up again.

import type { Report } from '#checker/program/program';
import type { SavedMachine } from '#realc/machine/save';
import type { Fault, KernelThread } from '#realc/machine/types';
import type { SavedView } from '#realc/machine/view';
import type { SavedWatch } from '#realc/machine/watch';

/** Leave the running thread before it passes switch point number @at, for thread @to. */
export interface Preemption {
  readonly at: number;
  readonly to: number;
}

/** Everything that determines a run. */
export interface Plan {
  readonly preemptions: readonly Preemption[];
  /** Which runnable thread goes on wherever one blocks or ends; 0 past the end of the list. */
  readonly choices: readonly number[];
}

/** A place where the running thread blocked or ended and somebody else had to be chosen. */
interface FreeChoice {
  readonly count: number;
  readonly options: number;
  readonly chosen: number;
}

/** A stretch of one thread between two switches. */
export interface Segment {
  readonly thread: number;
  readonly from: number;
  /** Switch points up to this number were passed. */
  to: number;
  /** Its part of the log, in words. */
  readonly logFrom: number;
  logTo: number;
}

export interface RunResult {
  readonly choices: readonly FreeChoice[];
  readonly segments: readonly Segment[];
  /** Per segment: it was ended by a preemption of the plan. */
  readonly preempted: readonly boolean[];
  readonly points: number;
  /** Words that broke the discipline: the set of switch points has grown. */
  readonly demoted: number;
  readonly reports: readonly Report[];
  readonly fault: Fault | null;
  /** False if the plan asked for a thread that could not run there. */
  readonly feasible: boolean;
}

/** How far a run is. */
export interface Progress {
  readonly choices: FreeChoice[];
  readonly segments: Segment[];
  readonly preempted: boolean[];
  /** Preemptions of the plan that were made. */
  preemption: number;
  /** Thread that the plan asks for. */
  next: number | null;
  /** Thread that was left only to look around, and goes on. */
  again: KernelThread | null;
}

/** A run that has not begun. */
export const fresh = (): Progress => ({
  choices: [],
  segments: [],
  preempted: [],
  preemption: 0,
  next: null,
  again: null,
});

/** A run in its middle: thread @progress.thread is before switch point @at. */
export interface Checkpoint {
  readonly at: number;
  readonly machine: SavedMachine;
  readonly view: SavedView;
  readonly watch: SavedWatch;
  readonly progress: Readonly<Omit<Progress, 'next' | 'again'>> & { readonly thread: number };
}

/** What is known of a run whose ends are to be varied. */
export class Trunk {
  /** In order of their numbers. */
  readonly checkpoints: Checkpoint[] = [];
  /** Switch point -> threads that could go on instead. */
  readonly ready = new Map<number, readonly number[]>();

  /** The latest checkpoint that is not after switch point @at. */
  before(at: number): Checkpoint | null {
    return this.checkpoints.findLast((c) => c.at <= at) ?? null;
  }
}
