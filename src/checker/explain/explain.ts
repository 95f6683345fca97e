// SPDX-License-Identifier: GPL-2.0-only
// Why a run fails: the two accesses that decide, the window, the odds, and where it is too late.
//
// All of it is about one failure, a rule that is broken on one subject. Each part says how it is
// found: the pair in pair.ts, the window in window.ts, the odds in odds.ts,
// or, where the state graph is too big, walks.ts. One pair decides: it marks the accesses
// in a report, and the window is that of the switch which let the two stand in this order.
//
// Where every order fails there is nothing to swap and no window: it is how the program is made.

import { EXPLAIN_MAX, WALKS_FEW } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import type { Choice } from '#checker/program/run';
import type { Chances } from '#finding/why';
import { stateGraph } from './graph.ts';
import { type Odds, OddsSource } from './odds.ts';
import { breaks, type Failure, Orders } from './orders.ts';
import { type DecidingPair, decidingPair, type Observed, observe } from './pair.ts';
import { Walks } from './walks.ts';
import { type RaceWindow, switchBetween, switchesOf, windowAt } from './window.ts';

export interface FoundReasons {
  readonly pair: DecidingPair | null;
  readonly window: RaceWindow | null;
  readonly odds: Chances;
  /** Every order breaks the rule: proved on the whole graph. */
  readonly always: boolean;
  /** False where the search for the pair was cut short. */
  readonly complete: boolean;
}

/** What is asked about: a run, what it breaks, and where. */
export interface Failed {
  readonly run: readonly Choice[];
  readonly failure: Failure;
  /** Index into the run of the step that breaks the rule. */
  readonly raised: number;
}

/** Explains runs of one machine, whose state graph is visited once. */
export class Explainer {
  readonly machine: Machine;
  readonly orders: Orders;
  private readonly statesMax: number;
  private readonly walks: Walks;
  private kept: OddsSource | null | undefined;

  /** @statesMax: states of the graph at most, for exact odds; 0: none. */
  constructor(machine: Machine, statesMax: number) {
    this.machine = machine;
    this.orders = new Orders(machine);
    this.walks = new Walks(machine);
    this.statesMax = statesMax;
  }

  /** The odds on the whole graph; null if it is too large. */
  private exactly(): OddsSource | null {
    if (this.kept === undefined) {
      const graph = this.statesMax === 0 ? null : stateGraph(this.machine, this.statesMax);
      this.kept = graph && new OddsSource(graph);
    }
    return this.kept;
  }

  /** The exact chance of @failure along any run; null: the graph is too large. */
  along(run: readonly Choice[], failure: Failure): Odds | null {
    return this.exactly()?.along(run, (r) => breaks(r, failure)) ?? null;
  }

  /** Why the run fails; @stepsMax: steps to spend on the pair, and on the window. */
  explain(failed: Failed, stepsMax = EXPLAIN_MAX): FoundReasons {
    const { odds, always } = this.odds(failed);
    if (always) return { pair: null, window: null, odds, always, complete: true };
    const { orders, machine } = this;
    const seen = observe(machine, failed.run);
    const { failure, raised } = failed;
    const { pair, complete } = decidingPair(orders, seen, failure, raised, stepsMax);
    const window = this.window(seen, failure, pair, stepsMax);
    return { pair, window, odds, always, complete };
  }

  private window(
    seen: Observed,
    failure: Failure,
    pair: DecidingPair | null,
    stepsMax: number,
  ): RaceWindow | null {
    const { run } = seen;
    const all = pair === null ? switchesOf(seen) : [switchBetween(seen, pair.first, pair.second)];
    for (const at of all) {
      const [first, second] = [run[pair?.first ?? at.from]!, run[pair?.second ?? at.from]!];
      const intruder = first.thread === at.victim ? second.thread : first.thread;
      const window = windowAt(this.orders, seen, failure, at, intruder, stepsMax);
      if (window !== null) return window;
    }
    return null;
  }

  private odds({ run, failure }: Failed): { odds: Chances; always: boolean } {
    const broken = (r: Report): boolean => breaks(r, failure);
    const alike = (r: Report): boolean => broken(r) && r.window === failure.window;
    const source = this.exactly();
    const exact = source?.along(run, broken);
    const same = source?.along(run, alike);
    if (exact && same) {
      const { after, noReturn, states, always } = exact;
      const odds = { fails: after[0]!, alike: same.after[0]!, after, states, noReturn };
      return { odds: { exact: true, ...odds }, always };
    }
    const walked = this.walks.along(run, { fails: broken, alike });
    return { odds: { exact: false, walksAfter: WALKS_FEW, ...walked }, always: false };
  }
}
