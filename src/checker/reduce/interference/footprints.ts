// SPDX-License-Identifier: GPL-2.0-only
// What threads may do to cells from where they stand, by where they stand and what cells hold.

import { type Kept, loadParts, sameVersion, saveParts } from '#base/saved';
import { FOOTPRINT_TRIES } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Doing } from '#checker/reduce/sections';
import { Ints } from '#checker/tables/ints';
import { Chains } from '#checker/tables/pair-table';
import type { Askers } from './asker.ts';
import { Growth } from './growth.ts';
import type { ReachWithValues } from './reach.ts';

/** In place of the number of words: there is no footprint any more. */
const FORGOTTEN = -1;
/** Whether a footprint is the one in question. */
export const OTHER = 0;
const WIDER = 1;
export const EXACT = 2;
const NONE = -1;
/**
 * Where the parts of a footprint's key are. The others come last, then the cells, each with how
 * many values and which; the first one is what it held.
 */
const CUT = 0;
const COUNT = 1;
const OTHERS = 2;

/** Footprints, kept. */
export class Footprints implements Kept {
  private readonly machine: Machine;
  private readonly askers: Askers;
  private readonly reach: ReachWithValues;
  private readonly growth: Growth;
  /** Keys, one after the other, and where each begins; the question comes last. */
  private readonly keys = new Ints();
  private readonly starts = new Ints();
  private question = 0;
  private tries = 0;
  /** By hash of a key without the cells. */
  private readonly known = new Chains();
  /** By footprint: how many edges were known, where its bits are, how many words half of them. */
  private readonly checked = new Ints();
  private readonly places = new Ints();
  private readonly words = new Ints();
  private readonly seen = new Ints();
  private readonly bits = new Ints();
  private hashA = 0;
  private hashB = 0;

  constructor(machine: Machine, askers: Askers, reach: ReachWithValues) {
    this.machine = machine;
    this.askers = askers;
    this.reach = reach;
    this.growth = new Growth(machine);
  }

  /** The question is of all but @t, before it moves. Returns where they stand. */
  ask(t: number): Int32Array<ArrayBuffer> {
    const { machine, keys } = this;
    keys.length = this.question;
    keys.push(this.askers.cutBy(t));
    keys.push(0);
    for (let u = machine.threadCount() - 1; u >= 0; u--) {
      if (u !== t && !machine.isDone(u)) keys.push(machine.local(u));
    }
    const others = keys.data.subarray(this.question + OTHERS, keys.length);
    keys.data[this.question + COUNT] = others.length;
    return others;
  }

  /** The first of the footprints among which that in question is, or -1. */
  first(): number {
    this.hash(this.question + CUT, this.keys.length);
    this.tries = FOOTPRINT_TRIES;
    return this.known.last(this.hashA, this.hashB);
  }

  /** The one after @footprint, or -1. */
  next(footprint: number): number {
    return --this.tries === 0 ? NONE : this.known.before(footprint);
  }

  /**
   * Whether @footprint is the one in question: EXACT; WIDER if it has that, and maybe more, for
   * what the cells hold is among the values that they could come to have; else OTHER.
   */
  fits(footprint: number): number {
    const { data } = this.keys;
    const { slots } = this.machine.state;
    const length = this.keys.length - this.question;
    const start = this.starts.data[footprint]!;
    let at = start + length;
    let fit = EXACT;
    for (let left = data[at++]!; left > 0; left--) {
      const now = slots[data[at]!];
      const first = at + 2;
      const end = first + data[at + 1]!;
      at = end;
      if (now === data[first]) continue;
      fit = WIDER;
      let v = first + 1;
      while (v < end && data[v] !== now) v++;
      if (v >= end) return OTHER;
    }
    if (this.words.data[footprint] === FORGOTTEN) return OTHER;
    return this.isSame(start, length) ? fit : OTHER;
  }

  private isSame(start: number, length: number): boolean {
    const { data } = this.keys;
    for (let at = CUT; at < length; at++) {
      if (data[start + at] !== data[this.question + at]) return false;
    }
    return true;
  }

  /**
   * Find out what the footprint in question is, after first(); returns its number, and -1 where it
   * is not known all of what may follow.
   */
  find(others: Int32Array<ArrayBuffer>): number {
    const { keys, known } = this;
    const { consulted } = this.reach;
    if (!this.reach.run(this.askers.locks(keys.data[this.question + CUT]!), others)) return NONE;
    keys.push(consulted.length);
    for (const cell of consulted) {
      keys.push(cell);
      this.reach.tellValues(cell, keys);
    }
    const footprint = known.add(this.hashA, this.hashB);
    this.starts.push(this.question);
    for (const column of [this.checked, this.places, this.words, this.seen]) column.push(0);
    this.write(footprint);
    this.question = keys.length;
    return footprint;
  }

  /** What has been found out is @footprint. */
  private write(footprint: number): void {
    const { bits, reach } = this;
    this.checked.data[footprint] = this.machine.automaton.edges.length;
    this.places.data[footprint] = bits.length;
    this.words.data[footprint] = reach.footprint.length >>> 1;
    this.seen.data[footprint] = reach.isSeen ? 1 : 0;
    bits.append(reach.footprint);
  }

  private hash(start: number, end: number): void {
    const { data } = this.keys;
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

  /** True if something in @footprint is dependent with this. */
  meets(footprint: number, { reads, writes, visible }: Doing): boolean {
    if (visible && this.seen.data[footprint] === 1) return true;
    const { data } = this.bits;
    const half = this.words.data[footprint]!;
    const isRead = this.places.data[footprint]!;
    const isWritten = isRead + half;
    for (const cell of writes) {
      const word = cell >>> 5;
      const bit = 1 << (cell & 31);
      if (word < half && ((data[isRead + word]! | data[isWritten + word]!) & bit) !== 0)
        return true;
    }
    for (const cell of reads) {
      const word = cell >>> 5;
      if (word < half && (data[isWritten + word]! & (1 << (cell & 31))) !== 0) return true;
    }
    return false;
  }

  /**
   * True if @footprint is what would be found out with what is known now, but for a share @slack of
   * the latest; it is brought up to date for that. If there is none any more, it is forgotten.
   */
  isCurrent(footprint: number, slack: number): boolean {
    const { data } = this.keys;
    if (this.words.data[footprint] === FORGOTTEN) return false;
    const start = this.starts.data[footprint]!;
    const cells = start + OTHERS + data[start + COUNT]!;
    const others = data.subarray(start + OTHERS, cells);
    if (this.growth.newest(others, slack) < this.checked.data[footprint]!) return true;
    const recalled = new Map<number, number>();
    for (let at = cells + 1, left = data[cells]!; left > 0; left--, at += 2 + data[at + 1]!) {
      recalled.set(data[at]!, data[at + 2]!);
    }
    if (this.reach.run(this.askers.locks(data[start + CUT]!), others, recalled))
      this.write(footprint);
    else this.words.data[footprint] = FORGOTTEN;
    return this.words.data[footprint] !== FORGOTTEN;
  }

  private parts() {
    const { growth, keys, starts, known, checked, places, words, seen, bits } = this;
    return { growth, keys, starts, known, checked, places, words, seen, bits };
  }

  save() {
    // What comes after is the question that was asked last.
    this.keys.length = this.question;
    return { version: 1, ...saveParts(this.parts()) };
  }

  load(saved: ReturnType<Footprints['save']>): void {
    sameVersion(saved, 1, 'footprints');
    loadParts(this.parts(), saved);
    this.question = this.keys.length;
  }
}
