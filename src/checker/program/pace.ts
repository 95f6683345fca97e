// SPDX-License-Identifier: GPL-2.0-only
// What a search asks of itself while it goes on: has it hit a limit, and who wants to know of it?
//
// Both cost time, so they are asked every so many steps: the count of states each time, the clock
// every 256th, and whoever looks on every 1024th.

import type { Range, Sample } from './meter.ts';
import { type Limit, type Limits, limitsHit } from './run.ts';

const CLOCK = 255;
const LOOK = 1023;

/** Limits and the one who looks on, for one search. */
export class Pace {
  private readonly limits: Limits;
  private readonly sample: () => Sample;
  private readonly started = performance.now();
  private steps = 0;

  constructor(limits: Limits, sample: () => Sample) {
    this.limits = limits;
    this.sample = sample;
  }

  /** The search has @states and goes on by a step: the limits that it has hit. */
  step(states: number): readonly Limit[] {
    const steps = this.steps++;
    if ((steps & LOOK) === LOOK) this.limits.meter?.(this.sample);
    const { statesMax } = this.limits;
    if ((steps & CLOCK) !== 0 && (statesMax === undefined || states <= statesMax)) return NONE;
    return limitsHit(this.limits, states, this.started);
  }
}

const NONE: readonly Limit[] = [];

/** A sample without an estimate. */
export function atLeast(states: number, open: number): Sample {
  return { states, open, low: states, high: null };
}

/** A sample with one. */
export function within(states: number, open: number, { low, high }: Range): Sample {
  return { states, open, low: Math.round(low), high: high === null ? null : Math.round(high) };
}
