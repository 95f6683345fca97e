// SPDX-License-Identifier: GPL-2.0-only
// Layered search: all runs without preemption, then with one, then with two, and so on.
//
// Layer k+1 takes every run of layer k and preempts once more, after its last preemption. Where
// the switch is made matters only up to operations that commute: let A be preempted before its
// operation n, and let B do S before A goes on. If n touches nothing that S touches, then
// preempting before n+1 gives the same run in another order. So the numbers are tried downwards,
// and n is left out if it commutes with the S of the run tried last.
//
//   A: x=1  y=1  z=1      B: r=y       preempt A before z: S={y}; before y: conflict, tried;
//                                      before x: commutes with S={y}, left out
//
// Musuvathi and Qadeer, Iterative context bounding, PLDI 2007.

import { CHECKPOINT_EVERY } from '#realc/limits';
import { KIND } from '#realc/machine/words';
import { learn } from './learn.ts';
import type { Checkpoint, Plan, RunResult, Segment, Trunk } from './plan.ts';
import type { SourceRunner } from './run.ts';
import { Grown, Tally, type TallyOptions, type TallyResult } from './tally.ts';

interface SearchOptions extends TallyOptions {
  /** Most preemptions per run. */
  readonly bound: number;
  /** Leave no run out; for checking the reduction. */
  readonly full?: boolean;
  /** Runs with this residue of their first preemption only: to share the work. */
  readonly share?: { readonly index: number; readonly of: number };
  /** Preempt only before steps that touch one of these words: a search for something known. */
  readonly focus?: (word: number) => boolean;
  onProgress?(runs: number, layer: number): void;
}

export interface SearchResult extends TallyResult {
  readonly skipped: number;
  readonly learned: number;
  readonly layers: readonly number[];
  readonly hits: ReadonlySet<string>;
}

/** What a segment touched: word -> written. */
type Touched = Map<number, boolean>;

class Search {
  private readonly r: SourceRunner;
  private readonly opt: SearchOptions;
  readonly tally: Tally;
  skipped = 0;
  layers: number[] = [];

  constructor(r: SourceRunner, opt: SearchOptions) {
    this.r = r;
    this.opt = opt;
    this.tally = new Tally(opt);
  }

  /** A run of @plan; from @checkpoint on, if there is one. */
  private once(plan: Plan, checkpoint: Checkpoint | null): RunResult {
    const { tally } = this;
    tally.begin();
    const result = checkpoint ? this.r.resume(plan, checkpoint) : this.r.run(plan);
    if (result.demoted > 0) throw new Grown();
    if (result.feasible) {
      tally.end(plan, result);
      const { length } = plan.preemptions;
      this.layers[length] = (this.layers[length] ?? 0) + 1;
      if ((tally.runs & 255) === 0) this.opt.onProgress?.(tally.runs, length);
    }
    return result;
  }

  /** All layers, again from the start whenever a new switch point turns up. */
  layersUpTo(bound: number): void {
    this.tally.untilCalm(() => {
      this.layers = [];
      const none = { preemptions: [], choices: [] };
      let layer = this.freely(none, 0, null, bound > 0).kept;
      for (let k = 1; k <= bound; k++) {
        layer = layer.flatMap((plan) => this.extend(plan, k, k < bound));
      }
    });
  }

  /**
   * The run of a plan, and of all that differ from it in free choices from number @from on.
   * @keep: their plans are wanted.
   */
  private freely(plan: Plan, from: number, checkpoint: Checkpoint | null, keep: boolean): Runs {
    const first = this.once(plan, checkpoint);
    const runs: Runs = { first, kept: [], touched: null };
    if (!first.feasible) return runs;
    if (keep) runs.kept.push(plan);
    const at = plan.preemptions.at(-1)?.at;
    if (at !== undefined) runs.touched = touchedAfter(first, this.r.machine.mem.log, at);
    for (let i = from; i < first.choices.length; i++) {
      const { options } = first.choices[i]!;
      const before = first.choices.slice(0, i).map((c) => c.chosen);
      for (let chosen = (plan.choices[i] ?? 0) + 1; chosen < options; chosen++) {
        const other = { ...plan, choices: [...before, chosen] };
        runs.kept.push(...this.freely(other, i + 1, checkpoint, keep).kept);
      }
    }
    return runs;
  }

  /** Preempt a run once more, in every way that matters. */
  private extend(plan: Plan, depth: number, keep: boolean): Plan[] {
    const last = plan.preemptions.at(-1)?.at ?? 0;
    const { result, trunk } = this.r.trunk(plan, last, CHECKPOINT_EVERY);
    if (result.demoted > 0) throw new Grown();
    const { mem } = this.r.machine;
    const log = mem.log.slice(0, mem.logLength);
    const parent: Parent = { plan, result, trunk, last, depth, keep };
    const out: Plan[] = [];
    for (const segment of result.segments) {
      if (segment.to <= last) continue;
      const steps = stepsOf(segment, log);
      const targets = new Set<number>();
      for (let at = Math.max(last, segment.from) + 1; at <= segment.to; at++) {
        for (const id of trunk.ready.get(at) ?? []) targets.add(id);
      }
      for (const to of [...targets].sort((a, b) => a - b)) {
        this.descend(parent, segment, steps, to, out);
      }
    }
    return out;
  }

  private descend(
    parent: Parent,
    segment: Segment,
    steps: Map<number, Touched>,
    to: number,
    out: Plan[],
  ): void {
    const { plan, result, trunk, last, depth, keep } = parent;
    let others: Touched | null = null;
    const { share, focus } = this.opt;
    for (let at = segment.to; at > Math.max(last, segment.from); at--) {
      const own = steps.get(at);
      if (!trunk.ready.get(at)?.includes(to)) {
        others = null;
        continue;
      }
      if (!this.opt.full && others && own && commute(own, others)) {
        this.skipped++;
        continue;
      }
      if (share && depth === 1 && at % share.of !== share.index) {
        others = null;
        continue;
      }
      if (focus && !(own && [...own.keys()].some(focus))) {
        others = null;
        continue;
      }
      // Free choices made before the switch stay; those after it are all tried.
      const kept = result.choices.filter((c) => c.count < at).map((c) => c.chosen);
      const next: Plan = { preemptions: [...plan.preemptions, { at, to }], choices: kept };
      const runs = this.freely(next, kept.length, trunk.before(at), keep);
      others = runs.touched;
      for (const p of runs.kept) out.push(p);
    }
  }
}

/** A run that is preempted once more. */
interface Parent {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly trunk: Trunk;
  /** Number of its last preemption. */
  readonly last: number;
  readonly depth: number;
  /** The next layer will need the plans. */
  readonly keep: boolean;
}

/** Runs that differ in free choices only. */
interface Runs {
  readonly first: RunResult;
  readonly kept: Plan[];
  /** What others touched after the last preemption of the first. */
  touched: Touched | null;
}

/** Words that each numbered operation of a segment touches, with the locks given back after it. */
function stepsOf(segment: Segment, log: Uint32Array): Map<number, Touched> {
  const steps = new Map<number, Touched>();
  let now: Touched | null = null;
  for (let i = segment.logFrom; i < segment.logTo; i += 3) {
    const n = log[i]!;
    if (n !== 0) {
      now = new Map();
      steps.set(n, now);
    }
    const word = log[i + 1]!;
    now?.set(word, (log[i + 2]! & KIND.write) !== 0 || now.get(word) === true);
  }
  return steps;
}

/** What ran between the preemption at @at and the return of the preempted thread. */
function touchedAfter(result: RunResult, log: Uint32Array, at: number): Touched {
  const from = result.segments.findIndex((s) => s.from >= at);
  const touched: Touched = new Map();
  if (from < 1) return touched;
  const thread = result.segments[from - 1]!.thread;
  for (let s = from; s < result.segments.length; s++) {
    const segment = result.segments[s]!;
    if (segment.thread === thread) break;
    for (let i = segment.logFrom; i < segment.logTo; i += 3) {
      const word = log[i + 1]!;
      const wrote = (log[i + 2]! & KIND.write) !== 0;
      touched.set(word, wrote || touched.get(word) === true);
    }
  }
  return touched;
}

function commute(a: Touched, b: Touched): boolean {
  for (const [word, wrote] of a) {
    const other = b.get(word);
    if (other !== undefined && (wrote || other)) return false;
  }
  return true;
}

/** Search a world. The runner may be used for replay afterwards: its switch points stay. */
export function searchSource(r: SourceRunner, opt: SearchOptions): SearchResult {
  const learned = learn(r);
  r.watch.hits.clear();
  const search = new Search(r, opt);
  const { tally } = search;
  const limit = tally.withinLimits(() => search.layersUpTo(opt.bound));
  return {
    ...tally.result(limit),
    skipped: search.skipped,
    learned,
    layers: search.layers,
    hits: r.watch.hits,
  };
}
