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
import type { Plan, Preemption, RunResult, Segment, SourceRunner } from './run.ts';

export interface SearchOptions {
  /** Most preemptions per run. */
  readonly bound: number;
  readonly runsMax?: number;
  readonly timeMaxMs?: number;
  /** Leave no run out; for checking the reduction. */
  readonly full?: boolean;
  /** Runs with this residue of their first preemption only: to share the work. */
  readonly share?: { readonly index: number; readonly of: number };
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
class Limit extends Error {
  readonly limit: 'runs-max' | 'time-max';
  constructor(limit: 'runs-max' | 'time-max') {
    super(limit);
    this.limit = limit;
  }
}

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

  private once(plan: Plan): RunResult {
    const { runsMax, timeMaxMs } = this.opt;
    if (runsMax !== undefined && this.runs >= runsMax) throw new Limit('runs-max');
    if (timeMaxMs !== undefined && (this.runs & 63) === 0) {
      if (performance.now() - this.started > timeMaxMs) throw new Limit('time-max');
    }
    this.runs++;
    const result = this.r.run(plan);
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
  }

  /** All layers, again from the start whenever a new switch point turns up. */
  layersUpTo(bound: number): number {
    for (let restarts = 0; ; restarts++) {
      this.findings.clear();
      this.layers = [];
      this.generation = restarts;
      try {
        let layer = this.freely({ preemptions: [], choices: [] }, 0);
        for (let k = 1; k <= bound; k++) layer = layer.flatMap((p) => this.extend(p, k));
        return restarts;
      } catch (e) {
        if (!(e instanceof Grown)) throw e;
      }
    }
  }

  /** The run of a plan, and of all that differ from it in free choices from number @from on. */
  private freely(plan: Plan, from: number): [Plan, RunResult, Uint32Array][] {
    const out: [Plan, RunResult, Uint32Array][] = [];
    const result = this.once(plan);
    if (!result.feasible) return out;
    const log = this.r.machine.mem.log.slice(0, this.r.machine.mem.logLength);
    out.push([plan, result, log]);
    for (let i = from; i < result.choices.length; i++) {
      const { options } = result.choices[i]!;
      const before = result.choices.slice(0, i).map((c) => c.chosen);
      for (let chosen = (plan.choices[i] ?? 0) + 1; chosen < options; chosen++) {
        const other = { ...plan, choices: [...before, chosen] };
        out.push(...this.freely(other, i + 1));
      }
    }
    return out;
  }

  /** Preempt a run once more, in every way that matters. */
  private extend(
    [plan, result, log]: [Plan, RunResult, Uint32Array],
    depth: number,
  ): [Plan, RunResult, Uint32Array][] {
    const out: [Plan, RunResult, Uint32Array][] = [];
    const last = plan.preemptions.at(-1)?.at ?? 0;
    for (const segment of result.segments) {
      if (segment.to <= last) continue;
      for (let to = 1; to <= this.r.machine.threads.length + 2; to++) {
        if (to === segment.thread) continue;
        this.descend(plan, result, log, segment, to, Math.max(last, segment.from), out, depth);
      }
    }
    return out;
  }

  private descend(
    plan: Plan,
    result: RunResult,
    log: Uint32Array,
    segment: Segment,
    to: number,
    above: number,
    out: [Plan, RunResult, Uint32Array][],
    depth: number,
  ): void {
    const steps = stepsOf(segment, log);
    let others: Touched | null = null;
    const { share } = this.opt;
    for (let at = segment.to; at > above; at--) {
      const own = steps.get(at);
      if (!this.opt.full && others && own && commute(own, others)) {
        this.skipped++;
        continue;
      }
      if (share && depth === 1 && at % share.of !== share.index) {
        others = null;
        continue;
      }
      const preemption: Preemption = { at, to };
      // Free choices made before the switch stay; those after it are all tried.
      const kept = result.choices.filter((c) => c.count < at).map((c) => c.chosen);
      const next: Plan = { preemptions: [...plan.preemptions, preemption], choices: kept };
      const runs = this.freely(next, kept.length);
      if (runs.length === 0) {
        others = null;
        continue;
      }
      const [, first, firstLog] = runs[0]!;
      others = touchedAfter(first, firstLog, at);
      out.push(...runs);
    }
  }
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
  let restarts = 0;
  try {
    restarts = search.layersUpTo(opt.bound);
  } catch (e) {
    if (!(e instanceof Limit)) throw e;
    limit = e.limit;
    restarts = search.generation;
  }
  return {
    findings: [...search.findings.values()],
    runs: search.runs,
    skipped: search.skipped,
    learned,
    restarts,
    complete: limit === null,
    limit,
    layers: search.layers,
    points: search.points,
    hits: r.watch.hits,
  };
}
