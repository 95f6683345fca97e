// SPDX-License-Identifier: GPL-2.0-only
// delay=K: every run that a deterministic scheduler gives when it may be made to wait K times.
//
// The scheduler runs a thread until it blocks, then the next in order of creation. Passing a thread
// over costs one delay. Layer d holds the (state, running thread) pairs whose least cost is d, so
// the first run that shows a report has the fewest delays. Most known bugs need one or two.
//
//   T0: x = 1   T1: y = x     delay 0: T0 T1     delay 1: T1 T0 as well
//
// Emmi, Qadeer, Rakamaric, Delay-Bounded Scheduling, POPL 2011.

import { assert } from '#base/assert';
import { atLeast, Pace } from '#checker/program/pace';
import type { Program, Report } from '#checker/program/program';
import { type Choice, enabledThreads, type Found, type Limits } from '#checker/program/run';
import { StateTable } from '#checker/tables/state-table';
import { reportKey } from '#finding/key';
import { delayCost } from './delay-layers.ts';

/** A report with its run of fewest delays. */
interface Delayed extends Found {
  readonly delays: number;
}

interface DelayResult {
  readonly found: readonly Delayed[];
  /** Pairs of state and running thread. */
  readonly states: number;
  readonly transitions: number;
  /** True if more delays would reach nothing new. */
  readonly exhausted: boolean;
  /** False where statesMax or timeMaxS was hit. */
  readonly finished: boolean;
  /** False where timeMaxS was. */
  readonly inTime: boolean;
}

interface Step extends Choice {
  readonly before: Step | null;
}

/** Explore @program with at most @delays delays. Needs undo and fingerprint. */
export function exploreDelay(program: Program, delays: number, limits: Limits = {}): DelayResult {
  const able = program.mark && program.undo && program.fingerprint;
  assert(able, `${program.name} has no undo or no fingerprint`);
  return new Delays(program, delays, limits).explore();
}

class Delays {
  private readonly program: Program;
  private readonly delays: number;
  private readonly statesMax: number;
  private readonly pace: Pace;
  private inTime = true;
  private readonly table = new StateTable();
  private readonly words = new Uint32Array(4);
  private readonly layers: (Step | null)[][] = [[null]];
  private readonly found = new Map<string, Delayed>();
  private transitions = 0;
  private layer = 0;

  constructor(program: Program, delays: number, limits: Limits) {
    this.program = program;
    this.delays = delays;
    this.statesMax = limits.statesMax ?? 2 ** 26;
    const { timeMaxS, clock, stopped, meter } = limits;
    const own = { timeMaxS, clock, stopped, meter };
    this.pace = new Pace(own, () => atLeast(this.table.size, this.queued()));
  }

  explore(): DelayResult {
    const { program, layers } = this;
    for (; this.layer <= this.delays && this.layer < layers.length; this.layer++) {
      const open = layers[this.layer]!;
      for (let at = open.pop(); at !== undefined && this.inTime; at = open.pop()) {
        program.reset();
        const origin = program.mark!();
        this.note(program.reports, null);
        for (const { thread, choice } of pathOf(at)) program.step(thread, choice);
        this.note(program.reports, at);
        this.run(at);
        program.undo!(origin);
      }
    }
    return {
      found: [...this.found.values()],
      states: this.table.size,
      transitions: this.transitions,
      exhausted: layers.slice(this.delays + 1).every((l) => l.length === 0),
      finished: this.inTime && this.table.size < this.statesMax,
      inTime: this.inTime,
    };
  }

  /** Steps that are still to be gone on from, in all layers. */
  private queued(): number {
    return this.layers.reduce((sum, layer) => sum + layer.length, 0);
  }

  /** Go on without delay from where the program stands, and leave the rest to later layers. */
  private run(from: Step | null): void {
    let at = from;
    while (this.enter(at?.thread ?? -1)) {
      if (this.pace.step(this.table.size)) {
        this.inTime = false;
        return;
      }
      const enabled = enabledThreads(this.program);
      if (enabled.length === 0) {
        this.note(this.program.atEnd(), at);
        return;
      }
      const next = this.plan(at, enabled);
      this.program.step(next.thread, next.choice);
      this.transitions++;
      this.note(this.program.reports, next);
      at = next;
    }
  }

  /** Queue what costs a delay or takes another choice; returns the step that is free. */
  private plan(at: Step | null, enabled: readonly number[]): Step {
    let free: Step | undefined;
    for (const thread of enabled) {
      const cost = delayCost(thread, at?.thread ?? -1, enabled);
      const choices = this.program.choices(thread);
      for (let choice = 0; choice < choices; choice++) {
        const step = { thread, choice, before: at };
        if (cost === 0 && free === undefined) free = step;
        else this.queue(this.layer + cost, step);
      }
    }
    assert(free !== undefined, 'one step costs nothing');
    return free;
  }

  private queue(layer: number, step: Step): void {
    while (this.layers.length <= layer) this.layers.push([]);
    this.layers[layer]!.push(step);
  }

  /** True if the current state with @last running is new. */
  private enter(last: number): boolean {
    const { words: w, table } = this;
    this.program.fingerprint!(w);
    if (table.size >= this.statesMax) return false;
    const salt = Math.imul(last + 2, 0x9e3779b1);
    return table.findOrAdd(w[0]! ^ salt, w[1]! ^ (salt >>> 3), w[2]!, w[3]!, 0) < 0;
  }

  private note(reports: readonly Report[], at: Step | null): void {
    for (const report of reports) {
      const key = reportKey(report);
      if (this.found.has(key)) continue;
      this.found.set(key, { report, run: pathOf(at), delays: this.layer });
    }
  }
}

function pathOf(at: Step | null): Choice[] {
  const steps: Choice[] = [];
  for (let s = at; s !== null; s = s.before) steps.push({ thread: s.thread, choice: s.choice });
  return steps.reverse();
}
