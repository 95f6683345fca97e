// SPDX-License-Identifier: GPL-2.0-only
// A map from pairs of integers to an integer: open addressing in typed arrays, for hot paths.

import { type Kept, sameVersion } from '#base/saved';

/** Map (a, b) -> value >= 0; entries are never removed. */
export class PairTable implements Kept {
  size = 0;
  private mask = 1023;
  private keyA = new Int32Array(1024);
  private keyB = new Int32Array(1024);
  private value = new Int32Array(1024).fill(-1);

  /** The value of (@a, @b), or -1. */
  get(a: number, b: number): number {
    let at = this.home(a, b);
    for (;;) {
      const value = this.value[at]!;
      if (value < 0 || (this.keyA[at] === a && this.keyB[at] === b)) return value;
      at = (at + 1) & this.mask;
    }
  }

  /** Add (@a, @b), which must be new. */
  add(a: number, b: number, value: number): void {
    if (this.size * 2 > this.mask) this.grow();
    this.size++;
    this.put(a, b, value);
  }

  /** Change the value of (@a, @b), which is known. */
  change(a: number, b: number, value: number): void {
    let at = this.home(a, b);
    while (this.keyA[at] !== a || this.keyB[at] !== b) at = (at + 1) & this.mask;
    this.value[at] = value;
  }

  /** Call @each with every pair, in no order that means anything. */
  visit(each: (a: number, b: number) => void): void {
    for (let i = 0; i < this.value.length; i++) {
      if (this.value[i]! >= 0) each(this.keyA[i]!, this.keyB[i]!);
    }
  }

  private home(a: number, b: number): number {
    const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7f4a7c15, 0x85ebca6b);
    return (h ^ (h >>> 15)) & this.mask;
  }

  private put(a: number, b: number, value: number): void {
    let at = this.home(a, b);
    while (this.value[at]! >= 0) at = (at + 1) & this.mask;
    this.keyA[at] = a;
    this.keyB[at] = b;
    this.value[at] = value;
  }

  private grow(): void {
    const { keyA, keyB, value } = this;
    const length = value.length * 2;
    this.mask = length - 1;
    this.keyA = new Int32Array(length);
    this.keyB = new Int32Array(length);
    this.value = new Int32Array(length).fill(-1);
    for (let i = 0; i < value.length; i++) {
      if (value[i]! >= 0) this.put(keyA[i]!, keyB[i]!, value[i]!);
    }
  }

  save() {
    const { size, mask, keyA, keyB, value } = this;
    return { version: 1, size, mask, keyA, keyB, value };
  }

  load(saved: ReturnType<PairTable['save']>): void {
    sameVersion(saved, 1, 'a table of pairs');
    this.size = saved.size;
    this.mask = saved.mask;
    this.keyA = saved.keyA;
    this.keyB = saved.keyB;
    this.value = saved.value;
  }
}

/** Numbers, as many as are added, in chains: each belongs to a pair of integers. */
export class Chains implements Kept {
  private readonly latest = new PairTable();
  private befores: number[] = [];

  /** The number that was added to (@a, @b) last, or -1. */
  last(a: number, b: number): number {
    return this.latest.get(a, b);
  }

  /** The one that was added before @number, or -1. */
  before(number: number): number {
    return this.befores[number]!;
  }

  /** Add the next number, which is returned, to (@a, @b). */
  add(a: number, b: number): number {
    const before = this.latest.get(a, b);
    const number = this.befores.push(before) - 1;
    if (before >= 0) this.latest.change(a, b, number);
    else this.latest.add(a, b, number);
    return number;
  }

  save() {
    return { version: 1, latest: this.latest.save(), befores: this.befores };
  }

  load(saved: ReturnType<Chains['save']>): void {
    sameVersion(saved, 1, 'a table of chains');
    this.latest.load(saved.latest);
    this.befores = saved.befores;
  }
}
