// SPDX-License-Identifier: GPL-2.0-only
// Why steps are not quiet: what led to a conflict, kept for the next time.
//
// A question that is answered with "no" was answered by a way: one thread runs from where it stands
// to a step that is dependent with the asker's, past loads that find what is in their cells, or
// what another one has stored on its way. Where the same step is asked about again, these threads
// stand there again and these cells hold the same, the answer is the same, whatever the rest does.
// A "no" needs no proof: it costs states.

import { MARKS } from './interference-asker.ts';
import { Ints } from './ints.ts';
import { PairTable } from './state-pairs.ts';

/** Ways for the same asker and thread that are looked at. */
const TRIES = 6;
/** Numbers kept; beyond, nothing is added. */
const KEPT_MAX = 16_000_000;
/** Where the parts of a way are: other threads, then the cells, each with its value. */
const BEFORE = 0;
const STARTS = 1;
const COUNT = 2;
const REST = 3;

/** Ways that lead to conflicts. */
export class Clashes {
  private readonly askers = new PairTable();
  /** Ways, one after the other. */
  private readonly kept = new Ints();
  /** By asker and where the other thread stands: the way that was kept last. */
  private readonly latest = new PairTable();

  /** A number for who asks at @node with the locks @held. */
  asker(node: number, held: number, marks: number): number {
    const by = held * MARKS + marks;
    const known = this.askers.get(node, by);
    if (known >= 0) return known;
    this.askers.add(node, by, this.askers.size);
    return this.askers.size - 1;
  }

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
    let way = this.latest.get(asker, node);
    for (let tries = 0; way >= 0 && tries < TRIES; tries++) {
      if (this.isOpen(way, others, slots)) return true;
      way = this.kept.data[way + BEFORE]! - 1;
    }
    return false;
  }

  private isOpen(way: number, others: Int32Array<ArrayBuffer>, slots: ArrayLike<number>): boolean {
    const { data } = this.kept;
    const cells = way + REST + data[way + STARTS]!;
    const end = cells + 2 * data[way + COUNT]!;
    for (let at = cells; at < end; at += 2) if (slots[data[at]!] !== data[at + 1]) return false;
    for (let at = way + REST; at < cells; at++) if (!others.includes(data[at]!)) return false;
    return true;
  }

  /**
   * Threads at @starts, the first of which is not among the rest, get to a conflict with @asker if
   * @cells hold this: cell, value, and so on.
   */
  add(asker: number, starts: readonly number[], cells: readonly number[]): void {
    const { kept, latest } = this;
    const [node] = starts;
    if (kept.length > KEPT_MAX || node === undefined) return;
    const before = latest.get(asker, node);
    const way = kept.length;
    kept.push(before + 1);
    kept.push(starts.length - 1);
    kept.push(cells.length / 2);
    for (const other of starts.slice(1)) kept.push(other);
    for (const word of cells) kept.push(word);
    if (before >= 0) latest.change(asker, node, way);
    else latest.add(asker, node, way);
  }
}
