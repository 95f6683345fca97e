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

import type { Report } from '#checker/program';
import { learn } from './learn.ts';
import { KIND } from './machine/memory.ts';
import type { Fault } from './machine/types.ts';
import type { Checkpoint, Plan, RunResult, Segment, Trunk } from './plan.ts';
import type { SourceRunner } from './run.ts';

export interface SearchOptions {
  /** Most preemptions per run. */
  readonly bound: number;
  readonly runsMax?: number;
  readonly timeMaxMs?: number;
  /** Leave no run out; for checking the reduction. */
  readonly full?: boolean;
  /** Runs with this residue of their first preemption only: to share the work. */
  readonly share?: { readonly index: number; readonly of: number };
  /** Preempt only before steps that touch one of these words: a search for something known. */
  readonly focus?: (word: number) => boolean;
  /** End the search once this is reported: for one that looks for something known. */
  readonly enough?: (report: Report) => boolean;
  /** Called after every run that was not cut off. */
  onRun?(plan: Plan, result: RunResult): void;
  onProgress?(runs: number, layer: number): void;
}

/** A report with the plan that leads to it; the first one found has the fewest preemptions. */
export interface SearchFinding {
  readonly report: Report;
  readonly plan: Plan;
  readonly fault: Fault | null;
  /** Size of the set of switch points that the plan's numbers count. */
  readonly generation: number;
}

export interface SearchResult {
  readonly findings: readonly SearchFinding[];
  readonly runs: number;
  readonly skipped: number;
  readonly learned: number;
  readonly restarts: number;
  /** All runs with up to `bound` preemptions were made. */
  readonly complete: boolean;
  /** Which limit ended the search; null if it is complete. */
  readonly limit: 'runs-max' | 'time-max' | null;
  readonly layers: readonly number[];
  readonly points: number;
  readonly hits: ReadonlySet<string>;
}

class Grown extends Error {}
class Enough extends Error {}
class Limit extends Error {
  readonly limit: 'runs-max' | 'time-max';
  constructor(limit: 'runs-max' | 'time-max') {
    super(limit);
    this.limit = limit;
  }
}

/** Switch points between two checkpoints: what a run repeats, against what saving costs. */
const CHECKPOINT_EVERY = 8;

/** What a segment touched: word -> written. */
type Touched = Map<number, boolean>;

class Search {
  private readonly r: SourceRunner;
  private readonly opt: SearchOptions;
  private readonly started = performance.now();
  readonly findings = new Map<string, SearchFinding>();
  runs = 0;
  skipped = 0;
  layers: number[] = [];
  points = 0;
  generation = 0;

  constructor(r: SourceRunner, opt: SearchOptions) {
    this.r = r;
    this.opt = opt;
  }

  /** A run of @plan; from @checkpoint on, if there is one. */
  private once(plan: Plan, checkpoint: Checkpoint | null): RunResult {
    const { runsMax, timeMaxMs } = this.opt;
    if (runsMax !== undefined && this.runs >= runsMax) throw new Limit('runs-max');
    if (timeMaxMs !== undefined && (this.runs & 63) === 0) {
      if (performance.now() - this.started > timeMaxMs) throw new Limit('time-max');
    }
    this.runs++;
    const result = checkpoint ? this.r.resume(plan, checkpoint) : this.r.run(plan);
    if (result.demoted > 0) throw new Grown();
    if (result.feasible) {
      this.points = Math.max(this.points, result.points);
      for (const report of result.reports) this.note(report, plan, result);
      this.opt.onRun?.(plan, result);
      const { length } = plan.preemptions;
      this.layers[length] = (this.layers[length] ?? 0) + 1;
      if ((this.runs & 255) === 0) this.opt.onProgress?.(this.runs, length);
    }
    return result;
  }

  private note(report: Report, plan: Plan, result: RunResult): void {
    const key = `${report.property}|${report.window}|${report.subject}|${report.because}`;
    const known = this.findings.get(key);
    if (known && known.plan.preemptions.length <= plan.preemptions.length) return;
    const { generation } = this;
    this.findings.set(key, { report, plan, fault: result.fault, generation });
    if (this.opt.enough?.(report)) throw new Enough();
  }

  /** All layers, again from the start whenever a new switch point turns up. */
  layersUpTo(bound: number): void {
    for (let restarts = 0; ; restarts++) {
      this.findings.clear();
      this.layers = [];
      this.generation = restarts;
      try {
        const none = { preemptions: [], choices: [] };
        let layer = this.freely(none, 0, null, bound > 0).kept;
        for (let k = 1; k <= bound; k++) {
          layer = layer.flatMap((plan) => this.extend(plan, k, k < bound));
        }
        return;
      } catch (e) {
        if (!(e instanceof Grown)) throw e;
      }
    }
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
  let limit: SearchResult['limit'] = null;
  let complete = false;
  try {
    search.layersUpTo(opt.bound);
    complete = true;
  } catch (e) {
    if (e instanceof Limit) limit = e.limit;
    else if (!(e instanceof Enough)) throw e;
  }
  return {
    findings: [...search.findings.values()],
    runs: search.runs,
    skipped: search.skipped,
    learned,
    restarts: search.generation,
    complete,
    limit,
    layers: search.layers,
    points: search.points,
    hits: r.watch.hits,
  };
}
