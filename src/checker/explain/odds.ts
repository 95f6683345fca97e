// SPDX-License-Identifier: GPL-2.0-only
// How likely is the failure from here on, and from which step on is it certain? Exactly.
//
// Let every enabled thread be as likely to take the next step, and every answer of the
// environment. The chance p(s) that the failure is seen on the way from state s on is 1 if a step
// or the end shows it, else the mean over the steps from s. Each part of the graph
// (graph.ts) is solved after those that it leads to. A part of more than one state is a
// circle: its chances are the solution of as many linear equations, found by elimination. A circle
// without a way out never ends and so never shows what it has not shown yet: 0.
//
//   s -> fails    s -> t    t -> passes    t -> fails
//   p(t) = 1/2    p(s) = (1 + 1/2) / 2 = 3/4
//
// That a failure is certain is not read off the chance: it is where no path is left on which it
// does not show.

import { CIRCLE_MAX } from '#checker/limits';
import type { Report } from '#checker/program/program';
import type { Choice } from '#checker/program/run';
import type { StateGraph } from './graph.ts';

/** The chance of the failure along a run. */
export interface Odds {
  /** Before the first step, and after each step. */
  readonly after: readonly number[];
  /** Index into the run of the step after which it is certain; null: from the start, or never. */
  readonly noReturn: number | null;
  /** True if it is certain from the start: every order fails. */
  readonly always: boolean;
  readonly states: number;
}

/** Solves a graph for one kind of reports after another; each kind is solved once. */
export class OddsSource {
  readonly graph: StateGraph;
  private readonly weights: Float64Array;
  private readonly known = new Map<string, Solved | null>();

  constructor(graph: StateGraph) {
    this.graph = graph;
    this.weights = weightsOf(graph);
  }

  /** The odds that a report shows for which @is holds, along @run; null: too large a circle. */
  along(run: readonly Choice[], is: (report: Report) => boolean): Odds | null {
    const { graph, known, weights } = this;
    const shows = graph.lists.map((list) => list.some(is));
    const key = shows.map(Number).join('');
    const solved = known.has(key) ? known.get(key)! : solve(graph, shows, weights);
    known.set(key, solved);
    return solved && oddsAlong(graph, run, shows, graph.first.some(is), solved);
  }
}

function oddsAlong(
  graph: StateGraph,
  run: readonly Choice[],
  shows: readonly boolean[],
  first: boolean,
  { chance, escapes }: Solved,
): Odds {
  let shown = first;
  const after = [shown ? 1 : chance[0]!];
  const certain = [shown || escapes[0] === 0];
  let state = 0;
  for (const step of run) {
    const edge = edgeOf(graph, state, step);
    shown ||= shows[graph.breaks[edge]!]!;
    state = graph.to[edge]!;
    after.push(shown ? 1 : chance[state]!);
    certain.push(shown || escapes[state] === 0);
  }
  const at = certain.indexOf(true);
  const noReturn = at <= 0 ? null : at - 1;
  return { after, noReturn, always: at === 0, states: graph.states };
}

function edgeOf({ out, thread, choice }: StateGraph, state: number, step: Choice): number {
  for (let e = out[state]!; e < out[state + 1]!; e++) {
    if (thread[e] === step.thread && choice[e] === step.choice) return e;
  }
  throw new Error(`state ${state} has no step of thread ${step.thread}`);
}

interface Solved {
  readonly chance: Float64Array;
  /** 1 where a path is left on which the failure does not show. */
  readonly escapes: Uint8Array;
}

function solve(graph: StateGraph, shows: readonly boolean[], weights: Float64Array): Solved | null {
  const { states, order, parts } = graph;
  const chance = new Float64Array(states);
  const escapes = new Uint8Array(states);
  const place = new Int32Array(states).fill(-1);
  for (let p = 0; p + 1 < parts.length; p++) {
    if (
      parts[p + 1]! - parts[p]! === 1 &&
      solveState(graph, shows, order[parts[p]!]!, weights, chance, escapes)
    )
      continue;
    const part = order.subarray(parts[p]!, parts[p + 1]!);
    part.forEach((s, i) => {
      place[s] = i;
    });
    if (part.length > CIRCLE_MAX) return null;
    escapesPart(graph, shows, part, place, escapes);
    solvePart(graph, shows, part, place, weights, chance);
    for (const s of part) place[s] = -1;
  }
  return { chance, escapes };
}

/** Solve a state by itself; false if a step leads back to it. */
function solveState(
  { out, to, breaks, ends }: StateGraph,
  shows: readonly boolean[],
  s: number,
  weights: Float64Array,
  chance: Float64Array,
  escapes: Uint8Array,
): boolean {
  const end = ends[s]!;
  let p = end >= 0 && shows[end]! ? 1 : 0;
  let open = end >= 0 && !shows[end]!;
  for (let e = out[s]!; e < out[s + 1]!; e++) {
    const t = to[e]!;
    if (t === s) return false;
    const shown = shows[breaks[e]!]!;
    p += weights[e]! * (shown ? 1 : chance[t]!);
    open ||= !shown && escapes[t] === 1;
  }
  chance[s] = p;
  escapes[s] = open ? 1 : 0;
  return true;
}

/** The chance of each edge, of those of its state. */
function weightsOf({ states, out, thread }: StateGraph): Float64Array {
  const weights = new Float64Array(thread.length);
  for (let s = 0; s < states; s++) {
    const [from, to] = [out[s]!, out[s + 1]!];
    let threads = 0;
    for (let e = from; e < to; e++) if (e === from || thread[e] !== thread[e - 1]) threads++;
    for (let e = from; e < to; ) {
      let next = e + 1;
      while (next < to && thread[next] === thread[e]) next++;
      weights.fill(1 / threads / (next - e), e, next);
      e = next;
    }
  }
  return weights;
}

/**
 * Note for the states of @part whether a path is left without the failure: to an end, or into a
 * circle that nobody leaves and on which it never shows.
 */
function escapesPart(
  { out, to, breaks, ends }: StateGraph,
  shows: readonly boolean[],
  part: Int32Array,
  place: Int32Array,
  escapes: Uint8Array,
): void {
  const quiet = (e: number): boolean => !shows[breaks[e]!]!;
  const closed = part.every((s) => {
    if (out[s] === out[s + 1]) return false;
    for (let e = out[s]!; e < out[s + 1]!; e++) if (place[to[e]!]! < 0 || !quiet(e)) return false;
    return true;
  });
  for (let changed = true; changed; ) {
    changed = false;
    for (const s of part) {
      if (escapes[s] === 1) continue;
      let open = closed || (ends[s]! >= 0 && !shows[ends[s]!]!);
      for (let e = out[s]!; e < out[s + 1]! && !open; e++) open = quiet(e) && escapes[to[e]!] === 1;
      if (!open) continue;
      escapes[s] = 1;
      changed = true;
    }
  }
}

/** The chances of the states of @part, by Gauss's elimination with pivots. */
function solvePart(
  { out, to, breaks }: StateGraph,
  shows: readonly boolean[],
  part: Int32Array,
  place: Int32Array,
  weights: Float64Array,
  chance: Float64Array,
): void {
  const n = part.length;
  const rows: Float64Array[] = [];
  let leaves = false;
  part.forEach((s, i) => {
    const row = new Float64Array(n + 1);
    row[i] = 1;
    for (let e = out[s]!; e < out[s + 1]!; e++) {
      const inside = place[to[e]!]!;
      if (shows[breaks[e]!]!) row[n]! += weights[e]!;
      else if (inside >= 0) row[inside]! -= weights[e]!;
      else row[n]! += weights[e]! * chance[to[e]!]!;
      leaves ||= shows[breaks[e]!]! || inside < 0;
    }
    rows.push(row);
  });
  if (!leaves) return;
  eliminate(rows, n);
  part.forEach((s, i) => {
    chance[s] = Math.min(1, Math.max(0, rows[i]![n]!));
  });
}

/** Turn the matrix before column @n into the identity. */
function eliminate(rows: Float64Array[], n: number): void {
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) {
      if (Math.abs(rows[r]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = r;
    }
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const row = rows[k]!;
    const head = row[k]!;
    for (let c = k; c <= n; c++) row[c]! /= head;
    for (let r = 0; r < n; r++) {
      const factor = rows[r]![k]!;
      if (r === k || factor === 0) continue;
      const other = rows[r]!;
      for (let c = k; c <= n; c++) other[c]! -= factor * row[c]!;
    }
  }
}
