// SPDX-License-Identifier: GPL-2.0-only
// check(): explore a scene, shorten what was found, replay it, and say what the search covered.

import { assert } from '#base/assert';
import { Misfit } from '#base/saved';
import { type Minimised, minimise, unshortened } from '#checker/explain/minimise';
import { Machine } from '#checker/machine/machine';
import { assertNamesKnown } from '#checker/machine/names';
import type { Meter } from '#checker/program/meter';
import type { Report } from '#checker/program/program';
import { type Limit, type Replayed, replayRun } from '#checker/program/run';
import type { SceneInput } from '#checker/program/scene';
import { formatSchedule, replay } from '#checker/program/schedule';
import { Discipline } from '#checker/reduce/discipline';
import { Futures } from '#checker/reduce/futures';
import type { Audited } from '#checker/search/audit-cache';
import type { CheckpointStore } from '#checker/search/checkpoint/checkpoint';
import { reportKey } from '#finding/key';
import type { TraceStep } from '#finding/step';
import type { Strategy } from '#finding/strategy';
import type { Why } from '#finding/why';
import { WhySource } from './explain/why.ts';
import { SceneError } from './program/scene-error.ts';
import {
  assertCount,
  assertStrategy,
  exploreBy,
  type OldStrategy,
  renamedStrategy,
  strategyText,
} from './strategies/registry.ts';
import type { StrategyResult } from './strategies/strategy.ts';

export interface SceneCheckOptions {
  /** Exhaustive unless told. */
  readonly strategy?: Strategy | OldStrategy;
  /** Flag --states-max. */
  readonly statesMax?: number | undefined;
  /** Flag --time-max, in seconds; a result that hits it may differ from run to run. */
  readonly timeMaxS?: number | undefined;
  /** What timeMaxS goes by: milliseconds from some moment on; the computer's unless told. */
  readonly clock?: (() => number) | undefined;
  /** Asked from time to time: true once what was found by then is wanted. */
  readonly stopped?: (() => boolean) | undefined;
  /** Flag --depth-max: steps in one go that nobody else can see. */
  readonly depthMax?: number | undefined;
  /** False: findings have the runs on which they were first seen. */
  readonly shorten?: boolean;
  /** Prove up to this many preemptions to be the fewest; 3 unless told. */
  readonly minimisePreemptions?: number | undefined;
  /** Flag --minimise-max: states to visit while shortening. */
  readonly minimiseMax?: number | undefined;
  /** Steps to spend on why each finding fails; 0 for none of it, 4,000,000 unless told. */
  readonly explainMax?: number;
  /** States of the graph on which the odds of a finding are exact; 250,000 unless told. */
  readonly oddsMax?: number;
  /** Is told from time to time how far the search has come. */
  readonly meter?: Meter | undefined;
  /** Where an exhaustive search is kept, and gone on from; not together with auditCache. */
  readonly checkpoint?: CheckpointStore | undefined;
  /** Flag --audit-cache: go on from every Nth place where an exhaustive search turned back. */
  readonly auditCache?: number | undefined;
}

/** A broken rule with the shortest run that shows it. */
export interface CheckFinding {
  readonly report: Report;
  readonly schedule: string;
  readonly preemptions: number;
  /** Proved that no run with fewer preemptions shows it. */
  readonly minimal: boolean;
  readonly trace: readonly TraceStep[];
  /** Index into trace of the later of two accesses that decide; null where none do. */
  readonly deciding: number | null;
  /** Null where there was nothing to say, or too little to say it for. */
  readonly why: Why | null;
}

/** What was explored. */
export interface SceneCoverage {
  readonly strategy: string;
  readonly states: number;
  readonly transitions: number;
  /** Limits that were hit, with the flags that raise them. */
  readonly bounded: readonly Limit[];
  /** Ids of the sometimes-properties that happened. */
  readonly sometimes: readonly string[];
  /** What the numbers of this strategy mean, a sentence each. */
  readonly notes: readonly string[];
  /** Of a sample: the chance to have missed a bug of depth 1, 2, 3; else empty. */
  readonly missed: readonly number[];
  /** Null where none was asked for, or a limit was hit. */
  readonly audited: Audited | null;
}

/** What a check says; `bounded` means that nothing was found but a limit was hit. */
export interface SceneCheckResult {
  readonly outcome: 'holds' | 'violated' | 'bounded';
  readonly findings: readonly CheckFinding[];
  /**
   * What is no failure by itself: data races, and orders of locks that no run has closed to a
   * deadlock. Of an exhaustive search only; if a limit was hit there may be more.
   */
  readonly detected: readonly Report[];
  readonly coverage: SceneCoverage;
}

/**
 * Check @scene: the same options give the same result, but for a limit of time. Throws a RangeError
 * where a number among @options can not be, or no strategy has that name.
 */
export function check(scene: SceneInput, options: SceneCheckOptions = {}): SceneCheckResult {
  assertOptions(options);
  try {
    return checkFrom(scene, options);
  } catch (error) {
    if (!(error instanceof Misfit) || options.checkpoint === undefined) throw error;
    // What was kept does not fit what the threads do now: begin at the beginning.
    options.checkpoint.drop();
    return checkFrom(scene, options);
  }
}

/** Names of all options; the type says that none is missing. */
const OPTIONS: Readonly<Record<keyof SceneCheckOptions, true>> = {
  strategy: true,
  statesMax: true,
  timeMaxS: true,
  clock: true,
  stopped: true,
  shorten: true,
  depthMax: true,
  minimisePreemptions: true,
  minimiseMax: true,
  explainMax: true,
  oddsMax: true,
  meter: true,
  checkpoint: true,
  auditCache: true,
};

function assertOptions(options: SceneCheckOptions): void {
  const other = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name));
  if (other !== undefined) {
    const hint = `the options are ${Object.keys(OPTIONS).join(', ')}`;
    throw new SceneError('RW404', `check() has no option ${other}`, hint);
  }
  if (options.strategy !== undefined) assertStrategy(renamedStrategy(options.strategy));
  const { statesMax, depthMax, auditCache, timeMaxS = 0 } = options;
  for (const [name, value] of Object.entries({ statesMax, depthMax, auditCache })) {
    if (value !== undefined && value !== Number.POSITIVE_INFINITY) assertCount(name, value, 0);
  }
  if (!(timeMaxS >= 0)) throw new RangeError(`timeMaxS is ${timeMaxS}, not a number from 0 on`);
}

function checkFrom(scene: SceneInput, options: SceneCheckOptions): SceneCheckResult {
  const machine = new Machine(scene);
  const discipline = new Discipline(machine.memory, machine.heldSets);
  const strategy = renamedStrategy(options.strategy ?? { kind: 'exhaustive' });
  const { statesMax, timeMaxS, depthMax, clock, stopped } = options;
  const futures = new Futures(machine, discipline);
  const { auditCache, meter, checkpoint } = options;
  const known = { discipline, futures, auditCache, checkpoint };
  const limits = { statesMax, timeMaxS, depthMax, clock, stopped, meter };
  const explored = exploreBy(machine, strategy, { ...limits, ...known });
  if (isWhole(machine, strategy, explored)) assertNamesKnown(machine.scene, machine);
  // What is seen only while runs are made shorter is left out: all is asked the same.
  const sometimes = [...machine.rules.hits].sort();
  const runs = runsOf(machine, explored, options, { discipline, futures });
  const { explainMax: stepsMax, oddsMax } = options;
  const source = stepsMax === 0 ? null : new WhySource(machine, { stepsMax, statesMax: oddsMax });
  const findings = runs.map((run) => finding(machine, run, source));
  const outcome =
    findings.length > 0 ? 'violated' : explored.bounded.length > 0 ? 'bounded' : 'holds';
  return {
    outcome,
    findings,
    detected: explored.detected ?? [],
    coverage: {
      strategy: strategyText(strategy),
      states: explored.states,
      transitions: explored.transitions,
      bounded: explored.bounded,
      sometimes,
      notes: explored.notes,
      missed: explored.missed ?? [],
      audited: explored.audited ?? null,
    },
  };
}

/** A run for each report of @explored: a short one, unless nobody wants that or waits for it. */
function runsOf(
  machine: Machine,
  explored: StrategyResult,
  options: SceneCheckOptions,
  { discipline, futures }: { readonly discipline: Discipline; readonly futures: Futures },
): readonly Minimised[] {
  if (options.shorten === false) return unshortened(machine, explored.found);
  const hurried = explored.bounded.some(({ name }) => name === 'interrupted');
  const { minimisePreemptions: preemptionsMax, minimiseMax: nodesMax } = options;
  return minimise(machine, explored.found, {
    discipline,
    ...(explored.knowsFutures ? { futures } : {}),
    ...(preemptionsMax === undefined ? {} : { preemptionsMax }),
    ...(nodesMax === undefined ? {} : { nodesMax }),
    ...(hurried ? { preemptionsMax: 0, nodesMax: 1 } : {}),
  }).runs;
}

/** True where nothing was left out: no limit was hit, no run was cut off by what broke it. */
function isWhole(machine: Machine, strategy: Strategy, explored: StrategyResult): boolean {
  const isRule = ({ report }: StrategyResult['found'][number]): boolean =>
    machine.scene.rules.some((rule) => rule.id === report.property);
  return (
    explored.bounded.length === 0 && strategy.kind !== 'sample' && explored.found.every(isRule)
  );
}

/** Make a finding of @run: replayed twice, by its steps and by its schedule. */
function finding(machine: Machine, run: Minimised, source: WhySource | null): CheckFinding {
  const key = reportKey(run.report);
  const taken = replayRun(machine, run.run);
  const { trace, preemptions } = taken;
  const raised = taken.reports.find(({ report }) => reportKey(report) === key);
  assert(raised !== undefined, `${key} does not show when its run is taken again`);
  const schedule = formatSchedule(trace, run.run);
  const replayed = replay(machine, schedule);
  assert(replayed.ok, `the schedule of ${key} does not replay: ${schedule}`);
  assert(sameReports(replayed.value, key), `${key} does not show when its schedule is replayed`);
  assert(preemptions === run.preemptions, `${key} has another number of preemptions when replayed`);
  const { deciding, why } = source?.explained(taken, raised.report, raised.step) ?? UNEXPLAINED;
  const { minimal } = run;
  return { report: raised.report, schedule, preemptions, minimal, trace, deciding, why };
}

const UNEXPLAINED = { deciding: null, why: null };

function sameReports(replayed: Replayed, key: string): boolean {
  return replayed.reports.some(({ report }) => reportKey(report) === key);
}
