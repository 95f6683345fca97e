// SPDX-License-Identifier: GPL-2.0-only
// Which local states threads can come to, given the values of cells: see interference.ts.
//
// Typed arrays and lists made of indices, for this is asked some ten times in each state.

import { type Kept, sameVersion } from '#base/saved';
import { VALUES_MAX } from '#checker/limits';
import { OOPS } from '#checker/machine/automaton';
import type { Machine } from '#checker/machine/machine';
import { Access, type Doing, type FutureFaults } from '#checker/reduce/sections';
import type { Ints } from '#checker/tables/ints';
import { conflicts } from './asker.ts';
import { Graph, grown, grownBytes, Kind } from './graph.ts';

const NOT_KNOWN = -1;

/** Lets threads run over their automata until nothing is new. */
export class ReachWithValues implements Kept {
  /** Cells that were looked at, in this order. */
  readonly consulted: number[] = [];
  /** What is done to cells where threads come to: bits of those read, then of those written. */
  footprint = new Int32Array(0);
  /** Rules see some of it. */
  isSeen = false;
  private readonly machine: Machine;
  private readonly faults: FutureFaults | undefined;
  /** Grows with each question; what is marked with it belongs to this one. */
  private question = 0;
  private readonly graph: Graph;
  /** By local state: the question in which it was reached last, and from where; 0 at the start. */
  private reached = new Int32Array(1024);
  private froms = new Int32Array(1024);
  private readonly todo: number[] = [];
  /** By cell: the question that looked at it last, and the one in which it could have any value. */
  private looked = new Int32Array(1024);
  private anything = new Int32Array(1024);
  /** By cell: where that was found out; NOT_KNOWN if there is no such local state. */
  private reasons = new Int32Array(1024);
  /** By cell: how many values it can have, and which; the local state that waits for more. */
  private counts = new Uint8Array(1024);
  private values = new Int32Array(1024 * VALUES_MAX);
  private waiters = new Int32Array(1024);
  /** By value of a cell: the local state that stores it; none for the first. */
  private putters = new Int32Array(1024 * VALUES_MAX);
  /** By local state: who waits for the same cell. */
  private waits = new Int32Array(1024);
  /** What led to a conflict: still to be shown, shown, and what cells must hold for it. */
  private readonly proof = { todo: [] as number[], seen: new Set<number>(), cells: [] as number[] };
  /** Local states in the order in which they were reached. */
  private readonly order: number[] = [];
  /** Locks that nobody gets past. */
  private cut: readonly number[] = [];
  /** What cells hold; null if it is what they hold now. */
  private recalled: ReadonlyMap<number, number> | null = null;

  constructor(machine: Machine, faults?: FutureFaults) {
    this.machine = machine;
    this.graph = new Graph(machine);
    this.faults = faults;
  }

  /**
   * Let threads run from @others, not past the locks @cut. Cells hold what they hold now, or what
   * is @recalled of them. False if they come to where nothing is known of what follows.
   */
  run(
    cut: readonly number[],
    others: ArrayLike<number>,
    recalled?: ReadonlyMap<number, number>,
  ): boolean {
    this.recalled = recalled ?? null;
    this.cut = cut;
    this.question++;
    this.todo.length = 0;
    this.order.length = 0;
    this.consulted.length = 0;
    this.catchUp();
    const words = (this.machine.state.slots.length + 31) >>> 5;
    if (this.footprint.length === 2 * words) this.footprint.fill(0);
    else this.footprint = new Int32Array(2 * words);
    this.isSeen = false;
    for (let u = 0; u < others.length; u++) if (!this.reach(others[u]!, 0)) return false;
    while (this.todo.length > 0) if (!this.pass(this.todo.pop()!)) return false;
    return true;
  }

  /** Learn what has been found since the last question. */
  private catchUp(): void {
    this.graph.catchUp();
    const { automaton, state } = this.machine;
    const nodes = automaton.ops.length;
    if (nodes > this.reached.length) {
      this.reached = grown(this.reached, nodes * 2);
      this.froms = grown(this.froms, nodes * 2);
      this.waits = grown(this.waits, nodes * 2);
    }
    const cells = state.slots.length;
    if (cells > this.looked.length) {
      this.looked = grown(this.looked, cells * 2);
      this.anything = grown(this.anything, cells * 2);
      this.reasons = grown(this.reasons, cells * 2);
      this.counts = grownBytes(this.counts, cells * 2);
      this.waiters = grown(this.waiters, cells * 2);
      this.values = grown(this.values, cells * 2 * VALUES_MAX);
      this.putters = grown(this.putters, cells * 2 * VALUES_MAX);
    }
  }

  // What is reached -------------------------------------------------------------------------

  /** Another thread can come from @from to @node; false if it is not known what follows. */
  private reach(node: number, from: number): boolean {
    if (node <= OOPS || this.reached[node] === this.question) return true;
    this.reached[node] = this.question;
    this.froms[node] = from;
    const { graph } = this;
    const kind = graph.kind(node);
    if (kind === Kind.ends) return true;
    if (kind !== Kind.waits && graph.heads[node] === 0) return false;
    this.mark(node, kind);
    if (kind !== Kind.locks || !this.cut.includes(graph.cells[node]!)) this.todo.push(node);
    return true;
  }

  /** What is done at @node is part of the footprint. */
  private mark(node: number, kind: number): void {
    const { graph, footprint } = this;
    this.order.push(node);
    const half = footprint.length >>> 1;
    const cell = graph.cells[node]!;
    const access = graph.accesses[node]!;
    if (cell >= 0 && access !== Access.none) {
      const writes =
        access === Access.write && !(kind === Kind.stores && this.isSilent(cell, node));
      const at = (cell >>> 5) + (writes ? half : 0);
      footprint[at] = footprint[at]! | (1 << (cell & 31));
    }
    const dead = graph.deads[node]!;
    if (dead >= 0) {
      const at = (dead >>> 5) + (kind === Kind.frees ? half : 0);
      footprint[at] = footprint[at]! | (1 << (dead & 31));
    }
    if (graph.seen[node] === 1) this.isSeen = true;
  }

  /** True if what is stored at @node is all that @cell can have, as far as is known. */
  private isSilent(cell: number, node: number): boolean {
    if (this.faults?.storesAreSilent) return true;
    if (!this.look(cell) || this.counts[cell] !== 1) return false;
    return this.values[cell * VALUES_MAX] === this.graph.args[node];
  }

  /** Go on from @node. */
  private pass(node: number): boolean {
    const { machine, graph } = this;
    const kind = graph.kinds[node]!;
    if (kind >= Kind.loads && kind < Kind.adds) return this.read(node, kind);
    const cell = graph.cells[node]!;
    if (kind === Kind.stores) {
      if (!this.put(cell, graph.args[node]!, node)) return false;
    } else if (kind === Kind.adds) {
      if (!this.putAny(cell, node)) return false;
    } else if (kind === Kind.frees) {
      const { object } = machine.instruction(node);
      for (const field of machine.memory.objects[object]!.cells.values()) {
        if (!this.put(field, 0, node)) return false;
      }
    } else if (kind === Kind.starts) {
      const { body } = machine.instruction(node).op;
      if (body !== undefined && !this.reach(machine.startNode(body), node)) return false;
    }
    for (let e = graph.heads[node]!; e > 0; e = graph.nexts[e - 1]!) {
      if (kind === Kind.allocates && !this.initialise(graph.results[e - 1]!, node)) return false;
      if (!this.reach(graph.tos[e - 1]!, node)) return false;
    }
    return true;
  }

  /** A fresh object has been allocated at @node. */
  private initialise(object: number, node: number): boolean {
    const fields = this.machine.memory.zeroesOfFresh(object);
    for (let f = 0; f < fields.length; f += 2) {
      if (!this.put(fields[f]!, fields[f + 1]!, node)) return false;
    }
    return true;
  }

  /** What is done at @node goes by what is in its cell. */
  private read(node: number, kind: number): boolean {
    const { graph } = this;
    const cell = graph.cells[node]!;
    const any = !this.look(cell);
    if (kind === Kind.swaps || (any && kind === Kind.compares)) {
      if (!this.put(cell, graph.args[node]!, node)) return false;
    }
    if (any) {
      for (let e = graph.heads[node]!; e > 0; e = graph.nexts[e - 1]!) {
        if (!this.reach(graph.tos[e - 1]!, node)) return false;
      }
      return graph.heads[node] !== 0;
    }
    this.waits[node] = this.waiters[cell]!;
    this.waiters[cell] = node;
    for (let v = 0; v < this.counts[cell]!; v++) {
      if (!this.readAs(node, kind, this.values[cell * VALUES_MAX + v]!)) return false;
    }
    return true;
  }

  /** What is done at @node finds @value in its cell. */
  private readAs(node: number, kind: number, value: number): boolean {
    const { graph } = this;
    if (kind === Kind.compares) {
      const { arg, expect } = this.machine.instruction(node);
      if (value === expect && !this.put(graph.cells[node]!, arg, node)) return false;
    }
    for (let e = graph.heads[node]!; e > 0; e = graph.nexts[e - 1]!) {
      if (graph.results[e - 1] === value) return this.reach(graph.tos[e - 1]!, node);
    }
    return kind !== Kind.waits || !this.machine.isWaitOver(this.machine.instruction(node), value);
  }

  /** Find out what is in @cell; false if it can have any value. */
  private look(cell: number): boolean {
    if (this.looked[cell] !== this.question) this.lookFirst(cell);
    return this.anything[cell] !== this.question;
  }

  private lookFirst(cell: number): void {
    this.looked[cell] = this.question;
    this.waiters[cell] = 0;
    this.counts[cell] = 0;
    const now = this.recalled === null ? this.machine.state.slots[cell] : this.recalled.get(cell);
    if (now === undefined) {
      this.anything[cell] = this.question;
      this.reasons[cell] = NOT_KNOWN;
    } else {
      this.counts[cell] = 1;
      this.values[cell * VALUES_MAX] = now;
      this.consulted.push(cell);
    }
  }

  /** One of the others stores @value in @cell, at @node. */
  private put(cell: number, value: number, node: number): boolean {
    if (this.faults?.storesGoUnseen || !this.look(cell)) return true;
    const first = cell * VALUES_MAX;
    const count = this.counts[cell]!;
    for (let v = 0; v < count; v++) if (this.values[first + v] === value) return true;
    if (count === VALUES_MAX) return this.putAny(cell, NOT_KNOWN);
    this.values[first + count] = value;
    this.putters[first + count] = node;
    this.counts[cell] = count + 1;
    for (let w = this.waiters[cell]!; w > 0; w = this.waits[w]!) {
      if (!this.readAs(w, this.graph.kinds[w]!, value)) return false;
    }
    return true;
  }

  /** One of the others stores in @cell, at @node, we do not know what. */
  private putAny(cell: number, node: number): boolean {
    if (!this.look(cell)) return true;
    this.anything[cell] = this.question;
    this.reasons[cell] = node;
    for (let w = this.waiters[cell]!; w > 0; w = this.waits[w]!) {
      if (!this.read(w, this.graph.kinds[w]!)) return false;
    }
    return true;
  }

  /** Write down how many values @cell could come to have, and which, what it held first. */
  tellValues(cell: number, to: Ints): void {
    const first = cell * VALUES_MAX;
    const count = this.counts[cell]!;
    to.push(count);
    for (let v = 0; v < count; v++) to.push(this.values[first + v]!);
  }

  // Why not ---------------------------------------------------------------------------------

  /**
   * What leads to a conflict with who @does this. Where threads stand goes to @starts, what cells
   * must hold to @cells: cell, value, and so on. False if there is none, or more is not known.
   */
  why(does: Doing, starts: number[], cells: number[]): boolean {
    const clash = this.order.find((node) => this.clashes(does, node));
    if (clash === undefined) return false;
    const { graph, froms, proof } = this;
    proof.todo = [clash];
    proof.seen = new Set(proof.todo);
    proof.cells = cells;
    for (let node = proof.todo.pop(); node !== undefined; node = proof.todo.pop()) {
      const from = froms[node]!;
      if (from === 0) starts.push(node);
      else if (graph.reads(from)) this.whyPassed(from, node);
      this.needs(from);
      if (proof.seen.has(NOT_KNOWN)) return false;
    }
    return true;
  }

  /** The proof needs that @node is reached. */
  private needs(node: number): void {
    const { todo, seen } = this.proof;
    if (node !== 0 && !seen.has(node)) todo.push(node);
    seen.add(node);
  }

  /** The proof needs the result with which @from leads to @to. */
  private whyPassed(from: number, to: number): void {
    const { graph } = this;
    const cell = graph.cells[from]!;
    this.whyValue(cell, (value) => graph.leads(from, value, to));
  }

  /** The proof needs a value of @cell that @fits. */
  private whyValue(cell: number, fits: (value: number) => boolean): void {
    const { graph } = this;
    if (this.anything[cell] === this.question) {
      this.needs(this.reasons[cell]!);
      return;
    }
    const first = cell * VALUES_MAX;
    let v = 0;
    while (v < this.counts[cell]! && !fits(this.values[first + v]!)) v++;
    if (v === 0) this.proof.cells.push(cell, this.values[first]!);
    if (v === 0 || v === this.counts[cell]) {
      if (v > 0) this.needs(NOT_KNOWN);
      return;
    }
    const putter = this.putters[first + v]!;
    const isNew = !this.proof.seen.has(putter);
    this.needs(putter);
    if (isNew && graph.kinds[putter] === Kind.compares) {
      const { expect } = this.machine.instruction(putter);
      this.whyValue(cell, (value) => value === expect);
    }
  }

  /** True if what is @done and what is done at @node are dependent. */
  private clashes(done: Doing, node: number): boolean {
    const { graph } = this;
    if (done.visible && graph.seen[node] === 1) return true;
    const access = graph.accesses[node]!;
    const cell = access === Access.none ? -1 : graph.cells[node]!;
    const dead = graph.deads[node]!;
    const frees = graph.kinds[node] === Kind.frees;
    const isRead = (c: number) => (c === cell && access === Access.read) || (c === dead && !frees);
    const isWritten = (c: number) =>
      (c === cell && access === Access.write) || (c === dead && frees);
    return conflicts(done, isRead, isWritten);
  }

  /** All but the graph belongs to one question. */
  save() {
    return { version: 1, graph: this.graph.save() };
  }

  load(saved: ReturnType<ReachWithValues['save']>): void {
    sameVersion(saved, 1, 'reach');
    this.graph.load(saved.graph);
  }
}
