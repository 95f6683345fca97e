// SPDX-License-Identifier: GPL-2.0-only
// How likely is the failure from here on, and from which step on is it certain?
//
// Let every enabled thread be as likely to take the next step, and every answer of the environment.
// The chance p(s) that the failure is seen on the way from state s on is 1 if a step or the end
// shows it, else the mean over the steps from s. On a graph without cycles one pass in the order in
// which states were left gives it exactly; with cycles the passes are repeated until they settle.
//
//   s -> fails    s -> t    t -> passes    t -> fails
//   p(t) = 1/2    p(s) = (1 + 1/2) / 2 = 3/4

import type { Program, Report } from '#checker/program/program';
import { type Choice, reportKey } from '#checker/program/run';
import { exploreStateGraph } from '#checker/search/state-graph';

/** The chance of the failure along a run. */
export interface Odds {
  /** Before the first step, and after each step. */
  readonly after: readonly number[];
  /** The step after which the failure is certain; null where it never is before it shows. */
  readonly noReturn: number | null;
  readonly states: number;
}

interface Step {
  readonly to: number;
  readonly weight: number;
  readonly fails: boolean;
}

const PASSES_MAX = 10_000;
const SETTLED = 1e-12;

/** The odds that @key is reported, along @run; null if there are more than @statesMax states. */
export function oddsAlong(
  program: Program,
  run: readonly Choice[],
  key: string,
  statesMax: number,
): Odds | null {
  const steps: Step[][] = [];
  const threads: Set<number>[] = [];
  const ends = new Set<number>();
  const choicesOf: Map<number, number>[] = [];
  const shows = (reports: readonly Report[]) => reports.some((r) => reportKey(r) === key);
  const edges: { from: number; to: number; thread: number; fails: boolean }[] = [];
  const { finished, states } = exploreStateGraph(
    program,
    {
      edge(from, to, thread, _choice, reports) {
        edges.push({ from, to, thread, fails: shows(reports) });
        threads[from] ??= new Set();
        threads[from]!.add(thread);
        choicesOf[from] ??= new Map();
        choicesOf[from]!.set(thread, (choicesOf[from]!.get(thread) ?? 0) + 1);
      },
      end: (state, reports) => {
        if (shows(reports)) ends.add(state);
      },
    },
    statesMax,
  );
  if (!finished) return null;
  for (const { from, to, thread, fails } of edges) {
    const weight = 1 / threads[from]!.size / choicesOf[from]!.get(thread)!;
    steps[from] ??= [];
    steps[from]!.push({ to, weight, fails });
  }
  const chance = solve(steps, states, ends);
  return along(program, run, shows, chance, steps);
}

function solve(steps: readonly Step[][], states: number, ends: ReadonlySet<number>): Float64Array {
  const chance = new Float64Array(states);
  for (const s of ends) chance[s] = 1;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    let change = 0;
    for (let s = states - 1; s >= 0; s--) {
      const out = steps[s];
      if (out === undefined) continue;
      let p = 0;
      for (const e of out) p += e.weight * (e.fails ? 1 : chance[e.to]!);
      change = Math.max(change, Math.abs(p - chance[s]!));
      chance[s] = p;
    }
    if (change < SETTLED) break;
  }
  return chance;
}

/** Walk @run through the graph: states are found again by the steps, in the order of the search. */
function along(
  program: Program,
  run: readonly Choice[],
  shows: (reports: readonly Report[]) => boolean,
  chance: Float64Array,
  steps: readonly Step[][],
): Odds {
  const after = [chance[0]!];
  let [state, shown] = [0, false];
  program.reset();
  for (const { thread, choice } of run) {
    let nth = 0;
    for (let t = 0; t < thread; t++) if (program.enabled(t)) nth += program.choices(t);
    const taken = steps[state]![nth + choice]!;
    program.step(thread, choice);
    shown ||= shows(program.reports);
    state = taken.to;
    after.push(shown ? 1 : chance[state]!);
  }
  const certain = after.findIndex((p, i) => i > 0 && p > 1 - 1e-9);
  return { after, noReturn: certain < 0 ? null : certain - 1, states: chance.length };
}
