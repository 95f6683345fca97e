// SPDX-License-Identifier: GPL-2.0-only
// What a thread may still do: steps that nobody's future can conflict with need no switch point.
//
// The idea. Threads are automata, so from a local state the set of cells that the thread may still
// read or write is plain reachability. A step of thread t is quiet if no other thread, from where
// it stands now, can ever do a step that is dependent with it: then {t} is a persistent set of one
// thread (Godefroid 1996, chapter 4; Overman's algorithm on learned automata).
//
//   T1: x = 1; lock m; ..; unlock m; done        once T2 is past its last access of x,
//   T2: read x; lock m; ..; unlock m; y = 2      "x = 1" needs no switch point any more
//
// Only what T2 can do before T1 moves counts, and it cannot get past the acquiring of a lock that
// T1 holds. So there is one layer of futures for each set of locks that a thread holds, in which
// reachability ends at those locks:
//
//   T1: lock m; <- here; z = 1; unlock m         T2 stands before "lock m": its future in the layer
//   T2: lock m; z = 2; unlock m                  {m} is empty, so "z = 1" is quiet
//
// A whole critical section is quiet in the same way. Say t is about to take lock m, which is free,
// as are all locks it takes inside, and nothing inside conflicts with the future of another thread
// (locks apart). Any run from here that holds t's section somewhere also runs with the section
// moved to the front in one piece: its contents commute with all the rest, the locks it needs are
// free now and free again after it. A run in which t never gets m ends in a deadlock; so this is
// used only while no deadlock over locks is possible at all: the graph of "holds, takes next" that
// was seen has no cycle, nobody sleeps or ends holding a lock. For the same reason every way into
// the section has to lead out of it: none crashes inside, none may go round for ever, none keeps a
// lock that it has taken inside. (In the spirit of LAPOR, OOPSLA'19: critical sections are ordered
// only where their contents are.)
//
//   walk 1: lock L; read A.group; unlock L       once A has its group for good, these two
//   walk 2: lock L; read A.group; unlock L       sections are taken in one order only
//
// Only cells that several threads touch and one writes have a place in these sets, a few dozen of
// some hundred: no conflict can be about another one. Whether a lock protects such a cell does not
// matter here, for sections are compared by what they do under their locks. A cell that comes to be
// one of these gets its place when the futures are computed anew; until then it conflicts with
// anything, and sections that have it are compared again at the end.
//
// Learning. The automata are not complete before the search is over. So the search uses the futures
// known so far and treats a local state that is new as able to do anything; from time to time the
// futures are computed anew. Each "no conflict" that was answered is kept (assumptions.ts) and
// asked again at the end; what relied on one that is a conflict now is done again. In the end all
// answers hold for the futures as they are then, and a shortest run that leaves what is known is
// found by the argument at the head of discipline.ts.

import { type Kept, loadParts, sameVersion, saveParts } from '#base/saved';
import { Code, type Instruction } from '#checker/machine/code';
import { Mode } from '#checker/machine/held';
import type { Machine } from '#checker/machine/machine';
import { FutureWithValues } from '#checker/reduce/interference/interference';
import { PairTable } from '#checker/tables/pair-table';
import type { Discipline } from './discipline.ts';
import type { Reliance } from './reliance.ts';
import {
  ACCESS,
  ACQUIRES,
  Access,
  type FutureFaults,
  Places,
  type Section,
  Sections,
  type Sets,
  VISIBLE,
} from './sections.ts';

/** The futures of all local states of a machine, in layers. */
export class Futures implements Kept {
  private readonly machine: Machine;
  private readonly discipline: Discipline;
  private readonly faults: FutureFaults | undefined;
  private readonly places = new Places();
  /** Cells with a place when the futures were computed. */
  private contentions = 0;
  /** Words per set. */
  private words = 0;
  /** Local states known when the futures were computed. */
  private nodes = 0;
  private layers: (Sets | undefined)[] = [];
  private own: Sets = { reads: new Int32Array(0), writes: new Int32Array(0) };
  /** The lock that a local state is about to take, or -1. */
  private acquired = new Int32Array(0);
  /** Edges and what they start, by the local states that they join; in order of discovery. */
  private froms = new Int32Array(0);
  private tos = new Int32Array(0);
  private readonly sections: Sections;
  /** The same question, asked with the values that cells can have. */
  readonly interference: FutureWithValues;
  private readonly order = new Map<number, Set<number>>();
  private readonly ordered = new PairTable();
  /** Locks that somebody tries. */
  private readonly tried = new Set<number>();
  /** True once locks could stop threads for good. */
  private stuck = false;
  /** Grows when what was taken for impossible is seen; a round that used it is done again. */
  surprises = 0;

  constructor(machine: Machine, discipline: Discipline, faults?: FutureFaults) {
    this.machine = machine;
    this.discipline = discipline;
    this.faults = faults;
    this.sections = new Sections(machine, this.places, faults);
    this.interference = new FutureWithValues(machine, this.sections, faults);
  }

  /** A thread that holds @held stands before @i: learn in which order locks are taken. */
  noteHeld(held: number, i: Instruction): void {
    if (i.code === Code.trylock && !this.tried.has(i.cell)) {
      this.tried.add(i.cell);
      this.surprises++;
    }
    if (held === 0 || this.stuck) return;
    if (i.code === Code.wait) this.setStuck();
    if (ACQUIRES[i.code] !== true || this.ordered.get(held, i.cell) >= 0) return;
    this.ordered.add(held, i.cell, 0);
    for (const { cell } of this.machine.heldSets.items(held)) {
      const next = this.order.get(cell) ?? new Set();
      if (next.has(i.cell)) continue;
      next.add(i.cell);
      this.order.set(cell, next);
      if (this.leads(i.cell, cell)) this.setStuck();
    }
  }

  /** True if so much is new that it pays to compute the futures anew. */
  isStale(): boolean {
    const { length } = this.machine.automaton.ops;
    return length > this.nodes * 1.2 + 64 || this.discipline.contentions !== this.contentions;
  }

  /** A thread that holds locks crashes at @node, by what it has done itself. */
  noteCrash(node: number): void {
    this.sections.noteCrash(node);
  }

  /** A thread has ended and holds locks. */
  noteLeak(): void {
    this.setStuck();
  }

  private setStuck(): void {
    if (this.stuck || this.faults?.ignoreDeadlocks) return;
    this.stuck = true;
    this.surprises++;
  }

  private leads(from: number, to: number, seen = new Set<number>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(this.order.get(from) ?? [])].some((next) => this.leads(next, to, seen));
  }

  /** Compute all futures anew, from what is known by now. */
  refresh(): void {
    this.nodes = this.machine.automaton.ops.length;
    this.contentions = this.discipline.contentions;
    this.places.add(this.discipline);
    this.words = (this.places.count + 31) >>> 5;
    this.layers = [];
    this.sections.forget(this.nodes, this.words);
    this.decode();
    this.join();
  }

  /** The futures of the others as seen by a thread that holds the locks @held. */
  private layer(held: number): Sets {
    const known = this.layers[held];
    if (known !== undefined) return known;
    const made = this.emptySets();
    while (this.layers.length <= held) this.layers.push(undefined);
    this.layers[held] = made;
    this.close(made, held);
    return made;
  }

  /** Fixpoint over the edges, backwards in order of discovery. */
  private close(layer: Sets, held: number): void {
    const { heldSets } = this.machine;
    const { froms, tos, acquired, words } = this;
    const { reads, writes } = layer;
    const cut = new Set<number>();
    for (const { cell, mode } of heldSets.items(held)) if (mode === Mode.exclusive) cut.add(cell);
    reads.set(this.own.reads);
    writes.set(this.own.writes);
    const follows = new Uint8Array(this.nodes);
    for (let node = 0; node < this.nodes; node++) {
      const lock = acquired[node]!;
      follows[node] = lock >= 0 && cut.has(lock) ? 0 : 1;
    }
    for (let again = true; again; ) {
      again = false;
      for (let e = froms.length - 1; e >= 0; e--) {
        if (follows[froms[e]!] === 0) continue;
        const into = froms[e]! * words;
        const from = tos[e]! * words;
        for (let w = 0; w < words; w++) {
          const r = reads[into + w]! | reads[from + w]!;
          const x = writes[into + w]! | writes[from + w]!;
          if (r === reads[into + w] && x === writes[into + w]) continue;
          reads[into + w] = r;
          writes[into + w] = x;
          again = true;
        }
      }
    }
  }

  /** Which local states are joined. */
  private join(): void {
    const { edges } = this.machine.automaton;
    const pairs: number[] = [];
    const put = (from: number, to: number): void => {
      if (from < this.nodes && to < this.nodes) pairs.push(from, to);
    };
    for (const { from, to } of edges) {
      const started = this.startedBy(from);
      if (started >= 0) put(from, started);
      put(from, to);
    }
    this.froms = Int32Array.from({ length: pairs.length / 2 }, (_, i) => pairs[i * 2]!);
    this.tos = Int32Array.from({ length: pairs.length / 2 }, (_, i) => pairs[i * 2 + 1]!);
  }

  /** The local state in which the thread begins that an Op in @node starts, or -1. */
  private startedBy(node: number): number {
    const body = this.machine.automaton.ops[node]?.body;
    return body === undefined ? -1 : this.machine.startNode(body);
  }

  /** What each local state does itself, and the lock that it takes. */
  private decode(): void {
    const { machine } = this;
    this.own = this.emptySets();
    this.acquired = new Int32Array(this.nodes).fill(-1);
    for (let node = 0; node < this.nodes; node++) {
      if (machine.automaton.ops[node] === undefined) continue;
      const i = machine.instruction(node);
      if (ACQUIRES[i.code]) this.acquired[node] = i.cell;
      this.add(this.own, node, i.cell, ACCESS[i.code]!);
      this.add(this.own, node, i.dead, i.code === Code.free ? Access.write : Access.read);
      if (machine.mayBeSeen(node)) this.set(this.own.writes, node, VISIBLE);
    }
  }

  private emptySets(): Sets {
    const size = this.nodes * this.words;
    return { reads: new Int32Array(size), writes: new Int32Array(size) };
  }

  private add(sets: Sets, node: number, cell: number, access: number): void {
    if (cell < 0 || access === Access.none) return;
    const place = this.places.of(cell);
    if (place >= 0) this.set(access === Access.write ? sets.writes : sets.reads, node, place);
  }

  private set(sets: Int32Array, node: number, place: number): void {
    const at = node * this.words + (place >>> 5);
    sets[at] = sets[at]! | (1 << (place & 31));
  }

  /** True if nothing that others can do before @t moves is dependent with its step @i. */
  isQuiet(t: number, i: Instruction, visible: boolean, reliance?: Reliance): boolean {
    const { machine } = this;
    if (ACCESS[i.code] === Access.none) return false;
    const held = machine.held(t);
    const layer = this.layer(held);
    for (let u = machine.threadCount() - 1; u >= 0; u--) {
      if (u === t || machine.isDone(u)) continue;
      if (this.clashes(layer, i, visible, machine.local(u))) return false;
    }
    reliance?.noteApart(t, visible, -1);
    return true;
  }

  /** True if what is done at @node, with the locks @held, conflicts with no future of @other. */
  isApart(node: number, held: number, other: number, visible: boolean): boolean {
    return !this.clashes(this.layer(held), this.machine.instruction(node), visible, other);
  }

  private clashes(layer: Sets, i: Instruction, visible: boolean, other: number): boolean {
    if (other >= this.nodes) return !this.faults?.newDoNothing;
    if (i.cell >= 0 && this.conflicts(layer, other, i.cell, ACCESS[i.code]!)) return true;
    const dead = i.code === Code.free ? Access.write : Access.read;
    if (i.dead >= 0 && this.conflicts(layer, other, i.dead, dead)) return true;
    return visible && (layer.writes[other * this.words]! & (1 << VISIBLE)) !== 0;
  }

  private conflicts(layer: Sets, node: number, cell: number, access: number): boolean {
    const place = this.places.of(cell);
    if (place < 0) return this.discipline.isContended(cell);
    const at = node * this.words + (place >>> 5);
    const mask = 1 << (place & 31);
    if ((layer.writes[at]! & mask) !== 0) return true;
    if (access === Access.read || this.faults?.futureReadsCommute) return false;
    return (layer.reads[at]! & mask) !== 0;
  }

  /** True if @t, about to take a free lock, may go through the whole section at once. */
  isQuietSection(t: number, i: Instruction, reliance: Reliance): boolean {
    const section = this.freeSection(t, i);
    if (section === null) return false;
    const { machine } = this;
    const held = machine.held(t);
    const layer = this.layer(held);
    for (let u = machine.threadCount() - 1; u >= 0; u--) {
      if (u === t || machine.isDone(u)) continue;
      if (this.meets(layer, section, machine.local(u))) return false;
    }
    reliance.noteApart(t, false, section.version);
    reliance.noteSection(t, section.version);
    return true;
  }

  /** The same, asked with the values that cells can have. */
  isUndisturbedSection(t: number, i: Instruction, reliance: Reliance): boolean {
    const section = this.freeSection(t, i);
    if (section === null || !this.interference.isQuietSection(t, reliance)) return false;
    reliance.noteSection(t, section.version);
    return true;
  }

  /** The section that @t, about to do @i, could go through at once if it were alone. */
  private freeSection(t: number, i: Instruction): Section | null {
    const { machine } = this;
    const node = machine.local(t);
    if (this.stuck || i.code !== Code.lock || node >= this.nodes) return null;
    const section = this.sections.at(node);
    if (section === null) return null;
    // A trylock tells whether somebody is inside: then the section is no single step.
    for (const lock of section.locks) {
      if (machine.state.slots[lock] !== 0 || this.tried.has(lock)) return null;
    }
    return section;
  }

  /** True if the section at @node is still @version. */
  isSection(node: number, version: number): boolean {
    return this.sections.at(node)?.version === version;
  }

  /** True if the section at @node is still @version and conflicts with no future of @other. */
  isSectionApart(node: number, held: number, other: number, version: number): boolean {
    const section = this.sections.at(node);
    if (section?.version !== version) return false;
    return !this.meets(this.layer(held), section, other);
  }

  private meets(layer: Sets, section: Section, node: number): boolean {
    if (node >= this.nodes) return !this.faults?.newDoNothing;
    const { reads, writes } = section;
    for (let w = 0, at = node * this.words; w < this.words; w++, at++) {
      if ((writes[w]! & (layer.reads[at]! | layer.writes[at]!)) !== 0) return true;
      if ((reads[w]! & layer.writes[at]!) !== 0) return true;
    }
    return false;
  }

  private parts() {
    const { places, sections, interference, ordered } = this;
    return { places, sections, interference, ordered };
  }

  save() {
    const { contentions, words, nodes, layers, own, acquired, froms, tos, stuck, surprises } = this;
    const order = [...this.order].map(([lock, next]) => ({ lock, next: [...next] }));
    const numbers = { contentions, words, nodes, stuck, surprises, tried: [...this.tried] };
    const sets = { layers, own, acquired, froms, tos, order };
    return { version: 1, ...numbers, ...sets, parts: saveParts(this.parts()) };
  }

  load(saved: ReturnType<Futures['save']>): void {
    sameVersion(saved, 1, 'futures');
    this.contentions = saved.contentions;
    this.words = saved.words;
    this.nodes = saved.nodes;
    this.layers = saved.layers;
    this.own = saved.own;
    this.acquired = saved.acquired;
    this.froms = saved.froms;
    this.tos = saved.tos;
    this.stuck = saved.stuck;
    this.surprises = saved.surprises;
    this.tried.clear();
    for (const lock of saved.tried) this.tried.add(lock);
    this.order.clear();
    for (const { lock, next } of saved.order) this.order.set(lock, new Set(next));
    loadParts(this.parts(), saved.parts);
  }
}
