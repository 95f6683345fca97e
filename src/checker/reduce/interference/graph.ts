// SPDX-License-Identifier: GPL-2.0-only
// The automata as reach.ts looks at them: columns by local state and by edge.

import { type Kept, sameVersion } from '#base/saved';
import { OOPS } from '#checker/machine/automaton';
import { Code } from '#checker/machine/code';
import type { Machine } from '#checker/machine/machine';
import { ACCESS, ACQUIRES } from '#checker/reduce/sections';

/** What a local state is here; those from `loads` to before `adds` go by what the cell holds. */
export const Kind = {
  unknown: 0,
  passes: 1,
  locks: 2,
  stores: 3,
  allocates: 4,
  frees: 5,
  starts: 6,
  ends: 7,
  loads: 8,
  waits: 9,
  swaps: 10,
  compares: 11,
  adds: 12,
} as const;
const KINDS: Readonly<Partial<Record<number, number>>> = {
  [Code.store]: Kind.stores,
  [Code.alloc]: Kind.allocates,
  [Code.free]: Kind.frees,
  [Code.spawn]: Kind.starts,
  [Code.null]: Kind.ends,
  [Code.load]: Kind.loads,
  [Code.wait]: Kind.waits,
  [Code.xchg]: Kind.swaps,
  [Code.cas]: Kind.compares,
  [Code.add]: Kind.adds,
};

/** What is known of the automata. */
export class Graph implements Kept {
  /** By local state: its Op. */
  kinds = new Uint8Array(1024);
  cells = new Int32Array(1024);
  deads = new Int32Array(1024);
  /** By local state: what it stores. */
  args = new Int32Array(1024);
  accesses = new Uint8Array(1024);
  /** By local state: 1 if rules see what may be done there. */
  seen = new Uint8Array(1024);
  /** By local state: the edge out of it found last, plus one; by edge: the one before it. */
  heads = new Int32Array(1024);
  nexts = new Int32Array(1024);
  results = new Int32Array(1024);
  tos = new Int32Array(1024);
  private readonly machine: Machine;
  private edges = 0;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Learn which local states and edges have been found since the last time. */
  catchUp(): void {
    const { edges } = this.machine.automaton;
    this.reserve();
    while (this.edges < edges.length) {
      const { from } = edges[this.edges]!;
      this.join();
      if (from > OOPS && this.machine.mayBeSeen(from)) this.seen[from] = 1;
    }
  }

  /** Take in the next edge. */
  private join(): void {
    const { from, result, to } = this.machine.automaton.edges[this.edges]!;
    this.nexts[this.edges] = this.heads[from]!;
    this.results[this.edges] = result;
    this.tos[this.edges] = to;
    this.heads[from] = ++this.edges;
  }

  /** Room for all that is known of the automata. */
  private reserve(): void {
    const { edges, ops } = this.machine.automaton;
    const nodes = ops.length;
    if (nodes > this.kinds.length) {
      this.kinds = grownBytes(this.kinds, nodes * 2);
      this.cells = grown(this.cells, nodes * 2);
      this.deads = grown(this.deads, nodes * 2);
      this.args = grown(this.args, nodes * 2);
      this.accesses = grownBytes(this.accesses, nodes * 2);
      this.seen = grownBytes(this.seen, nodes * 2);
      this.heads = grown(this.heads, nodes * 2);
    }
    if (edges.length > this.nexts.length) {
      this.nexts = grown(this.nexts, edges.length * 2);
      this.results = grown(this.results, edges.length * 2);
      this.tos = grown(this.tos, edges.length * 2);
    }
  }

  /** The kind of @node. */
  kind(node: number): number {
    return this.kinds[node]! || this.learn(node);
  }

  private learn(node: number): number {
    const i = this.machine.instruction(node);
    const kind = KINDS[i.code] ?? (ACQUIRES[i.code] ? Kind.locks : Kind.passes);
    this.kinds[node] = kind;
    this.cells[node] = i.cell;
    this.deads[node] = i.dead;
    this.args[node] = i.arg;
    this.accesses[node] = ACCESS[i.code]!;
    return kind;
  }

  /** True if @from goes by what its cell holds. */
  reads(from: number): boolean {
    const kind = this.kinds[from]!;
    return kind >= Kind.loads && kind < Kind.adds;
  }

  /** True if what is done at @from, with the result @value, leads to @to. */
  leads(from: number, value: number, to: number): boolean {
    for (let e = this.heads[from]!; e > 0; e = this.nexts[e - 1]!) {
      if (this.tos[e - 1] === to && this.results[e - 1] === value) return true;
    }
    return false;
  }

  /** Edges are those of the automata; what rules saw when they were met is not known from there. */
  save() {
    return { version: 1, edges: this.edges, seen: this.seen };
  }

  load(saved: ReturnType<Graph['save']>): void {
    sameVersion(saved, 1, 'a graph');
    this.reserve();
    while (this.edges < saved.edges) this.join();
    this.seen.set(saved.seen.subarray(0, this.seen.length));
  }
}

/** A longer @array, with zeroes. */
export function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(array);
  return longer;
}

/** The same for bytes. */
export function grownBytes(
  array: Uint8Array<ArrayBuffer>,
  length: number,
): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(array);
  return longer;
}
