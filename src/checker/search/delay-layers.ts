// SPDX-License-Identifier: GPL-2.0-only
// The classes a bounded scheduler can reach, each with the least cost that reaches it: exact.
//
// Two prefixes with the same happens-before lead to the same state, so a prefix is known by the
// sum of a hash of each event with its clock. Layer c holds the (prefix, running thread) pairs
// whose least cost is c; steps that cost nothing stay in the layer, others go to a later one. A
// class is counted in the first layer where it is complete, and the schedule that came there is a
// cheapest one. For two threads that each do x++ and then y++:
//
//   preemptions <= 0: 2 classes (one thread after the other)      <= 1: 4, that is all
//
// Musuvathi, Qadeer, Iterative Context Bounding, PLDI 2007; Emmi, Qadeer, Rakamaric,
// Delay-Bounded Scheduling, POPL 2011.

import { type OrderedEvent, Run } from '#checker/dpor/events';
import { stuckThreads } from '#checker/dpor/optimal';
import type { Program } from '#checker/program/program';

/** What letting @thread go on costs; @last ran before (-1: nobody), @enabled in creation order. */
type StepCost = (thread: number, last: number, enabled: readonly number[]) => number;

/** A preemption is a switch away from a thread that could have gone on. */
export const preemptionCost: StepCost = (thread, last, enabled) =>
  thread !== last && enabled.includes(last) ? 1 : 0;

/** Run until the thread blocks, then the next in creation order; each one passed over costs 1. */
export const delayCost: StepCost = (thread, last, enabled) => {
  const from = enabled.findIndex((t) => t >= last);
  const at = enabled.indexOf(thread);
  const n = enabled.length;
  return (at - Math.max(from, 0) + n) % n;
};

/** Nothing costs anything: one layer with every class. */
export const noCost: StepCost = () => 0;

/** What the layers up to some cost hold together. */
interface LayerCount {
  readonly cost: number;
  /** Classes whose run ends with no thread stuck. */
  readonly complete: number;
  readonly stuck: number;
  /** Pairs of prefix and running thread seen so far. */
  readonly prefixes: number;
}

/** Limits of a layered search; what is not given is not limited. */
interface LayerLimits {
  readonly costMax?: number;
  readonly prefixesMax?: number;
  /** Called at the end of each class, the first time it is reached. */
  readonly end?: (run: Run, stuck: readonly number[]) => void;
}

interface Path {
  readonly before: Path | null;
  readonly length: number;
  readonly thread: number;
  readonly choice: number;
}

/** Cumulative counts for each cost up to the last at which anything new is found. */
export function countLayers(
  program: Program,
  cost: StepCost,
  limits: LayerLimits = {},
): LayerCount[] {
  return new Layers(program, cost, limits).count();
}

class Layers {
  private readonly run: Run;
  private readonly cost: StepCost;
  private readonly limits: LayerLimits;
  private readonly seen = new Set<string>();
  private readonly ended = new Set<string>();
  private readonly queues: (Path | null)[][] = [[null]];
  private complete = 0;
  private stuck = 0;
  private layer = 0;

  constructor(program: Program, cost: StepCost, limits: LayerLimits) {
    this.run = new Run(program);
    this.cost = cost;
    this.limits = limits;
  }

  count(): LayerCount[] {
    const counts: LayerCount[] = [];
    const max = this.limits.costMax ?? Number.POSITIVE_INFINITY;
    for (this.layer = 0; this.layer < this.queues.length && this.layer <= max; this.layer++) {
      const queue = this.queues[this.layer] ?? [];
      for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
        this.go(path);
        this.expand(path);
      }
      const { complete, stuck } = this;
      counts.push({ cost: this.layer, complete, stuck, prefixes: this.seen.size });
    }
    return counts;
  }

  /** Take the run to the end of @path. */
  private go(path: Path | null): void {
    const steps: Path[] = [];
    for (let p = path; p !== null; p = p.before) steps.push(p);
    steps.reverse();
    let same = 0;
    while (same < steps.length && same < this.run.length) {
      const e = this.run.events[same]!;
      if (e.thread !== steps[same]!.thread || e.choice !== steps[same]!.choice) break;
      same++;
    }
    this.run.rewind(same);
    for (const p of steps.slice(same)) this.run.step(p.thread, p.choice);
  }

  /** Visit the current prefix and everything that costs nothing from it. */
  private expand(path: Path | null): void {
    const { run } = this;
    const prefix = fingerprint(run.events);
    const last = path?.thread ?? -1;
    const key = `${prefix}/${last}`;
    if (this.seen.has(key) || this.seen.size >= (this.limits.prefixesMax ?? 2 ** 24)) return;
    this.seen.add(key);
    const enabled = run.enabled();
    if (enabled.length === 0) this.end(prefix);
    const depth = run.length;
    for (const thread of enabled) {
      const cost = this.layer + this.cost(thread, last, enabled);
      const { choices } = run.next(thread);
      for (let choice = 0; choice < choices; choice++) {
        const to: Path = { before: path, length: depth + 1, thread, choice };
        if (cost > this.layer) {
          this.later(cost, to);
          continue;
        }
        run.step(thread, choice);
        this.expand(to);
        run.rewind(depth);
      }
    }
  }

  private later(cost: number, path: Path): void {
    while (this.queues.length <= cost) this.queues.push([]);
    this.queues[cost]!.push(path);
  }

  private end(prefix: string): void {
    if (this.ended.has(prefix)) return;
    this.ended.add(prefix);
    const stuck = stuckThreads(this.run);
    if (stuck.length > 0) this.stuck++;
    else this.complete++;
    this.limits.end?.(this.run, stuck);
  }
}

/** Names a prefix up to the order of independent events: 64 bits. */
export function fingerprint(events: readonly OrderedEvent[]): string {
  let [a, b] = [0, 0];
  for (const e of events) {
    let h = Math.imul(e.thread + 1, 0x9e3779b1) ^ Math.imul(e.choice + 1, 0x85ebca6b);
    let g = Math.imul(e.thread + 7, 0xc2b2ae35) ^ Math.imul(e.choice + 3, 0x27d4eb2f);
    for (let t = 0; t < e.clock.length; t++) {
      const c = e.clock[t]!;
      if (c === 0) continue;
      h = mix(h ^ Math.imul(c * 64 + t + 1, 0x9e3779b1));
      g = mix(g ^ Math.imul(c * 64 + t + 9, 0x165667b1));
    }
    a = (a + mix(h)) | 0;
    b = (b + mix(g ^ h)) | 0;
  }
  return `${a}.${b}`;
}

function mix(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}
