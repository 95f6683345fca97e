// SPDX-License-Identifier: GPL-2.0-only
// Sequences of numbers, interned: each is another one and a number at its end.
//
// The quiet steps that a thread takes one after the other rely on much the same each time that it
// comes this way. So what they rely on is kept once, and its number wherever it is.

import { type Kept, loadParts, sameVersion, saveParts } from '#base/saved';
import { Ints } from './ints.ts';
import { PairTable } from './pair-table.ts';

/** The empty sequence. */
export const EMPTY = -1;

/** Sequences by number. */
export class Sequences implements Kept {
  private readonly known = new PairTable();
  private readonly before = new Ints();
  private readonly last = new Ints();

  /** How many there are. */
  get size(): number {
    return this.last.length;
  }

  /** The number of @sequence with @item at its end. */
  extended(sequence: number, item: number): number {
    let id = this.known.get(sequence, item);
    if (id < 0) {
      id = this.last.length;
      this.known.add(sequence, item, id);
      this.before.push(sequence);
      this.last.push(item);
    }
    return id;
  }

  /**
   * True if @test holds for all items of @sequence. In @known, @mark says of a sequence that it
   * does, and -@mark that it does not: what is found out is put there.
   */
  every(
    sequence: number,
    test: (item: number) => boolean,
    known: Int32Array,
    mark: number,
  ): boolean {
    const { before, last } = this;
    let at = sequence;
    while (at !== EMPTY && Math.abs(known[at]!) !== mark) {
      known[at] = test(last.data[at]!) ? mark : -mark;
      if (known[at] === -mark) break;
      at = before.data[at]!;
    }
    if (at === EMPTY || known[at] === mark) return true;
    for (let s = sequence; s !== at; s = before.data[s]!) known[s] = -mark;
    return false;
  }

  private parts() {
    const { known, before, last } = this;
    return { known, before, last };
  }

  save() {
    return { version: 1, ...saveParts(this.parts()) };
  }

  load(saved: ReturnType<Sequences['save']>): void {
    sameVersion(saved, 1, 'sequences');
    loadParts(this.parts(), saved);
  }
}
