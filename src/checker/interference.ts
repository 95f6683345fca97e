// SPDX-License-Identifier: GPL-2.0-only
// What others can do before a thread moves, given the values that cells can have by then.
//
// The idea. futures.ts takes every result of a load for possible. But a worker whose list is empty
// goes back to sleep, and a walk steps over a device that has its group. So here the threads other
// than t run over their automata, all at once, until nothing new is reached: past a load only with
// a value that the cell has now or that one of them has been seen to store. That is more than they
// can do (values of different moments meet, and locks that they take do not stop others), and much
// less than their whole future. If nothing that is reached is dependent with t's step, it is quiet.
//
//   T1: x = 1  <- here                list is empty, and T1 alone would fill it: T2 does not get
//   T2: wait until list; read x       past its wait before T1 has moved, so "x = 1" is quiet
//   T3: y = 1; done
//
// Why that holds. While t stands still, let the others make some run. Its first step is one of a
// thread where it stands now; and if all steps so far were reached, so is the next: what it loads
// is what was there before, or what one of those steps has stored.
//
// Learning. The automata are not complete before the search is over. A local state out of which no
// edge is known counts as able to do anything; where only the edge for some value is not known, no
// run with it has been seen. Each answer "quiet" is kept with the local states of the others and
// the values that were looked at, and asked again at the end (answers.ts). In the end all hold for
// the automata as they are then, and a shortest run that leaves what is known is found by the
// argument at the head of reduce.ts: its last step, out of a known local state, was looked at.

import type { Answers } from './answers.ts';
import type { FutureFaults, Places, Sections } from './futures-sections.ts';
import { ACCESS, Access } from './futures-sections.ts';
import { Growth } from './interference-growth.ts';
import { Reach } from './interference-reach.ts';
import { Ints } from './ints.ts';
import type { Machine } from './machine.ts';
import type { Instruction } from './machine-code.ts';
import { PairTable } from './state-pairs.ts';

/** How an asker that stands before a whole section is marked, and one that rules see. */
const SECTION = 1;
const SEEN = 2;
/** In place of the number of cells: the answer does not hold any more. */
const FORGOTTEN = -1;
/** Kept answers with the same hash that are looked at. */
const TRIES = 4;
/** Where the parts of a kept answer are; the others come last, then the cells with their values. */
const BEFORE = 0;
const NODE = 1;
const HELD = 2;
const MARKS = 3;
const COUNT = 4;
const OTHERS = 5;

/** Answers whether a step is quiet, given the values that cells can have. */
export class Interference {
  private readonly machine: Machine;
  private readonly sections: Sections;
  private readonly reach: Reach;
  /** Answers "quiet", one after the other, and where each begins. */
  private readonly kept = new Ints();
  private readonly starts = new Ints();
  /** By hash of who asks and where the others are: the answer that was kept last. */
  private readonly known = new PairTable();
  /** By answer: how many edges were known when it was found to hold last. */
  private readonly checked = new Ints();
  private readonly growth: Growth;
  private hashA = 0;
  private hashB = 0;

  constructor(machine: Machine, places: Places, sections: Sections, faults?: FutureFaults) {
    this.machine = machine;
    this.sections = sections;
    this.reach = new Reach(machine, places, faults);
    this.growth = new Growth(machine);
  }

  /**
   * True if nothing that others can do before @t moves is dependent with its step @i. @answers
   * learn why; there are none where the automata are complete.
   */
  isQuiet(t: number, i: Instruction, visible: boolean, answers?: Answers): boolean {
    if (ACCESS[i.code] === Access.none) return false;
    return this.asks(t, visible ? SEEN : 0, answers);
  }

  /** The same of all of the section that @t is about to begin. */
  isQuietSection(t: number, answers: Answers): boolean {
    return this.asks(t, SECTION, answers);
  }

  private asks(t: number, marks: number, answers?: Answers): boolean {
    const { kept } = this;
    const start = kept.length;
    this.writeAsker(t, marks);
    const entry = this.recall(start);
    // Where nobody learns of it, nobody asks again.
    if (entry >= 0 && (answers !== undefined || this.holds(entry))) {
      kept.length = start;
      answers?.noteInterference(entry);
      return true;
    }
    const isApart = this.isApart(start, kept.length);
    if (isApart && answers !== undefined) answers.noteInterference(this.keep(start));
    else kept.length = start;
    return isApart;
  }

  /** Answer the question at @start, which ends before @end; with the values @recalled, if any. */
  private isApart(start: number, end: number, recalled?: ReadonlyMap<number, number>): boolean {
    const { data } = this.kept;
    const node = data[start + NODE]!;
    const marks = data[start + MARKS]!;
    const section = marks & SECTION ? this.sections.at(node) : null;
    if (marks & SECTION && section === null) return false;
    const asker = { node, held: data[start + HELD]!, visible: (marks & SEEN) !== 0, section };
    return this.reach.isApart(asker, data.subarray(start + OTHERS, end), recalled);
  }

  /** Write down who asks and where the others stand. */
  private writeAsker(t: number, marks: number): void {
    const { machine, kept } = this;
    const start = kept.length;
    kept.push(0);
    kept.push(machine.local(t));
    kept.push(machine.held(t));
    kept.push(marks);
    kept.push(0);
    for (let u = machine.threadCount() - 1; u >= 0; u--) {
      if (u !== t && !machine.isDone(u)) kept.push(machine.local(u));
    }
    kept.data[start + COUNT] = kept.length - start - OTHERS;
  }

  /** The number of a kept answer to the question written at @start, or -1. */
  private recall(start: number): number {
    const { kept, starts, known } = this;
    const { slots } = this.machine.state;
    const length = kept.length - start;
    const { data } = kept;
    this.hash(start + NODE, start + length);
    let entry = known.get(this.hashA, this.hashB);
    for (let tries = 0; entry >= 0 && tries < TRIES; tries++) {
      const first = starts.data[entry]!;
      let at = first + length;
      let left = data[at++]!;
      while (left > 0 && slots[data[at]!] === data[at + 1]) {
        left--;
        at += 2;
      }
      if (left === 0 && this.isSame(first, start, length)) return entry;
      entry = data[first + BEFORE]! - 1;
    }
    return -1;
  }

  private isSame(a: number, b: number, length: number): boolean {
    const { data } = this.kept;
    for (let at = NODE; at < length; at++) if (data[a + at] !== data[b + at]) return false;
    return true;
  }

  /** Keep the answer to the question at @start, with the values it goes by; returns its number. */
  private keep(start: number): number {
    const { kept, known } = this;
    const { consulted } = this.reach;
    kept.push(consulted.length);
    for (const cell of consulted) {
      kept.push(cell);
      kept.push(this.machine.state.slots[cell]!);
    }
    this.starts.push(start);
    this.checked.push(this.machine.automaton.edges.length);
    const entry = this.starts.length - 1;
    const before = known.get(this.hashA, this.hashB);
    kept.data[start + BEFORE] = before + 1;
    if (before >= 0) known.change(this.hashA, this.hashB, entry);
    else known.add(this.hashA, this.hashB, entry);
    return entry;
  }

  private hash(start: number, end: number): void {
    const { data } = this.kept;
    let a = 0;
    let b = 0;
    for (let at = start; at < end; at++) {
      a = Math.imul(a ^ data[at]!, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b + data[at]!, 0x85ebca6b);
      b ^= b >>> 13;
    }
    this.hashA = a;
    this.hashB = b;
  }

  /** True if the kept answer @entry would be given with what is known now; else it is forgotten. */
  holds(entry: number): boolean {
    const { data } = this.kept;
    const start = this.starts.data[entry]!;
    const cells = start + OTHERS + data[start + COUNT]!;
    if (data[cells] === FORGOTTEN) return false;
    const others = data.subarray(start + OTHERS, cells);
    if (this.growth.newest(others) < this.checked.data[entry]!) return true;
    const recalled = new Map<number, number>();
    for (let at = cells + 1, left = data[cells]!; left > 0; left--, at += 2) {
      recalled.set(data[at]!, data[at + 1]!);
    }
    const holds = this.isApart(start, cells, recalled);
    if (holds) this.checked.data[entry] = this.machine.automaton.edges.length;
    else data[cells] = FORGOTTEN;
    return holds;
  }
}
