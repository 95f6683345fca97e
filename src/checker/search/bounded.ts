// SPDX-License-Identifier: GPL-2.0-only
// Layers of preemptions: finds every report with as few preemptive switches as it can be had with.
//
// The idea. A preemption is a switch away from a thread that could have gone on. Search not states
// but pairs (state, running thread): going on, or switching away from a thread that is blocked or
// done, costs 0, a preemption costs 1. Dijkstra over (preemptions, steps) then visits all pairs
// that 0 preemptions reach, then those that 1 reaches, ...: each layer is complete, so the first
// run that shows a report has the fewest preemptions of all that do (Musuvathi and Qadeer, PLDI
// 2007, made exact; checking a bound directly while reducing would lose runs).
//
//   T1: a = x; x = a + 1     T2: the same     rule: at the end x == 2
//   layer 0: T1 T1 T2 T2 and T2 T2 T1 T1      x == 2
//   layer 1: T1 | T2 T2 T1                    x == 1: found, with 1 preemption, 4 steps
//
// Steps that nobody else can see (discipline.ts) are no places to switch at: switching later, at
// the thread's next visible step, shows the others the same and costs no more, since there the
// thread may even be blocked. Releasing a lock is such a place, and sleep sets are not used: both
// change what a switch costs. Steps are counted with the quiet ones that run on; minimise.ts trims
// these.

import { assert } from '#base/assert';
import { QUIET_RUN_MAX } from '#checker/limits';
import { Code } from '#checker/machine/code';
import { Fact } from '#checker/machine/edge-facts';
import type { Machine } from '#checker/machine/machine';
import type { DependenceFaults } from '#checker/program/dependence';
import { atLeast, Pace } from '#checker/program/pace';
import type { Report } from '#checker/program/program';
import type { Choice, Found, Limit, Limits } from '#checker/program/run';
import { Discipline, type ReductionFaults, releases } from '#checker/reduce/discipline';
import type { Futures } from '#checker/reduce/futures';
import { Cycle } from '#checker/reduce/quiet-cycle';
import { StateTable } from '#checker/tables/state-table';
import { reportKey } from '#finding/key';

export interface BoundedOptions extends Limits {
  /** Most preemptions. */
  readonly bound: number;
  /** Stop as soon as these reports (keys) have been found; all there are unless told. */
  readonly targets?: ReadonlySet<string> | undefined;
  /** The search ends with the first report for which this is true. */
  readonly until?: ((report: Report) => boolean) | undefined;
  /** Quiet steps are no switch points; true unless told. */
  readonly quiet?: boolean;
  /** What is known of the cells from an earlier search. */
  readonly discipline?: Discipline | undefined;
  /** The futures that a complete search has found; not used unless told. */
  readonly futures?: Futures | undefined;
  readonly faults?: (DependenceFaults & ReductionFaults) | undefined;
  /** Called in each state where nothing is enabled. */
  readonly onTerminal?: (() => void) | undefined;
}

/** A report with the run of fewest preemptions. */
export interface Cheapest extends Found {
  readonly preemptions: number;
}

export interface BoundedResult {
  readonly found: readonly Cheapest[];
  /** Pairs of state and running thread. */
  readonly states: number;
  readonly transitions: number;
  readonly bounded: readonly Limit[];
  /** All runs with at most this many preemptions have been seen. */
  readonly complete: number;
  /** More preemptions would reach nothing new. */
  readonly exhausted: boolean;
}

interface Node {
  /** The state, until it is worked off: later nodes need only its steps. */
  snapshot: Int32Array;
  readonly last: number;
  readonly preemptions: number;
  readonly steps: number;
  readonly parent: Node | null;
  /** Steps from the parent: the first, then quiet ones of the same thread. */
  readonly choice: number;
  readonly run: number;
}

interface Best {
  readonly report: Report;
  readonly preemptions: number;
  readonly steps: number;
  readonly run: readonly Choice[];
}

/** Explore @machine in layers. */
export function bounded(machine: Machine, options: BoundedOptions): BoundedResult {
  return new Layered(machine, options).search();
}

const NONE = new Int32Array(0);

class Layered {
  private readonly machine: Machine;
  private readonly options: BoundedOptions;
  private readonly discipline: Discipline;
  private readonly pace: Pace;
  private readonly cycle = new Cycle();
  /** Snapshots to use again. */
  private readonly spare: Int32Array[] = [];
  private table = new StateTable();
  /** By preemptions, then steps. */
  private queue: Node[][][] = [];
  private best = new Map<string, Best>();
  private transitions = 0;
  private complete = -1;
  /** What the search was to end with has been found. */
  private ended = false;
  /** A preemption was not taken, since it would have been one too many. */
  private cut = false;

  constructor(machine: Machine, options: BoundedOptions) {
    this.machine = machine;
    this.options = options;
    this.pace = new Pace(options, () => atLeast(this.table.size, this.queued()));
    this.discipline =
      options.discipline ?? new Discipline(machine.memory, machine.heldSets, options.faults);
  }

  search(): BoundedResult {
    let learned: number;
    do {
      learned = this.discipline.demotions;
      this.table = new StateTable();
      this.best = new Map();
      this.queue = [];
      this.cut = false;
      this.begin();
      this.layers(learned);
    } while (this.discipline.demotions !== learned && !this.ended);
    const found = [...this.best].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      found: found.map(([, { report, run, preemptions }]) => ({ report, run, preemptions })),
      states: this.table.size,
      transitions: this.transitions,
      bounded: this.pace.hits,
      complete: this.complete,
      exhausted: !this.cut && this.pace.hits.length === 0 && !this.ended,
    };
  }

  private begin(): void {
    const { machine } = this;
    machine.reset();
    for (const report of machine.reports) this.note(report, 0, 0, []);
    for (const t of machine.moved) this.learn(t);
    this.push({ last: -1, preemptions: 0, steps: 0, parent: null, choice: 0, run: 0 });
  }

  /** Queue @node, unless the machine stands where it stood for as little before. */
  private push(node: Omit<Node, 'snapshot'>): void {
    if (!this.isCheaper(node)) return;
    while (this.queue.length <= node.preemptions) this.queue.push([]);
    const layer = this.queue[node.preemptions]!;
    while (layer.length <= node.steps) layer.push([]);
    const snapshot = this.machine.state.snapshot(this.spare.pop());
    layer[node.steps]!.push({ ...node, snapshot });
  }

  private layers(learned: number): void {
    for (let p = 0; p <= this.options.bound; p++) {
      const layer = this.queue[p] ?? [];
      for (let steps = 0; steps < layer.length; steps++) {
        // Only later buckets grow while this one is worked off.
        for (const node of layer[steps]!) {
          if (this.discipline.demotions !== learned || this.exceeded()) return;
          this.expand(node);
          this.spare.push(node.snapshot);
          node.snapshot = NONE;
        }
        layer[steps] = [];
        if (this.satisfied(p, steps)) return;
      }
      this.complete = p;
      if (this.queue.length <= p + 1) {
        this.complete = this.options.bound;
        return;
      }
    }
  }

  /** True if every target has been found and can not be had for less. */
  private satisfied(p: number, steps: number): boolean {
    const { targets } = this.options;
    if (targets === undefined) return false;
    for (const key of targets) {
      const best = this.best.get(key);
      if (best === undefined || best.preemptions > p) return false;
      if (best.preemptions === p && best.steps > steps) return false;
    }
    return true;
  }

  /** True if the state of the machine has not been reached by the same thread for less. */
  private isCheaper({ last, preemptions, steps }: Omit<Node, 'snapshot'>): boolean {
    const cost = costOf(preemptions, steps);
    const known = this.look(last, cost);
    if (known >= 0 && known <= cost) return false;
    if (known >= 0) this.table.replace(cost);
    return true;
  }

  private look(last: number, cost: number): number {
    this.machine.state.sync();
    const { f0, f1, f2, f3 } = this.machine.state;
    const salt = Math.imul(last + 2, 0x9e3779b1);
    return this.table.findOrAdd(f0 ^ salt, f1 ^ (salt >>> 3), f2, f3, cost);
  }

  private expand(node: Node): void {
    const { machine, options } = this;
    machine.state.restore(node.snapshot);
    if (this.look(node.last, 0) < costOf(node.preemptions, node.steps)) return;
    const able: number[] = [];
    for (let t = 0; t < machine.threadCount(); t++) if (machine.enabled(t)) able.push(t);
    if (able.length === 0) {
      options.onTerminal?.();
      for (const report of machine.atEnd()) {
        this.note(report, node.preemptions, node.steps, runOf(node));
      }
      return;
    }
    for (const t of able) {
      const preempts = t !== node.last && able.includes(node.last);
      const preemptions = node.preemptions + (preempts ? 1 : 0);
      if (preemptions > options.bound) {
        this.cut = true;
        continue;
      }
      const choices = machine.choices(t);
      for (let choice = 0; choice < choices; choice++) {
        const mark = machine.mark();
        this.follow(node, t, choice, preemptions);
        machine.undo(mark);
      }
    }
  }

  /** Take a step of @t and what runs on after it. */
  private follow(parent: Node, t: number, choice: number, preemptions: number): void {
    const { machine, cycle } = this;
    let run = 0;
    let steps = parent.steps;
    const locals = machine.automaton.ops.length;
    do {
      // A quiet loop without end is gone round a few times; where it stops does not matter.
      if (cycle.hasClosed(machine, t, run)) {
        if (this.options.faults?.ignoreCycles) return;
        break;
      }
      machine.step(t, run === 0 ? choice : 0);
      this.transitions++;
      run++;
      steps++;
      for (const report of machine.reports) {
        this.note(report, preemptions, steps, [...runOf(parent), ...blockOf(t, choice, run)]);
      }
      for (const moved of machine.moved) this.learn(moved);
      const fresh = machine.automaton.ops.length - locals;
      if (this.pace.isOverWithin(run, this.table.size, fresh)) break;
    } while (this.runsOn(t) && run < QUIET_RUN_MAX);
    this.push({ last: t, preemptions, steps, parent, choice, run });
  }

  private runsOn(t: number): boolean {
    const { machine } = this;
    const facts = this.options.quiet === false ? -1 : machine.facts(t);
    if (facts < 0 || (facts & (Fact.visible | Fact.ends)) !== 0) return false;
    if ((facts & Fact.done) !== 0 && machine.leaks(t)) return false;
    const i = machine.instruction(machine.local(t));
    if (releases(i) || i.code === Code.choose) return false;
    if (machine.isUnpublished(i) || this.discipline.isQuiet(i)) return true;
    const { futures } = this.options;
    if (futures === undefined) return false;
    return futures.isQuiet(t, i, false) || futures.interference.isQuiet(t, i, false);
  }

  private learn(t: number): void {
    const { machine } = this;
    if (this.options.quiet === false || machine.isDone(t)) return;
    const node = machine.local(t);
    const i = machine.instruction(node);
    if (!machine.isUnpublished(i)) this.discipline.note(t, node, machine.held(t), i);
  }

  private note(report: Report, preemptions: number, steps: number, run: readonly Choice[]): void {
    this.ended ||= this.options.until?.(report) ?? false;
    const key = reportKey(report);
    const best = this.best.get(key);
    if (best !== undefined) {
      if (best.preemptions < preemptions) return;
      if (best.preemptions === preemptions && best.steps <= steps) return;
    }
    this.best.set(key, { report, preemptions, steps, run });
  }

  private queued(): number {
    return this.queue.flat().reduce((sum, bucket) => sum + bucket.length, 0);
  }

  private exceeded(): boolean {
    return this.pace.step(this.table.size) || this.ended;
  }
}

/** Preemptions first, then steps, as one number below 2^31. */
function costOf(preemptions: number, steps: number): number {
  assert(preemptions < 64 && steps < 2 ** 25, 'a run is not that long');
  return preemptions * 2 ** 25 + steps;
}

function blockOf(thread: number, choice: number, run: number): Choice[] {
  return Array.from({ length: run }, (_, i) => ({ thread, choice: i === 0 ? choice : 0 }));
}

function runOf(node: Node): Choice[] {
  const blocks: Choice[][] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) {
    blocks.push(blockOf(at.last, at.choice, at.run));
  }
  return blocks.reverse().flat();
}
