// SPDX-License-Identifier: GPL-2.0-only
// Critical sections that can be taken in one piece, and what Ops do to cells as futures see it.

import { type Kept, sameVersion } from '#base/saved';
import { DONE, OOPS } from '#checker/machine/automaton';
import { Code, type Instruction } from '#checker/machine/code';
import type { Machine } from '#checker/machine/machine';
import type { Discipline } from './discipline.ts';

/** What an Op does to its cell, for a future: nothing, a read, or anything that excludes reads. */
export const Access = { none: 0, read: 1, write: 2 } as const;

/** By code. */
export const ACCESS: readonly number[] = Object.entries(Code).map(([name]) => {
  if (['load', 'wait', 'read_lock', 'read_unlock'].includes(name)) return Access.read;
  return name === 'choose' || name === 'null' ? Access.none : Access.write;
});

/** By code: takes a lock. */
export const ACQUIRES = flags(Code.lock, Code.read_lock, Code.write_lock);
const RELEASES = flags(Code.unlock, Code.read_unlock, Code.write_unlock);
/** The place of what rules see. */
export const VISIBLE = 0;

/** Sets of cells, by local state. */
export interface Sets {
  readonly reads: Int32Array;
  readonly writes: Int32Array;
}

/** The places of cells in sets: a cell that has one keeps it. */
export class Places implements Kept {
  /** VISIBLE has the first one. */
  count = 1;
  private places = new Int32Array(0);

  /** Give a place to each cell that several threads touch and one writes. */
  add({ contended }: Discipline): void {
    if (contended.length > this.places.length) {
      const places = new Int32Array(contended.length).fill(-1);
      places.set(this.places);
      this.places = places;
    }
    for (let cell = 0; cell < contended.length; cell++) {
      if (contended[cell] === 1 && this.places[cell]! < 0) this.places[cell] = this.count++;
    }
  }

  /** The place of @cell, or -1. */
  of(cell: number): number {
    return cell < this.places.length ? this.places[cell]! : -1;
  }

  save() {
    return { version: 1, count: this.count, places: this.places };
  }

  load(saved: ReturnType<Places['save']>): void {
    sameVersion(saved, 1, 'places of cells');
    this.count = saved.count;
    this.places = saved.places;
  }
}

/** What a step, or a section, does to cells; whether rules see it. */
export interface Doing {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly visible: boolean;
}

/** A critical section: what it reads and writes inside, and the locks it takes. */
export interface Section extends Sets {
  readonly locks: readonly number[];
  /** The same as cells, with those that have no place. */
  readonly does: Doing;
  /** Another number each time that it comes out different. */
  readonly version: number;
}

/** Deliberate faults, for the tests that prove the cross-check can fail; never set otherwise. */
export interface FutureFaults {
  /** A local state that is new can do nothing: wrong, and put right when it is asked again. */
  readonly newDoNothing?: boolean;
  /** Reads in the future of another thread are no conflict. */
  readonly futureReadsCommute?: boolean;
  /** Sections are quiet even where a deadlock is possible. */
  readonly ignoreDeadlocks?: boolean;
  /** What others may store does not change which way they may go. */
  readonly storesGoUnseen?: boolean;
  /** What others store is what the cell has already. */
  readonly storesAreSilent?: boolean;
  /** What rules see in a section is no conflict. */
  readonly ignoreVisible?: boolean;
}

/** The sections of a machine, as far as its automata are known. */
export class Sections implements Kept {
  private readonly machine: Machine;
  private readonly places: Places;
  private readonly faults: FutureFaults | undefined;
  private readonly known = new Map<number, Section | null>();
  private readonly earlier = new Map<number, Section | null>();
  /** Local states where a thread has crashed by what it has done itself. */
  private readonly crashes = new Set<number>();
  private nodes = 0;
  private words = 0;
  private versions = 0;

  constructor(machine: Machine, places: Places, faults?: FutureFaults) {
    this.machine = machine;
    this.places = places;
    this.faults = faults;
  }

  /** The automata have grown: there are @nodes now, and sets of cells have so many @words. */
  forget(nodes: number, words: number): void {
    this.nodes = nodes;
    this.words = words;
    for (const [node, section] of this.known) this.earlier.set(node, section);
    this.known.clear();
  }

  /** A thread that has come to @node does not get further: no section leads through it. */
  noteCrash(node: number): void {
    this.crashes.add(node);
  }

  /** The section that begins at @node; null if it can not be taken in one piece. */
  at(node: number): Section | null {
    const known = this.known.get(node);
    if (known !== undefined) return known;
    const made = this.walkSection(node);
    const old = this.earlier.get(node);
    const isOld = made !== null && old && sameSection(old, made);
    const kept = isOld ? { ...made, version: old.version } : made;
    this.known.set(node, kept);
    return kept;
  }

  /**
   * Everything between the lock at @start and its unlock, which every way comes to: a thread that
   * crashed inside, or went round for ever, would keep out for good who could have come first. With
   * it all that was locked inside has been unlocked: a lock that is held on keeps out who could
   * have had it before the section, though no content of the section concerns them.
   */
  private walkSection(start: number): Section | null {
    const { machine } = this;
    const lock = machine.instruction(start).cell;
    const reads = new Int32Array(this.words);
    const writes = new Int32Array(this.words);
    const locks = new Set<number>([lock]);
    /** By local state inside: the locks taken inside that are held there. */
    const seen = new Map<number, string>();
    const todo: [number, readonly number[]][] = [];
    for (const node of machine.automaton.successors(start)) todo.push([node, []]);
    const inside = new Map<number, readonly number[]>();
    const cells = { reads: new Set<number>(), writes: new Set<number>() };
    const put = (isWrite: boolean, cell: number): void => {
      (isWrite ? cells.writes : cells.reads).add(cell);
      add(isWrite ? writes : reads, this.places.of(cell));
    };
    for (let way = todo.pop(); way !== undefined; way = todo.pop()) {
      let [node, inner] = way;
      const known = seen.get(node);
      if (known !== undefined && known !== inner.join()) return null;
      if (known !== undefined) continue;
      seen.set(node, inner.join());
      if (node === DONE || node === OOPS || node === start || node >= this.nodes) return null;
      if (this.crashes.has(node)) return null;
      const i = machine.instruction(node);
      if (!isFit(i)) return null;
      if (machine.mayBeSeen(node) && !this.faults?.ignoreVisible) add(writes, VISIBLE);
      if (i.dead >= 0) put(i.code === Code.free, i.dead);
      if (RELEASES[i.code]) {
        if (i.cell === lock && inner.length === 0) continue;
        if (!inner.includes(i.cell)) return null;
        inner = inner.filter((cell) => cell !== i.cell);
      } else if (i.code === Code.lock) {
        locks.add(i.cell);
        inner = [...inner, i.cell].sort((a, b) => a - b);
      } else if (i.cell >= 0) {
        put(ACCESS[i.code] === Access.write, i.cell);
      }
      const next = machine.automaton.successors(node);
      if (next.length === 0) return null;
      inside.set(node, next);
      for (const to of next) todo.push([to, inner]);
    }
    if (hasCycle(inside)) return null;
    const visible = (writes[0]! & (1 << VISIBLE)) !== 0;
    return {
      reads,
      writes,
      locks: [...locks],
      does: { reads: [...cells.reads], writes: [...cells.writes], visible },
      version: this.versions++,
    };
  }

  save() {
    const { nodes, words, versions } = this;
    const [known, earlier] = [[...this.known], [...this.earlier]];
    return { version: 1, nodes, words, versions, known, earlier, crashes: [...this.crashes] };
  }

  load(saved: ReturnType<Sections['save']>): void {
    sameVersion(saved, 1, 'sections');
    this.nodes = saved.nodes;
    this.words = saved.words;
    this.versions = saved.versions;
    for (const each of [this.known, this.earlier, this.crashes]) each.clear();
    for (const [node, section] of saved.known) this.known.set(node, section);
    for (const [node, section] of saved.earlier) this.earlier.set(node, section);
    for (const node of saved.crashes) this.crashes.add(node);
  }
}

/** True if one of @nodes, each with those after it, is reached from itself. */
function hasCycle(nodes: ReadonlyMap<number, readonly number[]>): boolean {
  const left = new Map([...nodes.keys()].map((node) => [node, 0]));
  for (const next of nodes.values()) {
    for (const to of next) if (left.has(to)) left.set(to, left.get(to)! + 1);
  }
  const first = [...left.keys()].filter((node) => left.get(node) === 0);
  for (let node = first.pop(); node !== undefined; node = first.pop()) {
    left.delete(node);
    for (const to of nodes.get(node)!) {
      if (!left.has(to)) continue;
      left.set(to, left.get(to)! - 1);
      if (left.get(to) === 0) first.push(to);
    }
  }
  return left.size > 0;
}

/** Put @place, if there is one, in @set. */
function add(set: Int32Array, place: number): void {
  if (place >= 0) set[place >>> 5] = set[place >>> 5]! | (1 << (place & 31));
}

function flags(...codes: number[]): readonly boolean[] {
  return Object.values(Code).map((code) => codes.includes(code));
}

/** Ops that a quiet section may hold. */
function isFit(i: Instruction): boolean {
  switch (i.code) {
    case Code.trylock:
    case Code.read_lock:
    case Code.write_lock:
    case Code.wait:
    case Code.spawn:
    case Code.choose:
    case Code.null:
      return false;
    default:
      return true;
  }
}

function sameSection(old: Section, now: Section): boolean {
  return (
    old.locks.length === now.locks.length &&
    now.reads.every((word, w) => word === (old.reads[w] ?? 0)) &&
    now.writes.every((word, w) => word === (old.writes[w] ?? 0))
  );
}
