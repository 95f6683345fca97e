// SPDX-License-Identifier: GPL-2.0-only
// States that nothing leads out of: threads go round in them for ever, whatever the scheduler does.
//
// A cycle of the state graph alone says little: a fair scheduler may leave it. But take the graph's
// strongly connected components (states that all lead to each other). One that no step leaves, and
// in which steps go on, is a trap: no run that is in there ever comes to an end.
//
//   T1: for ever until x: nothing     T2: for ever until y: nothing      nobody writes x or y
//   one state, two steps, both back to it: each alone spins, together they never end
//
// Two threads that take one lock and try the other, and back off both, can go round for ever as
// well; but from each state some order ends it. That is no trap; the cycle is reported by Livelocks
// (detect.ts), with a way out. A component in which only daemons are left is how a program ends.
//
// Tarjan, Depth-First Search and Linear Graph Algorithms, SIAM J. Comput. 1, 1972.

import type { Program } from '#checker/program/program';
import type { Found } from '#checker/program/run';
import type { PathStep } from '#checker/search/state-graph';
import { Ints } from '#checker/tables/ints';
import { type Detector, detected } from './detector.ts';

const NONE = -1;

/** Finds the traps of a state graph that is shown edge by edge. */
export class Traps implements Detector {
  private readonly program: Program;
  private readonly from = new Ints();
  private readonly to = new Ints();
  private readonly by = new Ints();
  /** By state: the edge that has led to it first. */
  private readonly first = new Ints();

  constructor(program: Program) {
    this.program = program;
    this.first.push(NONE);
  }

  edge(from: number, to: number, thread: number, choice: number): void {
    if (to === this.first.length) this.first.push(this.from.length);
    this.from.push(from);
    this.to.push(to);
    this.by.push(thread | (choice << 8));
  }

  reports(): Found[] {
    const states = this.first.length;
    const starts = this.startsOf(states);
    const component = components(states, starts.edges, starts.at, this.to.data);
    const closed = new Uint8Array(states).fill(1);
    const threads = new Map<number, Set<number>>();
    for (let e = 0; e < this.from.length; e++) {
      const mine = component[this.from.data[e]!]!;
      if (component[this.to.data[e]!] !== mine) closed[mine] = 0;
      else threads.set(mine, (threads.get(mine) ?? new Set()).add(this.by.data[e]! & 0xff));
    }
    const entries = new Map<number, number>();
    for (let s = states - 1; s >= 0; s--) entries.set(component[s]!, s);
    const found = new Map<string, Found>();
    for (const [mine, movers] of threads) {
      if (closed[mine] === 0) continue;
      const trap = this.judge(this.pathTo(entries.get(mine)!), movers);
      if (trap === null) continue;
      const known = found.get(trap.report.because);
      if (known === undefined || trap.run.length < known.run.length) {
        found.set(trap.report.because, trap);
      }
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, f]) => f);
  }

  /** The edges by the state they leave: those of state s stand from at[s] to at[s + 1]. */
  private startsOf(states: number) {
    const at = new Int32Array(states + 1);
    for (let e = 0; e < this.from.length; e++) at[this.from.data[e]! + 1]!++;
    for (let s = 0; s < states; s++) at[s + 1]! += at[s]!;
    const next = at.slice();
    const edges = new Int32Array(this.from.length);
    for (let e = 0; e < edges.length; e++) edges[next[this.from.data[e]!]!++] = e;
    return { at, edges };
  }

  private pathTo(state: number): PathStep[] {
    const path: PathStep[] = [];
    for (let e = this.first.data[state]!; e !== NONE; e = this.first.data[this.from.data[e]!]!) {
      const by = this.by.data[e]!;
      path.push({ thread: by & 0xff, choice: by >> 8 });
    }
    return path.reverse();
  }

  /** The report, or null where nobody but daemons is left. */
  private judge(run: PathStep[], movers: ReadonlySet<number>): Found | null {
    const { program } = this;
    program.reset();
    for (const s of run) program.step(s.thread, s.choice);
    const left = Array.from({ length: program.threadCount() }, (_, t) => t).filter(
      (t) => !program.isDone(t) && !program.isDaemon(t),
    );
    if (left.length === 0) return null;
    const name = (t: number): string => program.threadName(t);
    const names = [...movers].map(name).sort();
    const because = `${names.join(', ')} go round for ever, and nothing leads out of it`;
    const facts = { threads: names.join(', '), left: left.map(name).sort().join(', ') };
    return { report: detected('livelock', names[0]!, because, facts), run };
  }
}

/** The number of each state's strongly connected component. */
function components(states: number, edges: Int32Array, at: Int32Array, to: Int32Array): Int32Array {
  const component = new Int32Array(states).fill(NONE);
  const order = new Int32Array(states).fill(NONE);
  const low = new Int32Array(states);
  const next = at.slice(0, states);
  const [open, path]: [number[], number[]] = [[], []];
  let count = 0;
  // All states can be reached from the first one.
  for (let s = 0; ; ) {
    if (order[s] === NONE) {
      order[s] = low[s] = count++;
      open.push(s);
      path.push(s);
    }
    if (next[s]! < at[s + 1]!) {
      const t = to[edges[next[s]!++]!]!;
      if (order[t] === NONE) s = t;
      else if (component[t] === NONE) low[s] = Math.min(low[s]!, order[t]!);
      continue;
    }
    if (low[s] === order[s]) {
      for (let member = NONE; member !== s; ) {
        member = open.pop()!;
        component[member] = s;
      }
    }
    path.pop();
    const back = path.at(-1);
    if (back === undefined) return component;
    low[back] = Math.min(low[back]!, low[s]!);
    s = back;
  }
}
