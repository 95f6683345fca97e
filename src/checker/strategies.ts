// SPDX-License-Identifier: GPL-2.0-only
// The strategies beside exhaustive and bound=K behind one seam: same question, same answer's form.

import { plural } from '#base/text';
import { exploreOptimal, type RunCounts, type RunHooks } from '#checker/dpor/optimal';
import { exploreSource } from '#checker/dpor/source-dpor';
import { atLeast } from '#checker/program/pace';
import type { Capability, Program, Report } from '#checker/program/program';
import { Deadline, type Found, type Limit, type Limits } from '#checker/program/run';
import { type DelayResult, exploreDelay } from '#checker/search/delay';
import { sample } from '#checker/search/sample';
import { exploreStateGraph } from '#checker/search/state-graph';
import { reportKey } from '#finding/key';
import type { Strategy, StrategyOf } from '#finding/strategy';

/** A strategy of this file. */
export type OtherStrategy = Exclude<Strategy, StrategyOf<'exhaustive' | 'bound'>>;

/** The old word for source-DPOR; it is taken wherever a strategy is given. */
export interface OldStrategy {
  readonly kind: 'source';
}

/** @strategy by its name of today. */
export function renamedStrategy(strategy: Strategy | OldStrategy): Strategy {
  return strategy.kind === 'source' ? { kind: 'source-dpor' } : strategy;
}

/** A strategy as it is written after --strategy. */
export function strategyText(strategy: Strategy): string {
  switch (strategy.kind) {
    case 'bound':
      return `bound=${strategy.preemptions}`;
    case 'delay':
      return `delay=${strategy.delays}`;
    case 'sample':
      return `sample=${strategy.runs},seed=${strategy.seed}`;
    default:
      return strategy.kind;
  }
}

const PLAIN = ['exhaustive', 'none', 'optimal', 'source-dpor'] as const;

/** The strategy that @text names; null where it names none. */
export function parseStrategy(text: string): Strategy | null {
  const [, kind, number, seed] = /^([a-z-]+)(?:=(\d{1,9})(?:,seed=(\d{1,9}))?)?$/.exec(text) ?? [];
  const n = Number(number);
  if (number === undefined) {
    if (kind === 'source') return renamedStrategy({ kind });
    const found = PLAIN.find((k) => k === kind);
    return found === undefined ? null : { kind: found };
  }
  if (kind === 'sample' && n > 0) return { kind, runs: n, seed: Number(seed ?? 1) };
  if (seed !== undefined || n > 99) return null;
  if (kind === 'bound') return { kind, preemptions: n };
  return kind === 'delay' ? { kind, delays: n } : null;
}

/** Throws a RangeError where @strategy is none, or one of its numbers can not be. */
export function assertStrategy(strategy: Strategy): void {
  if (strategy.kind === 'bound') assertCount('preemptions', strategy.preemptions, 0);
  else if (strategy.kind === 'delay') assertCount('delays', strategy.delays, 0);
  else if (strategy.kind === 'sample') {
    assertCount('runs', strategy.runs, 1);
    assertCount('seed', strategy.seed, 0);
  } else if (!PLAIN.includes(strategy.kind)) {
    throw new RangeError(`no strategy is called ${String(strategy.kind)}`);
  }
}

/** Throws a RangeError where @value, called @name, is no whole number of at least @least. */
export function assertCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`${name} is ${value}, not a whole number from ${least} on`);
}

/** What a strategy found and how much it covered. */
export interface OtherResult {
  readonly found: readonly Found[];
  /** States or, for strategies that go run by run, runs. */
  readonly states: number;
  readonly transitions: number;
  readonly bounded: readonly Limit[];
  /** What the numbers mean, one sentence each. */
  readonly notes: readonly string[];
  /** Of a sample: the chance to have missed a bug of depth 1, 2, 3. */
  readonly missed?: readonly number[];
}

const NEEDS: Readonly<Record<OtherStrategy['kind'], readonly Capability[]>> = {
  none: ['undo', 'fingerprint'],
  optimal: [],
  'source-dpor': [],
  delay: ['undo', 'fingerprint'],
  sample: [],
};

/** The capabilities that @strategy needs and @program lacks. */
export function lacking(program: Program, strategy: OtherStrategy): Capability[] {
  return NEEDS[strategy.kind].filter((c) => !program.capabilities.includes(c));
}

/** Explore @program as @strategy says. */
export function exploreBy(
  program: Program,
  strategy: OtherStrategy,
  limits: Limits = {},
): OtherResult {
  switch (strategy.kind) {
    case 'none':
      return byStates(program, limits);
    case 'optimal':
      return byRuns(program, exploreOptimal, limits);
    case 'source-dpor':
      return byRuns(program, exploreSource, limits);
    case 'delay':
      return byDelays(exploreDelay(program, strategy.delays, limits), strategy, limits);
    case 'sample':
      return bySamples(program, strategy.runs, strategy.seed, limits);
  }
}

class Noted {
  private readonly found = new Map<string, Found>();

  note(reports: readonly Report[], run: () => Found['run']): void {
    for (const report of reports) {
      const key = reportKey(report);
      if (!this.found.has(key)) this.found.set(key, { report, run: run() });
    }
  }

  all(): Found[] {
    return [...this.found.values()];
  }
}

const timeLimit = ({ timeMaxS }: Limits): Limit => ({
  name: 'time',
  max: timeMaxS!,
  flag: '--time-max',
});

const statesLimit = (max: number): Limit => ({ name: 'states', max, flag: '--states-max' });

/** All runs within a bound were explored, and there are more: never a pass. */
export function boundLimit(strategy: Strategy): Limit | null {
  if (strategy.kind === 'bound') {
    return { name: 'preemptions', max: strategy.preemptions, flag: '--strategy bound=K' };
  }
  if (strategy.kind !== 'delay') return null;
  return { name: 'delays', max: strategy.delays, flag: '--strategy delay=K' };
}

function byStates(program: Program, limits: Limits): OtherResult {
  const noted = new Noted();
  const counts = exploreStateGraph(
    program,
    { violation: (reports, path) => noted.note(reports, () => path) },
    limits.statesMax,
    limits,
  );
  const { states, transitions, finished, inTime } = counts;
  const bounded = finished ? [] : [inTime ? statesLimit(limits.statesMax!) : timeLimit(limits)];
  return { found: noted.all(), states, transitions, bounded, notes: [] };
}

function byRuns(
  program: Program,
  explore: (program: Program, hooks: RunHooks) => RunCounts,
  limits: Limits,
): OtherResult {
  const noted = new Noted();
  const deadline = new Deadline(limits);
  const runsMax = limits.statesMax ?? Number.POSITIVE_INFINITY;
  const bounded: Limit[] = [];
  let [runs, asked] = [0, 0];
  program.reset();
  noted.note(program.reports, () => []);
  const counts = explore(program, {
    step: (run, reports) => {
      if (reports.length > 0) noted.note(reports, () => run.schedule());
    },
    end: (run, _stuck, reports) => {
      runs++;
      noted.note(reports, () => run.schedule());
    },
    stop: () => {
      if ((asked++ & 15) === 0) limits.meter?.(() => atLeast(runs, 0));
      if (runs >= runsMax) bounded.push(statesLimit(runsMax));
      else if (deadline.isPast()) bounded.push(timeLimit(limits));
      return bounded.length > 0;
    },
  });
  const { complete, stuck, blocked, finished } = counts;
  const notes = [
    `${complete} classes of runs end well, ${stuck} with a thread stuck or crashed`,
    `${blocked} runs were begun in vain`,
  ];
  const states = complete + stuck;
  return {
    found: noted.all(),
    states,
    transitions: counts.steps,
    bounded: finished ? [] : bounded,
    notes,
  };
}

function byDelays(
  result: DelayResult,
  strategy: OtherStrategy & { kind: 'delay' },
  limits: Limits,
): OtherResult {
  const { found, states, transitions, exhausted, finished, inTime } = result;
  const bounded: Limit[] = finished ? [] : [inTime ? statesLimit(states) : timeLimit(limits)];
  if (finished && !exhausted) bounded.push(boundLimit(strategy)!);
  const more = exhausted ? 'more delays reach nothing new' : 'more delays reach more';
  const notes = [`at most ${plural(strategy.delays, 'delay')}; ${more}`];
  return { found, states, transitions, bounded, notes };
}

function bySamples(program: Program, runs: number, seed: number, limits: Limits): OtherResult {
  const result = sample(program, runs, seed, limits);
  const notes = result.missed.map(
    (p, i) => `chance to have missed a bug of depth ${i + 1}: ${chanceText(p)}`,
  );
  notes.unshift(
    `${result.runs} runs from seed ${seed}, ${result.threads} threads,` +
      ` at most ${result.longest} steps`,
  );
  if (result.cut > 0) notes.push(`${plural(result.cut, 'run')} cut off at ${result.longest} steps`);
  const bounded: Limit[] = [{ name: 'runs', max: runs, flag: '--strategy sample=N' }];
  if (result.runs < runs) bounded.push(timeLimit(limits));
  const { found, steps, missed } = result;
  return { found, states: result.runs, transitions: steps, bounded, notes, missed };
}

/** A bound on a probability in words: never less than it is. */
export function chanceText(p: number): string {
  if (p < 1e-6) return 'less than one in a million';
  if (p > 0.995) return 'no bound worth stating';
  return `at most ${(Math.ceil(p * 1000) / 10).toFixed(1)} %`;
}
