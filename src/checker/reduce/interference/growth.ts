// SPDX-License-Identifier: GPL-2.0-only
// Which local states lead to edges that were not known yet when a question was answered.

import { type Kept, sameVersion } from '#base/saved';
import type { Machine } from '#checker/machine/machine';

/** Looks at the automata backwards. */
export class Growth implements Kept {
  private readonly machine: Machine;
  /** How many edges there were when `latest` was computed. */
  private known = 0;
  /** By local state: the number of the edge found last of all that it leads to; -1 for none. */
  private latest = new Int32Array(0);

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /**
   * The number of the edge found last of all that a thread at one of @nodes may come to; the share
   * @slack of all edges, found since the last time, may be missing.
   */
  newest(nodes: ArrayLike<number>, slack: number): number {
    if (this.machine.automaton.edges.length > this.known * (1 + slack)) this.compute();
    let newest = -1;
    for (let n = 0; n < nodes.length; n++) {
      const edge = this.latest[nodes[n]!]!;
      if (edge > newest) newest = edge;
    }
    return newest;
  }

  /** From the last edge to the first: whoever leads to it and to no later one. */
  private compute(): void {
    const { edges, ops } = this.machine.automaton;
    // Asking where a thread begins may add a local state.
    const starts = ops.flatMap((op, at) =>
      op?.body ? [[at, this.machine.startNode(op.body)]] : [],
    );
    this.known = edges.length;
    this.latest = new Int32Array(ops.length).fill(-1);
    const into: number[][] = Array.from({ length: ops.length }, () => []);
    for (const { from, to } of edges) into[to]!.push(from);
    for (const [node, start] of starts) into[start!]!.push(node!);
    const todo: number[] = [];
    for (let edge = edges.length - 1; edge >= 0; edge--) {
      todo.push(edges[edge]!.from);
      for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
        if (this.latest[node]! >= 0) continue;
        this.latest[node] = edge;
        todo.push(...into[node]!);
      }
    }
  }

  save() {
    return { version: 1, known: this.known, latest: this.latest };
  }

  load(saved: ReturnType<Growth['save']>): void {
    sameVersion(saved, 1, 'growth');
    this.known = saved.known;
    this.latest = saved.latest;
  }
}
