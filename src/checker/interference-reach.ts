// SPDX-License-Identifier: GPL-2.0-only
// Which local states threads can come to, given the values of cells: see interference.ts.
//
// Typed arrays and lists made of indices, for this is asked some ten times in each state.

import {
  ACCESS,
  ACQUIRES,
  Access,
  type FutureFaults,
  type Places,
  type Section,
  VISIBLE,
} from './futures-sections.ts';
import type { Machine } from './machine.ts';
import { OOPS } from './machine-automaton.ts';
import { Code } from './machine-code.ts';
import { Mode } from './machine-held.ts';

/** Values of a cell that are told apart; beyond, it can have any. */
const VALUES_MAX = 16;
/** What a local state is for this search; those from `load` to `add` go by what the cell holds. */
const Kind = {
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

/** Who asks: where it stands, what it holds, whether rules see it, the section that it begins. */
export interface Asker {
  readonly node: number;
  readonly held: number;
  readonly visible: boolean;
  readonly section: Section | null;
}

/** Lets threads run over their automata until they conflict with who asks, or nothing is new. */
export class Reach {
  /** Cells that were looked at, in this order. */
  readonly consulted: number[] = [];
  private readonly machine: Machine;
  private readonly places: Places;
  private readonly faults: FutureFaults | undefined;
  /** Grows with each question; what is marked with it belongs to this one. */
  private question = 0;
  /** By local state: the question in which it was reached last, and its Op. */
  private reached = new Int32Array(1024);
  private kinds = new Uint8Array(1024);
  private cells = new Int32Array(1024);
  private deads = new Int32Array(1024);
  private accesses = new Uint8Array(1024);
  /** By local state: the edge out of it found last, plus one; by edge: the one before it. */
  private heads = new Int32Array(1024);
  private nexts = new Int32Array(1024);
  private results = new Int32Array(1024);
  private tos = new Int32Array(1024);
  private edges = 0;
  private readonly todo: number[] = [];
  /** By cell: the question that looked at it last, and the one in which it could have any value. */
  private looked = new Int32Array(1024);
  private anything = new Int32Array(1024);
  /** By cell: how many values it can have, and which; the local state that waits for more. */
  private counts = new Uint8Array(1024);
  private values = new Int32Array(1024 * VALUES_MAX);
  private waiters = new Int32Array(1024);
  /** By local state: who waits for the same cell. */
  private waits = new Int32Array(1024);
  /** Locks that the asker holds; by set of locks, those of them that are held exclusively. */
  private cut: readonly number[] = [];
  private readonly cuts: (readonly number[])[] = [];
  /** Who asks: the section that begins there, or its cells and what it does to them. */
  private section: Section | null = null;
  private cell = -1;
  private writes = false;
  private dead = -1;
  private frees = false;
  private visible = false;
  /** What cells hold; null if it is what they hold now. */
  private recalled: ReadonlyMap<number, number> | null = null;

  constructor(machine: Machine, places: Places, faults?: FutureFaults) {
    this.machine = machine;
    this.places = places;
    this.faults = faults;
  }

  /**
   * True if no thread that stands at one of @others can do anything that is dependent with what
   * @asker does, before it does it. Cells hold what they hold now, or what is @recalled of them.
   */
  isApart(
    asker: Asker,
    others: ArrayLike<number>,
    recalled?: ReadonlyMap<number, number>,
  ): boolean {
    this.recalled = recalled ?? null;
    this.begin(asker);
    for (let u = 0; u < others.length; u++) if (!this.reach(others[u]!)) return false;
    while (this.todo.length > 0) if (!this.pass(this.todo.pop()!)) return false;
    return true;
  }

  private begin({ node, held, visible, section }: Asker): void {
    this.question++;
    this.todo.length = 0;
    this.consulted.length = 0;
    this.catchUp();
    this.cut = this.cuts[held] ?? this.exclusive(held);
    const i = this.machine.instruction(node);
    this.section = section;
    this.cell = i.cell;
    this.writes = ACCESS[i.code] === Access.write;
    this.dead = i.dead;
    this.frees = i.code === Code.free;
    this.visible = visible;
  }

  private exclusive(held: number): readonly number[] {
    const items = this.machine.heldSets.items(held);
    const cells = items.filter(({ mode }) => mode === Mode.exclusive).map(({ cell }) => cell);
    this.cuts[held] = cells;
    return cells;
  }

  /** Learn which local states and edges have been found since the last question. */
  private catchUp(): void {
    const { automaton, state } = this.machine;
    const { edges } = automaton;
    const nodes = automaton.ops.length;
    if (nodes > this.reached.length) {
      this.reached = grown(this.reached, nodes * 2);
      this.kinds = grownBytes(this.kinds, nodes * 2);
      this.cells = grown(this.cells, nodes * 2);
      this.deads = grown(this.deads, nodes * 2);
      this.accesses = grownBytes(this.accesses, nodes * 2);
      this.heads = grown(this.heads, nodes * 2);
      this.waits = grown(this.waits, nodes * 2);
    }
    if (edges.length > this.nexts.length) {
      this.nexts = grown(this.nexts, edges.length * 2);
      this.results = grown(this.results, edges.length * 2);
      this.tos = grown(this.tos, edges.length * 2);
    }
    if (state.slots.length > this.looked.length) {
      this.looked = grown(this.looked, state.slots.length * 2);
      this.anything = grown(this.anything, state.slots.length * 2);
      this.counts = grownBytes(this.counts, state.slots.length * 2);
      this.waiters = grown(this.waiters, state.slots.length * 2);
      this.values = grown(this.values, state.slots.length * 2 * VALUES_MAX);
    }
    for (; this.edges < edges.length; this.edges++) {
      const { from, result, to } = edges[this.edges]!;
      this.nexts[this.edges] = this.heads[from]!;
      this.results[this.edges] = result;
      this.tos[this.edges] = to;
      this.heads[from] = this.edges + 1;
    }
  }

  private learn(node: number): number {
    const i = this.machine.instruction(node);
    const kind = KINDS[i.code] ?? (ACQUIRES[i.code] ? Kind.locks : Kind.passes);
    this.kinds[node] = kind;
    this.cells[node] = i.cell;
    this.deads[node] = i.dead;
    this.accesses[node] = ACCESS[i.code]!;
    return kind;
  }

  // What is reached -------------------------------------------------------------------------

  /** Another thread can be at @node; false if that is a conflict. */
  private reach(node: number): boolean {
    if (node <= OOPS || this.reached[node] === this.question) return true;
    this.reached[node] = this.question;
    const kind = this.kinds[node]! || this.learn(node);
    if (kind === Kind.ends) return true;
    if (kind !== Kind.waits && this.heads[node] === 0) return false;
    if (this.section === null ? this.clashes(node, kind) : this.meets(this.section, node, kind)) {
      return false;
    }
    if (kind !== Kind.locks || !this.cut.includes(this.cells[node]!)) this.todo.push(node);
    return true;
  }

  /** Go on from @node. */
  private pass(node: number): boolean {
    const { machine } = this;
    const kind = this.kinds[node]!;
    if (kind >= Kind.loads && kind < Kind.adds) return this.read(node, kind);
    const cell = this.cells[node]!;
    if (kind === Kind.stores) {
      if (!this.put(cell, machine.instruction(node).arg)) return false;
    } else if (kind === Kind.adds) {
      if (!this.putAny(cell)) return false;
    } else if (kind === Kind.frees) {
      const { object } = machine.instruction(node);
      for (const field of machine.memory.objects[object]!.cells.values()) {
        if (!this.put(field, 0)) return false;
      }
    } else if (kind === Kind.starts) {
      const { body } = machine.instruction(node).op;
      if (body !== undefined && !this.reach(machine.startNode(body))) return false;
    }
    for (let e = this.heads[node]!; e > 0; e = this.nexts[e - 1]!) {
      if (kind === Kind.allocates && !this.initialise(this.results[e - 1]!)) return false;
      if (!this.reach(this.tos[e - 1]!)) return false;
    }
    return true;
  }

  /** A fresh object has been allocated. */
  private initialise(object: number): boolean {
    const fields = this.machine.memory.zeroesOfFresh(object);
    for (let f = 0; f < fields.length; f += 2) {
      if (!this.put(fields[f]!, fields[f + 1]!)) return false;
    }
    return true;
  }

  /** What is done at @node goes by what is in its cell. */
  private read(node: number, kind: number): boolean {
    const cell = this.cells[node]!;
    const any = !this.look(cell);
    if (kind === Kind.swaps && !this.put(cell, this.machine.instruction(node).arg)) return false;
    if (any) {
      if (kind === Kind.compares && !this.put(cell, this.machine.instruction(node).arg)) {
        return false;
      }
      for (let e = this.heads[node]!; e > 0; e = this.nexts[e - 1]!) {
        if (!this.reach(this.tos[e - 1]!)) return false;
      }
      return this.heads[node] !== 0;
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
    if (kind === Kind.compares) {
      const { arg, expect } = this.machine.instruction(node);
      if (value === expect && !this.put(this.cells[node]!, arg)) return false;
    }
    for (let e = this.heads[node]!; e > 0; e = this.nexts[e - 1]!) {
      if (this.results[e - 1] === value) return this.reach(this.tos[e - 1]!);
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
    if (now === undefined) this.anything[cell] = this.question;
    else {
      this.counts[cell] = 1;
      this.values[cell * VALUES_MAX] = now;
      this.consulted.push(cell);
    }
  }

  /** One of the others stores @value in @cell. */
  private put(cell: number, value: number): boolean {
    if (this.faults?.storesGoUnseen || !this.look(cell)) return true;
    const first = cell * VALUES_MAX;
    const count = this.counts[cell]!;
    for (let v = 0; v < count; v++) if (this.values[first + v] === value) return true;
    if (count === VALUES_MAX) return this.putAny(cell);
    this.values[first + count] = value;
    this.counts[cell] = count + 1;
    for (let node = this.waiters[cell]!; node > 0; node = this.waits[node]!) {
      if (!this.readAs(node, this.kinds[node]!, value)) return false;
    }
    return true;
  }

  /** One of the others stores in @cell we do not know what. */
  private putAny(cell: number): boolean {
    if (!this.look(cell)) return true;
    this.anything[cell] = this.question;
    for (let node = this.waiters[cell]!; node > 0; node = this.waits[node]!) {
      if (!this.read(node, this.kinds[node]!)) return false;
    }
    return true;
  }

  // Conflicts -------------------------------------------------------------------------------

  /** True if the step of who asks and that at @node are dependent. */
  private clashes(node: number, kind: number): boolean {
    const cell = this.cells[node]!;
    const access = this.accesses[node]!;
    if (cell >= 0) {
      if (cell === this.cell && (access === Access.write || (this.writes && access !== 0))) {
        return true;
      }
      if (cell === this.dead && (access === Access.write || this.frees)) return true;
    }
    const dead = this.deads[node]!;
    if (dead >= 0) {
      const frees = kind === Kind.frees;
      if (dead === this.cell && (this.writes || frees)) return true;
      if (dead === this.dead && (this.frees || frees)) return true;
    }
    return this.visible && this.machine.mayBeSeen(node);
  }

  /** True if something in @section and what is done at @node are dependent. */
  private meets({ reads, writes }: Section, node: number, kind: number): boolean {
    const cell = this.cells[node]!;
    const access = this.accesses[node]!;
    if (cell >= 0 && access !== Access.none) {
      const place = this.places.of(cell);
      if (has(writes, place) || (access === Access.write && has(reads, place))) return true;
    }
    const dead = this.deads[node]!;
    if (dead >= 0) {
      const place = this.places.of(dead);
      if (has(writes, place) || (kind === Kind.frees && has(reads, place))) return true;
    }
    return has(writes, VISIBLE) && this.machine.mayBeSeen(node);
  }
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(array);
  return longer;
}

function grownBytes(array: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(array);
  return longer;
}

function has(set: Int32Array, place: number): boolean {
  return place >= 0 && (set[place >>> 5]! & (1 << (place & 31))) !== 0;
}
