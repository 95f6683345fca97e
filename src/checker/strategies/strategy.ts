// SPDX-License-Identifier: GPL-2.0-only
// The seam: what a strategy is asked, and what it answers; each is one file behind it.
//
// A strategy is given a program in its initial state and explores it its own way. It answers with
// every broken rule that it has met, each once with a run that shows it; check() shortens, replays
// and explains these, so a strategy need not. What it has not seen it says in `bounded`: a limit
// that was hit, or one that lies in its nature, as the number of preemptions. Where that is empty,
// what was not found is not there: this is the claim that all tests of strategies are about.
//
// All numbers of the result are a function of the program, the strategy and the limits, but where a
// limit of time is hit.

import type { Capability, Program, Report } from '#checker/program/program';
import type { Found, Limit, Limits } from '#checker/program/run';
import type { Discipline } from '#checker/reduce/discipline';
import type { Futures } from '#checker/reduce/futures';
import type { Audited } from '#checker/search/audit-cache';
import type { CheckpointStore } from '#checker/search/checkpoint/checkpoint';
import type { Strategy } from '#finding/strategy';

/** A whole number that is part of a strategy. */
interface StrategyNumber<S extends Strategy> {
  readonly name: Numbers<S>;
  readonly least: number;
  /** In the text form; there is none in data. */
  readonly most: number;
  /** What it is where the text does not say; absent: it has to. */
  readonly default?: number;
}

type Numbers<S> = S extends unknown ? Exclude<keyof S, 'kind'> : never;

/** What a strategy may use beside the program. */
export interface Exploration extends Limits {
  /** What is known of the cells, and of what threads may do: what a search learns goes there. */
  readonly discipline?: Discipline | undefined;
  readonly futures?: Futures | undefined;
  /** Go on from every Nth place where the search turned back, and see that nothing was missed. */
  readonly auditCache?: number | undefined;
  /** Where the search is kept, and gone on from. */
  readonly checkpoint?: CheckpointStore | undefined;
}

/** What was found and how much was covered. */
export interface StrategyResult {
  readonly found: readonly Found[];
  /** States or, for strategies that go run by run, runs. */
  readonly states: number;
  readonly transitions: number;
  /** Empty: what was not found is not there. */
  readonly bounded: readonly Limit[];
  /** What the numbers mean, one sentence each. */
  readonly notes: readonly string[];
  /** Of a sample: the chance to have missed a bug of depth 1, 2, 3. */
  readonly missed?: readonly number[];
  /** What is no failure by itself, where the strategy looks for it. */
  readonly detected?: readonly Report[];
  /** Null: none was asked for, or a limit was hit. */
  readonly audited?: Audited | null;
  /** All that threads may do was met: the futures given are complete. */
  readonly knowsFutures?: boolean;
}

/** A strategy, as its file exports it. */
export interface StrategyEntry<S extends Strategy = Strategy> {
  readonly kind: S['kind'];
  /** Its numbers: the first stands after `kind=`, others by name, as in `sample=100,seed=1`. */
  readonly numbers: readonly StrategyNumber<S>[];
  /** As the manual writes it, `bound=K`, and what it covers. */
  readonly usage: string;
  readonly covers: string;
  /** What --states-max counts. */
  readonly counts: 'states' | 'runs';
  /** What it needs of a program; one that lacks it is refused by name. */
  readonly needs: readonly Capability[];
  /** What a report says that was explored; absent: every order, as is usual. */
  explored?(strategy: S): string;
  explore(program: Program, strategy: S, exploration: Exploration): StrategyResult;
}
