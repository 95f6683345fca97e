// SPDX-License-Identifier: GPL-2.0-only
// What a search asks of itself while it goes on: has it hit a limit, and who wants to know of it?
//
// Both cost time, so they are asked every so many steps: the count of states each time, the clock
// every 256th, and whoever looks on every 1024th.

import { LOCALS_MAX } from '#checker/limits';
import type { Range, Sample } from './meter.ts';
import { Deadline, type Limit, type Limits, limitsHit } from './run.ts';

const CLOCK = 255;
const LOOK = 1023;

/** Limits and the one who looks on, for one search. */
export class Pace {
  private readonly limits: Limits;
  private readonly sample: () => Sample;
  private readonly deadline: Deadline;
  /** The limits that have been hit. */
  readonly hits: Limit[] = [];
  private steps = 0;

  constructor(limits: Limits, sample: () => Sample) {
    this.limits = limits;
    this.sample = sample;
    this.deadline = new Deadline(limits);
  }

  /** The search has @states and goes on by a step: true if it has hit a limit. */
  step(states: number): boolean {
    const steps = this.steps++;
    if ((steps & LOOK) === LOOK) this.limits.meter?.(this.sample);
    const { statesMax } = this.limits;
    if ((steps & CLOCK) !== 0 && (statesMax === undefined || states <= statesMax)) {
      return this.hits.length > 0;
    }
    return this.isOver(states);
  }

  /** True if a search with @states has hit a limit by now. */
  isOver(states: number): boolean {
    if (this.hits.length === 0) this.hits.push(...limitsHit(this.limits, states, this.deadline));
    return this.hits.length > 0;
  }

  /**
   * The same within one step of the search, after so many steps of a thread that have met @locals
   * new local states: where each does, there may be no end of them, so they count as states.
   */
  isOverWithin(steps: number, states: number, locals: number): boolean {
    return (steps & CLOCK) === CLOCK && this.isOver(states + locals);
  }

  /** The same in a random run before the search, for which local states are no states of it. */
  endsRun(step: number, locals: number): boolean {
    if ((step & CLOCK) !== CLOCK) return false;
    const most = Math.max(LOCALS_MAX, this.limits.statesMax ?? Number.POSITIVE_INFINITY);
    return locals > most || this.isOver(0);
  }
}

/** A sample without an estimate. */
export function atLeast(states: number, open: number): Sample {
  return { states, open, low: states, high: null };
}

/** A sample with one. */
export function within(states: number, open: number, { low, high }: Range): Sample {
  return { states, open, low: Math.round(low), high: high === null ? null : Math.round(high) };
}
