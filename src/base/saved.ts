// SPDX-License-Identifier: GPL-2.0-only
// Plain data as bytes, and back: what structures save of themselves, and load again.
//
// Each structure says itself what it saves: an object with a version, of numbers, texts, lists,
// typed arrays and objects like these. Nothing of classes or private fields is known here. What
// load() is given was written by save() of the same version, or is refused.

import { assert } from './assert.ts';

/** What was kept does not fit what is there. */
export class Misfit extends Error {}

/** What save() returns. */
export interface Saved {
  /** Another number where the rest means something else than before. */
  readonly version: number;
}

/** A structure that can be kept. */
export interface Kept {
  /** What it consists of; valid until it changes, for typed arrays are not copied. */
  save(): Saved;
  /** Be what save() of the same version has said; what is given belongs to it from now on. */
  load(saved: never): void;
}

/** Throws a Misfit where @saved, of a structure called @name, is of another version. */
export function sameVersion({ version }: Saved, expected: number, name: string): void {
  if (version === expected) return;
  throw new Misfit(`${name} was saved in form ${version}, and form ${expected} is read`);
}

/** What each of @P has saved, by its name. */
export type SavedParts<P extends Readonly<Record<string, Kept>>> = {
  readonly [K in keyof P]: ReturnType<P[K]['save']>;
};

/** What @parts save, each under its name. */
export function saveParts<P extends Readonly<Record<string, Kept>>>(parts: P): SavedParts<P> {
  const saved = Object.entries(parts).map(([name, part]) => [name, part.save()] as const);
  return Object.fromEntries(saved) as SavedParts<P>;
}

/** Let @parts be what saveParts() has said. Throws a Misfit where one is missing. */
export function loadParts<P extends Readonly<Record<string, Kept>>>(
  parts: P,
  saved: SavedParts<P>,
): void {
  for (const [name, part] of Object.entries(parts)) {
    if (!Object.hasOwn(saved, name)) throw new Misfit(`${name} was not saved`);
    part.load(saved[name] as never);
  }
}

type Typed = Int32Array | Uint32Array | Uint8Array | Uint16Array | Float64Array;
const TYPED = [Int32Array, Uint32Array, Uint8Array, Uint16Array, Float64Array] as const;

const Tag = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  int: 4,
  float: 5,
  text: 6,
  list: 7,
  ints: 8,
  object: 9,
  typed: 10,
} as const;

/** From so many bytes on, an array is not copied. */
const LARGE = 1 << 16;

const isInt = (value: unknown): value is number =>
  typeof value === 'number' && (value | 0) === value && !Object.is(value, -0);

/** Bytes, as many as are put. */
class Bytes {
  private readonly parts: Uint8Array[] = [];
  private data = new Uint8Array(LARGE * 2);
  private view = new DataView(this.data.buffer);
  private length = 0;

  /** All of it, in order; valid until what was written changes. */
  all(): Uint8Array[] {
    return [...this.parts, this.data.subarray(0, this.length)];
  }

  private room(bytes: number): number {
    const at = this.length;
    if (at + bytes > this.data.length) {
      const { data } = this;
      this.begin(Math.max(data.length * 2, at + bytes));
      this.data.set(data.subarray(0, at));
    }
    this.length = at + bytes;
    return at;
  }

  private begin(size: number): void {
    this.data = new Uint8Array(size);
    this.view = new DataView(this.data.buffer);
    this.length = 0;
  }

  byte(value: number): void {
    const at = this.room(1);
    this.data[at] = value;
  }

  int(value: number): void {
    const at = this.room(4);
    this.view.setInt32(at, value, true);
  }

  float(value: number): void {
    const at = this.room(8);
    this.view.setFloat64(at, value, true);
  }

  bytes(value: Uint8Array): void {
    this.int(value.length);
    if (value.length < LARGE) {
      const at = this.room(value.length);
      this.data.set(value, at);
      return;
    }
    this.parts.push(this.data.subarray(0, this.length), value);
    this.begin(LARGE * 2);
  }
}

const TEXT = new TextEncoder();

/** @value, which is plain data, as bytes: to be put one after the other before it changes. */
export function encode(value: unknown): Uint8Array[] {
  const out = new Bytes();
  put(value, out);
  return out.all();
}

function put(value: unknown, out: Bytes): void {
  if (isInt(value)) {
    out.byte(Tag.int);
    out.int(value);
  } else if (typeof value === 'number') {
    out.byte(Tag.float);
    out.float(value);
  } else if (typeof value === 'string') {
    out.byte(Tag.text);
    out.bytes(TEXT.encode(value));
  } else if (value === undefined) out.byte(Tag.undefined);
  else if (value === null) out.byte(Tag.null);
  else if (typeof value === 'boolean') out.byte(value ? Tag.true : Tag.false);
  else if (Array.isArray(value)) putList(value, out);
  else putObject(value, out);
}

function putList(list: readonly unknown[], out: Bytes): void {
  let ints = 0;
  while (ints < list.length && isInt(list[ints])) ints++;
  if (ints === list.length) {
    out.byte(Tag.ints);
    out.bytes(bytesOf(Int32Array.from(list as readonly number[])));
    return;
  }
  out.byte(Tag.list);
  out.int(list.length);
  for (const item of list) put(item, out);
}

function putObject(object: unknown, out: Bytes): void {
  const type = TYPED.findIndex((t) => object instanceof t);
  if (type >= 0) {
    const array = object as Typed;
    // Arrays that grow have room at the end.
    let used = array.length;
    while (used > 0 && array[used - 1] === 0) used--;
    out.byte(Tag.typed);
    out.byte(type);
    out.int(array.length);
    out.bytes(bytesOf(array.subarray(0, used)));
    return;
  }
  const isPlain = typeof object === 'object' && Object.getPrototypeOf(object) === Object.prototype;
  assert(isPlain, `${String(object)} is no plain data`);
  const fields = Object.entries(object as object);
  out.byte(Tag.object);
  out.int(fields.length);
  for (const [name, value] of fields) {
    out.bytes(TEXT.encode(name));
    put(value, out);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Typed): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The value that was encoded as @bytes. Throws a Misfit where they are no such bytes. */
export function decode(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.get();
  if (!reader.isDone()) throw new Misfit('there is more than was read');
  return value;
}

class Reader {
  private readonly data: Uint8Array;
  private readonly view: DataView;
  private readonly text = new TextDecoder();
  private at = 0;

  constructor(data: Uint8Array) {
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  isDone(): boolean {
    return this.at === this.data.length;
  }

  private skip(bytes: number): number {
    const { at } = this;
    if (bytes < 0 || at + bytes > this.data.length) throw new Misfit('it ends too soon');
    this.at += bytes;
    return at;
  }

  private byte(): number {
    return this.data[this.skip(1)]!;
  }

  private int(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  private slice(): Uint8Array {
    const length = this.int();
    const at = this.skip(length);
    return this.data.subarray(at, at + length);
  }

  get(): unknown {
    const tag = this.byte();
    switch (tag) {
      case Tag.undefined:
        return undefined;
      case Tag.null:
        return null;
      case Tag.true:
        return true;
      case Tag.false:
        return false;
      case Tag.int:
        return this.int();
      case Tag.float:
        return this.view.getFloat64(this.skip(8), true);
      case Tag.text:
        return this.text.decode(this.slice());
      case Tag.list:
        return this.list();
      case Tag.ints:
        return Array.from(arrayOf(Int32Array, null, this.slice()));
      case Tag.object:
        return this.object();
      case Tag.typed:
        return this.typed();
      default:
        throw new Misfit(`there is no tag ${tag}`);
    }
  }

  private list(): unknown[] {
    const list: unknown[] = [];
    for (let left = this.int(); left > 0; left--) list.push(this.get());
    return list;
  }

  private object(): object {
    const fields: [string, unknown][] = [];
    for (let left = this.int(); left > 0; left--) {
      const name = this.text.decode(this.slice());
      fields.push([name, this.get()]);
    }
    return Object.fromEntries(fields);
  }

  private typed(): Typed {
    const type = TYPED[this.byte()];
    if (type === undefined) throw new Misfit('there is no such array');
    return arrayOf(type, this.int(), this.slice());
  }
}

/** An array of this @type that begins with @bytes, of this @length; null: as long as they say. */
function arrayOf(type: (typeof TYPED)[number], length: number | null, bytes: Uint8Array): Typed {
  const array = new type(length ?? bytes.length / type.BYTES_PER_ELEMENT);
  if (bytes.length > array.byteLength) throw new Misfit('there is more than an array holds');
  new Uint8Array(array.buffer).set(bytes);
  return array;
}
