// SPDX-License-Identifier: GPL-2.0-only
// Values as small integers, each with 128 bits that depend on its content alone.
//
// What cells, arguments and results may hold is interned: equal values are the same integer. The
// hash of a value comes from its text, a Handle's from its type and name, a tuple's from those of
// its elements, so that it is the same in every run and in every worker.

import { assert } from '#base/assert';
import { Handle, type Value } from '#env/op';

/** The ids that have a fixed meaning, beside 0, which is null. */
export const UNDEFINED_ID = 1;
export const FALSE_ID = 2;
export const TRUE_ID = 3;

/** A growing array of 32-bit words. */
export class Words {
  data = new Int32Array(1024);
  ensure(length: number): void {
    if (length <= this.data.length) return;
    const grown = new Int32Array(Math.max(length, this.data.length * 2));
    grown.set(this.data);
    this.data = grown;
  }
}

/** Mix the 32-bit words @a and @b into one; not commutative. */
export function mix(a: number, b: number): number {
  let x = Math.imul(a ^ ((b << 13) | (b >>> 19)), 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x + b, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

const SEEDS = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];

/** Four words that stand for @text, into @out at @at. */
export function hashText(text: string, out: Int32Array, at: number): void {
  for (let lane = 0; lane < 4; lane++) {
    let h = SEEDS[lane]!;
    for (let i = 0; i < text.length; i++) h = mix(h, text.charCodeAt(i) + lane);
    out[at + lane] = mix(h, text.length);
  }
}

/** Four words that stand for the pair (@a, @b) of word quadruples and a @tag. */
export function hashPair(
  tag: number,
  a: Int32Array,
  atA: number,
  b: Int32Array,
  atB: number,
  out: Int32Array,
  at: number,
): void {
  for (let lane = 0; lane < 4; lane++) {
    out[at + lane] = mix(mix(SEEDS[lane]! + tag, a[atA + lane]!), b[atB + lane]!);
  }
}

/** Interns values. */
export class ValueTable {
  readonly values: Value[] = [];
  /** Four words for each value. */
  readonly hashes = new Words();
  private readonly ids = new Map<unknown, number>();
  private readonly tuples = new Map<string, number>();
  private readonly texts = new Map<string, number>();

  constructor() {
    for (const value of [null, undefined, false, true]) this.intern(value);
    assert(this.intern(true) === TRUE_ID, 'the fixed ids come first');
  }

  /** The id of @value: a primitive, Handle, tuple, or (in frame arguments) any constant. */
  intern(value: unknown): number {
    const known = this.ids.get(value);
    if (known !== undefined) return known;
    if (Array.isArray(value)) return this.internTuple(value.map((v) => this.intern(v)));
    const id = this.add(value as Value, this.textOf(value));
    this.ids.set(value, id);
    return id;
  }

  /** The id of the tuple of the values with these @ids. */
  internTuple(ids: readonly number[]): number {
    const key = ids.join();
    const known = this.tuples.get(key);
    if (known !== undefined) return known;
    const id = this.add(Object.freeze(ids.map((i) => this.values[i])) as Value, 'tuple');
    const h = this.hashes.data;
    for (const element of ids) hashPair(ids.length, h, id * 4, h, element * 4, h, id * 4);
    this.tuples.set(key, id);
    return id;
  }

  /** The id of a Handle that the program allocated, known by @key whatever its name. */
  internAllocated(handle: Handle, key: string): number {
    const id = this.add(handle, `allocated ${key}`);
    this.ids.set(handle, id);
    return id;
  }

  private add(value: Value, text: string): number {
    const id = this.values.push(value) - 1;
    this.hashes.ensure(id * 4 + 4);
    hashText(text, this.hashes.data, id * 4);
    return id;
  }

  private textOf(value: unknown): string {
    if (value instanceof Handle) {
      const text = `object ${value.type} ${value.name}`;
      assert(!this.texts.has(text), `two objects are called ${value.type} ${value.name}`);
      this.texts.set(text, 1);
      return text;
    }
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      const text = `constant ${(value as { name?: unknown }).name ?? typeof value}`;
      const count = (this.texts.get(text) ?? 0) + 1;
      this.texts.set(text, count);
      return `${text}#${count}`;
    }
    return `${typeof value} ${String(value)}`;
  }
}

/** A Value in words, for reports. */
export function valueText(value: Value): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return `[${value.map((v: Value) => valueText(v)).join(', ')}]`;
  return String(value);
}
