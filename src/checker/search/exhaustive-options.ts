// SPDX-License-Identifier: GPL-2.0-only
// What an exhaustive search can be told, and what it says in the end.

import type { DependenceFaults } from '#checker/program/dependence';
import type { Report } from '#checker/program/program';
import type { Found, Limit, Limits, Path } from '#checker/program/run';
import type { Discipline, ReductionFaults, Reductions } from '#checker/reduce/discipline';
import type { Futures } from '#checker/reduce/futures';
import type { PersistentFaults } from '#checker/reduce/persistent';
import type { FutureFaults } from '#checker/reduce/sections';
import type { Keeper } from '#checker/search/checkpoint/checkpoint';

export interface ExhaustiveOptions extends Limits, Reductions {
  /** What is known of the cells from an earlier search; learned here as well. */
  readonly discipline?: Discipline | undefined;
  /** What is known of what threads may still do; likewise. */
  readonly knownFutures?: Futures | undefined;
  /** Random runs before the first round; true unless told. */
  readonly learn?: boolean;
  /** States up to which a cell that comes to be shared voids the round; 1000 unless told. */
  readonly young?: number;
  /** How much is kept of what steps relied on; beyond, a wrong answer voids the round. */
  readonly keptMax?: number;
  readonly faults?:
    | (DependenceFaults & ReductionFaults & FutureFaults & PersistentFaults)
    | undefined;
  /** Keeps the search in a file, and goes on from there. */
  readonly keeper?: Keeper | undefined;
  /** The search ends with the first report for which this is true. */
  readonly until?: ((report: Report) => boolean) | undefined;
  /** Called in each state that is stored, once a round. */
  readonly onState?: (() => void) | undefined;
  /** Called where a known state is met in which nothing is left to do, with the way there. */
  readonly onHit?: ((path: Path) => void) | undefined;
  /** Called in each state where nothing is enabled. */
  readonly onTerminal?: (() => void) | undefined;
}

export interface ExhaustiveResult {
  readonly found: readonly Found[];
  readonly states: number;
  readonly transitions: number;
  /** Limits that were hit; what was found holds, what was not found may still exist. */
  readonly bounded: readonly Limit[];
  /** How often the search began. */
  readonly rounds: number;
}
