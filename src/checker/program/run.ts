// SPDX-License-Identifier: GPL-2.0-only
// Runs: the steps taken so far, and what a search has found on the way.

import { type Kept, sameVersion } from '#base/saved';
import { COMPARED_RUNS_MAX } from '#checker/limits';
import { reportKey } from '#finding/key';
import type { TraceStep } from '#finding/step';
import type { Meter } from './meter.ts';
import type { Program, Report } from './program.ts';
import { StepRecorder } from './recorder.ts';

/** One step of a run: the thread and, for choose, the environment's answer. */
export interface Choice {
  readonly thread: number;
  readonly choice: number;
}

/** A limit that ended a search early, and the flag that raises it. */
export interface Limit {
  readonly name: 'states' | 'time' | 'depth' | 'runs' | 'preemptions' | 'delays' | 'interrupted';
  readonly max: number;
  readonly flag: string;
}

/** Limits of a search. */
export interface Limits {
  /** States stored at most; flag --states-max. */
  readonly statesMax?: number | undefined;
  /** Seconds at most; flag --time-max. */
  readonly timeMaxS?: number | undefined;
  /** Steps in one go that nobody else can see; flag --depth-max, 1,000,000 unless told. */
  readonly depthMax?: number | undefined;
  /** Milliseconds, from some moment on; those of the computer unless told. */
  readonly clock?: (() => number) | undefined;
  /** True once somebody wants what there is by now, whatever is left. */
  readonly stopped?: (() => boolean) | undefined;
  /** No limit: is told from time to time how far the search has come. */
  readonly meter?: Meter | undefined;
}

/** Somebody did not want to wait. */
export const interrupted: Limit = { name: 'interrupted', max: 0, flag: '--resume' };

/** The time that a search has, from now on. */
export class Deadline {
  private readonly clock: () => number;
  private readonly stopped: () => boolean;
  private readonly end: number;

  constructor({
    timeMaxS = Number.POSITIVE_INFINITY,
    clock,
    stopped,
  }: Pick<Limits, 'timeMaxS' | 'clock' | 'stopped'>) {
    this.clock = clock ?? (() => performance.now());
    this.stopped = stopped ?? (() => false);
    this.end = this.clock() + timeMaxS * 1000;
  }

  isPast(): boolean {
    return this.stopped() || this.clock() > this.end;
  }
}

/** Those of the limits that a search with so many @states has hit, which has until @deadline. */
export function limitsHit(limits: Limits, states: number, deadline: Deadline): Limit[] {
  const { statesMax, timeMaxS, stopped } = limits;
  const hit: Limit[] = [];
  if (statesMax !== undefined && states > statesMax) {
    hit.push({ name: 'states', max: statesMax, flag: '--states-max' });
  }
  if (stopped?.()) hit.push(interrupted);
  else if (timeMaxS !== undefined && deadline.isPast()) {
    hit.push({ name: 'time', max: timeMaxS, flag: '--time-max' });
  }
  return hit;
}

/** A broken rule and the run on which it was first seen. */
export interface Found {
  readonly report: Report;
  readonly run: readonly Choice[];
}

/** The steps on the way to where a search stands. */
export class Path implements Kept {
  length = 0;
  private steps = new Int32Array(1024);

  push(thread: number, choice: number): void {
    if (this.length === this.steps.length) {
      const steps = new Int32Array(this.steps.length * 2);
      steps.set(this.steps);
      this.steps = steps;
    }
    this.steps[this.length++] = thread | (choice << 8);
  }

  /** How often another thread goes on than before. */
  switches(): number {
    let switches = 0;
    for (let s = 1; s < this.length; s++) {
      if ((this.steps[s]! & 0xff) !== (this.steps[s - 1]! & 0xff)) switches++;
    }
    return switches;
  }

  /** A copy of the steps. */
  run(): Choice[] {
    return Array.from(this.steps.subarray(0, this.length), choiceOf);
  }

  save() {
    return { version: 1, steps: this.steps.subarray(0, this.length) };
  }

  load(saved: ReturnType<Path['save']>): void {
    sameVersion(saved, 1, 'a path');
    this.length = saved.steps.length;
    this.steps = new Int32Array(Math.max(1024, this.length));
    this.steps.set(saved.steps);
  }
}

/** @found to be saved: its run as numbers. */
export function savedFound({ report, run }: Found): SavedFound {
  return { report, steps: run.map(({ thread, choice }) => thread | (choice << 8)) };
}

/** What savedFound() was given. */
export function loadedFound({ report, steps }: SavedFound): Found {
  return { report, run: steps.map(choiceOf) };
}

/** A Found as it is saved. */
type SavedFound = { readonly report: Report; readonly steps: readonly number[] };

const choiceOf = (step: number): Choice => ({ thread: step & 0xff, choice: step >> 8 });

/** Distinct reports, each with the run of fewest switches among those that showed it first. */
export class Findings implements Kept {
  /** What was looked for has been found: nothing else is wanted. */
  done = false;
  private readonly until: (report: Report) => boolean;
  /** By key: the best run so far, its switches, and how many have been compared. */
  private readonly byKey = new Map<string, { found: Found; switches: number; runs: number }>();

  constructor(until: (report: Report) => boolean = () => false) {
    this.until = until;
  }

  note(reports: readonly Report[], path: Path): void {
    for (const report of reports) {
      this.look(report, path);
      this.done ||= this.until(report);
    }
  }

  private look(report: Report, path: Path): void {
    const key = reportKey(report);
    const known = this.byKey.get(key);
    const runs = (known?.runs ?? 0) + 1;
    if (runs > COMPARED_RUNS_MAX) return;
    const switches = path.switches();
    if (known === undefined || switches < known.switches) {
      this.byKey.set(key, { found: { report, run: path.run() }, switches, runs });
    } else known.runs = runs;
  }

  /** Each of @found that is not there yet. */
  add(found: readonly Found[]): void {
    for (const one of found) {
      const key = reportKey(one.report);
      if (!this.byKey.has(key)) this.byKey.set(key, { found: one, switches: 0, runs: 1 });
    }
  }

  /** In the order of their keys. */
  all(): Found[] {
    return [...this.byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { found }]) => found);
  }

  save() {
    const best = [...this.byKey.values()].map(({ found, switches, runs }) => {
      return { found: savedFound(found), switches, runs };
    });
    return { version: 1, done: this.done, best };
  }

  load(saved: ReturnType<Findings['save']>): void {
    sameVersion(saved, 1, 'findings');
    this.done = saved.done;
    this.byKey.clear();
    for (const { found, switches, runs } of saved.best) {
      this.byKey.set(reportKey(found.report), { found: loadedFound(found), switches, runs });
    }
  }
}

/** Numbers of the threads that may move now. */
export function enabledThreads(program: Program): number[] {
  const enabled: number[] = [];
  for (let t = 0; t < program.threadCount(); t++) if (program.enabled(t)) enabled.push(t);
  return enabled;
}

/**
 * Watches a run for a state that it has been in before: from there it may go round for ever. Needs
 * fingerprints; without them it sees nothing.
 */
export class CycleWatch {
  private readonly seen = new Set<string>();
  private readonly words = new Uint32Array(4);

  /** Begin in the state in which @program is now. */
  constructor(program: Program) {
    if (program.fingerprint) this.isNew(program);
  }

  private isNew(program: Program): boolean {
    program.fingerprint?.(this.words);
    const key = this.words.join();
    const fresh = !this.seen.has(key);
    this.seen.add(key);
    return fresh;
  }

  /** After a step of @thread: a report where @program is in a state for the second time. */
  reports(program: Program, thread: number): Report[] {
    if (!program.fingerprint || this.isNew(program)) return [];
    return [livelock(program.threadName(thread))];
  }
}

/** The report that @thread goes round without end. */
export function livelock(thread: string): Report {
  return {
    property: 'livelock',
    subject: thread,
    because: `${thread} goes round a loop in which nothing changes`,
    facts: { thread },
    window: null,
  };
}

/** A run taken step by step. */
export interface Replayed {
  readonly trace: readonly TraceStep[];
  readonly run: readonly Choice[];
  /** Each report with the index of the step that raised it; atEnd: trace.length - 1. */
  readonly reports: readonly { readonly step: number; readonly report: Report }[];
  /** Switches away from a thread that could have gone on. */
  readonly preemptions: number;
}

/** Take @run from the start and say all about it; atEnd rules are judged if it is maximal. */
export function replayRun(program: Program, run: readonly Choice[]): Replayed {
  program.reset();
  const trace: TraceStep[] = [];
  const reports = program.reports.map((report) => ({ step: -1, report }));
  const watch = new CycleWatch(program);
  const recorder = new StepRecorder(program);
  let preemptions = 0;
  let last = -1;
  for (const { thread, choice } of run) {
    if (last >= 0 && last !== thread && program.enabled(last)) preemptions++;
    last = thread;
    trace.push(recorder.record(thread, choice));
    for (const report of [...program.reports, ...watch.reports(program, thread)]) {
      reports.push({ step: trace.length - 1, report });
    }
  }
  if (enabledThreads(program).length === 0) {
    for (const report of program.atEnd()) reports.push({ step: trace.length - 1, report });
  }
  return { trace, run, reports, preemptions };
}
