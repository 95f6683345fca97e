// SPDX-License-Identifier: GPL-2.0-only
// Waits under which every order breaks a rule: those of the finding's own order, else the fewest.
//
// The order of a finding is kept by a wait for each conflict of its run (conflicts.ts): of those up
// to where the rule is broken, else of all. A thread that only begins after that, as the deferral
// worker does, may else come first. Where they are proved, each that can be done without is taken
// away.
//
// Where they are not, a first search without waits brings a run that keeps the rule. A wait is of
// use if that run does not keep it. So the smallest set is taken that rules out every run known so
// far, and proved; what gets away from it is one more run to rule out. A set under which threads
// are left standing is not taken again but with a wait that rules out the run in which they are. No
// set is tried twice.

import type { TraceStep } from '#finding/step';
import type { BrokenAt } from '#finding/why';
import { orderOf } from './conflicts.ts';
import type { Proof } from './prove.ts';
import { candidatesOf, keeps, type PointRun, runOf, type Wait, waitText } from './waits.ts';

/** What was found. */
export interface FoundWaits {
  /** Null where no set of waits was proved. */
  readonly waits: readonly Wait[] | null;
  /** States of the search that proved them. */
  readonly states: number;
  /** Sets that were tried. */
  readonly tried: number;
  /** Of the last set: what gets away from it, where none was proved. */
  readonly left: string | null;
}

const waitsMax = 3;
/** WAITS in guest/order.c. */
const moduleMax = 8;
const triedMax = 400;

/** The run of a finding to its end, and where in it the rule is broken. */
interface ShownRun {
  readonly trace: readonly TraceStep[];
  readonly broken?: BrokenAt | undefined;
}

type ProveUnder = (waits: readonly Wait[]) => Proof;

/** @proveUnder: explores under waits. */
export function findWaits(
  shown: ShownRun,
  proveUnder: ProveUnder,
  setsMax: number = triedMax,
): FoundWaits {
  const run = runOf(shown.trace);
  let tried = 0;
  for (const upTo of ['broken', 'end'] as const) {
    const found = inItsOrder(orderOf(run, shown.broken, upTo), proveUnder);
    tried += found.tried;
    if (found.waits !== null) return { ...found, tried };
  }
  const found = byRunsThatEscape(run, proveUnder, setsMax);
  return { ...found, tried: tried + found.tried };
}

/**
 * @order, which keeps what the run of the finding does before what, without what it can do without.
 * A wait at which somebody is left standing is taken away first: it holds up what has to go on.
 */
function inItsOrder(order: readonly Wait[], proveUnder: ProveUnder): FoundWaits {
  let waits = order;
  let proof = proveUnder(waits);
  let tried = 1;
  while (proof.outcome === 'stuck') {
    const fewer = withoutStanding(waits, runOf(proof.trace));
    if (fewer.length === waits.length) break;
    waits = fewer;
    proof = proveUnder(waits);
    tried++;
  }
  if (proof.outcome !== 'proved') return { waits: null, states: 0, tried, left: null };
  for (const wait of waits) {
    const fewer = waits.filter((w) => w !== wait);
    const again = proveUnder(fewer);
    tried++;
    if (again.outcome === 'proved') [waits, proof] = [fewer, again];
  }
  if (waits.length > moduleMax) return { waits: null, states: 0, tried, left: null };
  return { waits, states: proof.states, tried, left: null };
}

/** @waits without those at which a thread of @run stands at its end. */
function withoutStanding(waits: readonly Wait[], { arrivals }: PointRun): readonly Wait[] {
  const isTold = ({ tell }: Wait): boolean => arrivals.some((a) => a.point === tell);
  const stands = ({ at }: Wait): boolean =>
    arrivals.some((a) => a.point === at && a.before === Number.POSITIVE_INFINITY);
  return waits.filter((wait) => isTold(wait) || !stands(wait));
}

/** The fewest waits that rule out every run which got away so far, until none does. */
function byRunsThatEscape(finding: PointRun, proveUnder: ProveUnder, setsMax: number): FoundWaits {
  const open: Open[] = [];
  const runs: PointRun[] = [];
  const failed = new Map<string, number>();
  const seen = new Set<string>();
  let left: string | null = null;
  let tried = 0;
  let waits: readonly Wait[] | null = [];
  while (waits !== null && tried < setsMax) {
    tried++;
    seen.add(keyOf(waits));
    const proof = proveUnder(waits);
    if (proof.outcome === 'proved') return { waits, states: proof.states, tried, left: null };
    left = proof.outcome === 'bounded' ? 'the search hit its limit' : proof.because;
    if (proof.outcome !== 'bounded') {
      const run = runOf(proof.trace);
      const under = proof.outcome === 'stuck' ? waits.map(waitText) : [];
      open.push({ run, under, out: new Map() });
      if (proof.outcome === 'escapes') runs.push(run);
    }
    for (const key of waits.map(waitText)) failed.set(key, (failed.get(key) ?? 0) + 1);
    waits = nextSet(candidatesOf(finding, runs, failed), open, seen);
  }
  return { waits: null, states: 0, tried, left };
}

function keyOf(waits: readonly Wait[]): string {
  return waits.map(waitText).sort().join(',');
}

/** A run that is to be ruled out, wherever the waits @under are all taken. */
interface Open {
  readonly run: PointRun;
  readonly under: readonly string[];
  /** Whether a wait rules it out, as far as that was asked. */
  readonly out: Map<string, boolean>;
}

function rulesOut({ run, under, out }: Open, wait: Wait): boolean {
  const key = waitText(wait);
  if (under.includes(key)) return false;
  const known = out.get(key) ?? !keeps(run.arrivals, wait);
  out.set(key, known);
  return known;
}

/** The first set of the fewest @candidates that rules out all runs and is not in @seen. */
function nextSet(
  candidates: readonly Wait[],
  runs: readonly Open[],
  seen: ReadonlySet<string>,
): readonly Wait[] | null {
  const isOpen = (run: Open, chosen: readonly Wait[]): boolean =>
    run.under.every((key) => chosen.some((wait) => waitText(wait) === key)) &&
    !chosen.some((wait) => rulesOut(run, wait));
  // Some wait of the set rules out the first run that is left.
  const pick = (chosen: readonly Wait[], size: number): readonly Wait[] | null => {
    const open = runs.find((run) => isOpen(run, chosen));
    if (open === undefined) return seen.has(keyOf(chosen)) ? null : chosen;
    if (chosen.length === size) return null;
    for (const wait of candidates) {
      if (!rulesOut(open, wait)) continue;
      const found = pick([...chosen, wait], size);
      if (found !== null) return found;
    }
    return null;
  };
  for (let size = 1; size <= waitsMax; size++) {
    const found = pick([], size);
    if (found !== null) return found;
  }
  return null;
}
