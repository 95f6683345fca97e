// SPDX-License-Identifier: GPL-2.0-only
// The set of visited states: 128-bit fingerprints in open addressing, with two words for each.
//
// 24 bytes an entry; at most 3/4 full. That two different states share a fingerprint has a chance
// of about n^2 / 2^129: for 10^9 states 10^-21.

import { type Kept, sameVersion } from '#base/saved';

/** Words of an entry: fingerprint, the word plus one (0 marks a free entry), another word. */
const WIDTH = 6;

/** True if the unsigned word @w is the signed @n. */
const same = (w: number, n: number): boolean => (w | 0) === n;

/** Fingerprint -> word, and another word that is 0 at first. */
export class StateTable implements Kept {
  size = 0;
  /** Where the latest find() ended: the entry, new or old. */
  private entry = 0;
  private mask: number;
  private words: Uint32Array;

  constructor(log2 = 12) {
    this.mask = 2 ** log2 - 1;
    this.words = new Uint32Array((this.mask + 1) * WIDTH);
  }

  /** The word of a fingerprint, or -1 if it was not there; then it is added with @fresh. */
  findOrAdd(f0: number, f1: number, f2: number, f3: number, fresh: number): number {
    if ((this.size + 1) * 4 > (this.mask + 1) * 3) this.grow();
    const w = this.words;
    const a = f0 | 0;
    const b = f1 | 0;
    const c = f2 | 0;
    const d = f3 | 0;
    for (let at = a & this.mask; ; at = (at + 1) & this.mask) {
      const i = at * WIDTH;
      const word = w[i + 4]!;
      if (word === 0) {
        w[i] = a;
        w[i + 1] = b;
        w[i + 2] = c;
        w[i + 3] = d;
        w[i + 4] = fresh + 1;
        this.entry = i;
        this.size++;
        return -1;
      }
      if (same(w[i]!, a) && same(w[i + 1]!, b) && same(w[i + 2]!, c) && same(w[i + 3]!, d)) {
        this.entry = i;
        return word - 1;
      }
    }
  }

  /** Change the word of the entry that the latest findOrAdd() came to. */
  replace(word: number): void {
    this.words[this.entry + 4] = word + 1;
  }

  /** The other word of that entry. */
  get other(): number {
    return this.words[this.entry + 5]!;
  }

  set other(word: number) {
    this.words[this.entry + 5] = word;
  }

  private grow(): void {
    const old = this.words;
    this.mask = this.mask * 2 + 1;
    this.words = new Uint32Array((this.mask + 1) * WIDTH);
    const w = this.words;
    for (let i = 0; i < old.length; i += WIDTH) {
      if (old[i + 4] === 0) continue;
      let at = old[i]! & this.mask;
      while (w[at * WIDTH + 4] !== 0) at = (at + 1) & this.mask;
      for (let k = 0; k < WIDTH; k++) w[at * WIDTH + k] = old[i + k]!;
    }
  }

  save() {
    const { size, entry, mask, words } = this;
    return { version: 1, size, entry, mask, words };
  }

  load(saved: ReturnType<StateTable['save']>): void {
    sameVersion(saved, 1, 'a table of states');
    this.size = saved.size;
    this.entry = saved.entry;
    this.mask = saved.mask;
    this.words = saved.words;
  }
}
