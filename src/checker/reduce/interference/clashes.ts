// SPDX-License-Identifier: GPL-2.0-only
// Why steps are not quiet: what led to a conflict, kept for the next time.
//
// A question that is answered with "no" was answered by a way: one thread runs from where it stands
// to a step that is dependent with the asker's, past loads that find what is in their cells, or
// what another one has stored on its way. Where the same step is asked about again, these threads
// stand there again and these cells hold the same, the answer is the same, whatever the rest does.
// A "no" needs no proof: it costs states.

import { type Kept, loadParts, sameVersion, saveParts } from '#base/saved';
import { CLASH_TRIES, CLASHES_MAX } from '#checker/limits';
import { Ints } from '#checker/tables/ints';
import { Chains } from '#checker/tables/pair-table';

/** Where the parts of a way are: other threads, then the cells, each with its value. */
const STARTS = 0;
const COUNT = 1;
const REST = 2;

/** Ways that lead to conflicts. */
export class Clashes implements Kept {
  /** Ways, one after the other, and where each begins. */
  private readonly kept = new Ints();
  private readonly begins = new Ints();
  /** By asker and where the other thread stands. */
  private readonly ways = new Chains();

  /**
   * True if it is known that a thread at @node gets to a conflict with @asker, where threads stand
   * at @others and cells hold @slots.
   */
  has(
    asker: number,
    node: number,
    others: Int32Array<ArrayBuffer>,
    slots: ArrayLike<number>,
  ): boolean {
    let way = this.ways.last(asker, node);
    for (let tries = 0; way >= 0 && tries < CLASH_TRIES; tries++) {
      if (this.isOpen(this.begins.data[way]!, others, slots)) return true;
      way = this.ways.before(way);
    }
    return false;
  }

  private isOpen(at: number, others: Int32Array<ArrayBuffer>, slots: ArrayLike<number>): boolean {
    const { data } = this.kept;
    const cells = at + REST + data[at + STARTS]!;
    const end = cells + 2 * data[at + COUNT]!;
    for (let c = cells; c < end; c += 2) if (slots[data[c]!] !== data[c + 1]) return false;
    for (let o = at + REST; o < cells; o++) if (!others.includes(data[o]!)) return false;
    return true;
  }

  /**
   * Threads at @starts, of which there is at least one, get to a conflict with @asker if @cells
   * hold this: cell, value, and so on.
   */
  add(asker: number, starts: readonly number[], cells: readonly number[]): void {
    const { kept } = this;
    if (kept.length > CLASHES_MAX) return;
    this.ways.add(asker, starts[0]!);
    this.begins.push(kept.length);
    kept.push(starts.length - 1);
    kept.push(cells.length / 2);
    for (const other of starts.slice(1)) kept.push(other);
    for (const word of cells) kept.push(word);
  }

  private parts() {
    const { kept, begins, ways } = this;
    return { kept, begins, ways };
  }

  save() {
    return { version: 1, ...saveParts(this.parts()) };
  }

  load(saved: ReturnType<Clashes['save']>): void {
    sameVersion(saved, 1, 'clashes');
    loadParts(this.parts(), saved);
  }
}
