// SPDX-License-Identifier: GPL-2.0-only
// The whole state graph of a program, kept in arrays: what the exact odds are counted on.
//
// States are numbered as they are found, 0 is the start. The edges of state s have the numbers from
// out[s] to out[s + 1] - 1, in the order of threads and answers. What an edge or an end breaks is
// the number of a list of reports; most break nothing, list 0.
//
// Circles are found by Tarjan (1972): parts of the graph in which each state is reached from each
// other. They come out so that whatever a part leads to is before it.

import type { Program, Report } from '#checker/program/program';
import { exploreStateGraph } from '#checker/search/state-graph';
import { reportKey } from '#finding/key';

/** Every state that can be reached, and every step. */
export interface StateGraph {
  readonly states: number;
  readonly out: Int32Array;
  readonly to: Int32Array;
  readonly thread: Int32Array;
  readonly choice: Int32Array;
  /** What the step breaks: a number of a list. */
  readonly breaks: Int32Array;
  /** What is broken where nothing can move; -1 for other states. */
  readonly ends: Int32Array;
  readonly lists: readonly (readonly Report[])[];
  /** Broken before the first step. */
  readonly first: readonly Report[];
  /** States by part, each part after all it leads to; part p is order[parts[p] .. parts[p+1]-1]. */
  readonly order: Int32Array;
  readonly parts: Int32Array;
}

/** The graph of @program; null if it has more than @statesMax states. */
export function stateGraph(program: Program, statesMax: number): StateGraph | null {
  const lists = new Lists();
  const from = new Numbers();
  const to = new Numbers();
  const by = new Numbers();
  const breaks = new Numbers();
  const ends: [state: number, list: number][] = [];
  program.reset();
  const first = [...program.reports];
  const { finished, states } = exploreStateGraph(
    program,
    {
      edge(source, target, thread, choice, reports) {
        from.push(source);
        to.push(target);
        by.push((thread << 16) | choice);
        breaks.push(lists.number(reports));
      },
      end: (state, reports) => ends.push([state, lists.number(reports)]),
    },
    statesMax,
  );
  if (!finished) return null;
  const { out, at } = bySource(from, states);
  const ended = new Int32Array(states).fill(-1);
  for (const [state, list] of ends) ended[state] = list;
  const targets = to.at(at);
  return {
    states,
    out,
    to: targets,
    thread: by.at(at).map((n) => n >> 16),
    choice: by.at(at).map((n) => n & 0xffff),
    breaks: breaks.at(at),
    ends: ended,
    lists: lists.all,
    first,
    ...partsOf(states, out, targets),
  };
}

/** Lists of reports by number; 0 is the empty one. */
class Lists {
  readonly all: (readonly Report[])[] = [[]];
  private readonly ids = new Map<string, number>([['', 0]]);

  number(reports: readonly Report[]): number {
    if (reports.length === 0) return 0;
    const key = reports.map(reportKey).join('\n');
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.all.push([...reports]) - 1;
    this.ids.set(key, id);
    return id;
  }
}

/** A list of integers that grows. */
class Numbers {
  length = 0;
  private data = new Int32Array(4096);

  push(n: number): void {
    if (this.length === this.data.length) {
      const data = new Int32Array(this.data.length * 2);
      data.set(this.data);
      this.data = data;
    }
    this.data[this.length++] = n;
  }

  get(i: number): number {
    return this.data[i]!;
  }

  /** Those at these places. */
  at(places: Int32Array): Int32Array {
    return places.map((i) => this.data[i]!);
  }
}

/** Edges sorted by source, in the order found: where those of a state begin, and their places. */
function bySource(from: Numbers, states: number): { out: Int32Array; at: Int32Array } {
  const out = new Int32Array(states + 1);
  for (let e = 0; e < from.length; e++) out[from.get(e) + 1]!++;
  for (let s = 0; s < states; s++) out[s + 1]! += out[s]!;
  const next = out.slice();
  const at = new Int32Array(from.length);
  for (let e = 0; e < from.length; e++) at[next[from.get(e)]!++] = e;
  return { out, at };
}

/** Tarjan's strongly connected parts, without recursion. */
function partsOf(states: number, out: Int32Array, to: Int32Array) {
  const index = new Int32Array(states).fill(-1);
  const low = new Int32Array(states);
  const onStack = new Uint8Array(states);
  const next = out.slice(0, states);
  const stack: number[] = [];
  const path: number[] = [];
  const order = new Int32Array(states);
  const parts: number[] = [0];
  let [count, placed] = [0, 0];
  const enter = (s: number): void => {
    index[s] = low[s] = count++;
    stack.push(s);
    onStack[s] = 1;
    path.push(s);
  };
  if (states > 0) enter(0);
  while (path.length > 0) {
    const s = path[path.length - 1]!;
    if (next[s]! < out[s + 1]!) {
      const t = to[next[s]!++]!;
      if (index[t]! < 0) enter(t);
      else if (onStack[t] === 1) low[s] = Math.min(low[s]!, index[t]!);
      continue;
    }
    path.pop();
    const parent = path[path.length - 1];
    if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[s]!);
    if (low[s] !== index[s]) continue;
    for (let t = -1; t !== s; ) {
      t = stack.pop()!;
      onStack[t] = 0;
      order[placed++] = t;
    }
    parts.push(placed);
  }
  return { order, parts: Int32Array.from(parts) };
}
