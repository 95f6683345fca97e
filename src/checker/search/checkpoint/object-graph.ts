// SPDX-License-Identifier: GPL-2.0-only
// Objects as bytes, and back into objects of the same make: what a checkpoint is written with.
//
// Everything that hangs on an object is written: numbers, texts, arrays, maps, sets, typed arrays,
// instances of classes with their fields; what is shared stays shared. What can not be written,
// say a function, keeps the value it has where it is read. Objects that both sides have anyway are
// written as a name (Links). Reading fills the fields of the objects that are there already, so
// that whoever else knows them goes on knowing them.

import { assert } from '#base/assert';

/** Objects that are not written, by a name that means the same on both sides. */
export interface Links {
  /** The name of @object, or null if it is to be written. */
  name(object: object): string | null;
  /** The object of that name. */
  find(name: string): object;
}

/** What was read does not fit what is there. */
export class Misfit extends Error {}

const Tag = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  int: 4,
  float: 5,
  text: 6,
  known: 7,
  array: 8,
  plain: 9,
  map: 10,
  set: 11,
  typed: 12,
  instance: 13,
  link: 14,
  kept: 15,
} as const;

type Typed = Int32Array | Uint32Array | Uint8Array | Uint16Array | Float64Array;
const TYPED = [Int32Array, Uint32Array, Uint8Array, Uint16Array, Float64Array] as const;

type Fields = Record<string, unknown>;

/** From so many bytes on, an array is not copied. */
const LARGE = 1 << 16;

/** Bytes, as many as are put. */
class Bytes {
  private readonly parts: Buffer[] = [];
  private data = Buffer.allocUnsafe(LARGE * 2);
  private length = 0;

  /** All of it, in order; valid until what was written changes. */
  all(): Buffer[] {
    return [...this.parts, this.data.subarray(0, this.length)];
  }

  private room(bytes: number): number {
    const at = this.length;
    if (at + bytes > this.data.length) {
      const data = Buffer.allocUnsafe(Math.max(this.data.length * 2, at + bytes));
      this.data.copy(data, 0, 0, at);
      this.data = data;
    }
    this.length = at + bytes;
    return at;
  }

  tag(tag: number): void {
    const at = this.room(1);
    this.data[at] = tag;
  }

  int(value: number): void {
    const at = this.room(4);
    this.data.writeInt32LE(value, at);
  }

  float(value: number): void {
    const at = this.room(8);
    this.data.writeDoubleLE(value, at);
  }

  text(value: string): void {
    this.bytes(Buffer.from(value));
  }

  bytes(value: Uint8Array): void {
    this.int(value.length);
    if (value.length >= LARGE) {
      this.parts.push(this.data.subarray(0, this.length));
      this.parts.push(Buffer.from(value.buffer, value.byteOffset, value.length));
      this.data = Buffer.allocUnsafe(LARGE * 2);
      this.length = 0;
      return;
    }
    const at = this.room(value.length);
    this.data.set(value, at);
  }
}

/** @root as bytes, to be put one after the other before anything of it changes. */
export function written(root: object, links: Links): Buffer[] {
  const writer = new Writer(links);
  writer.put(root);
  return writer.out.all();
}

class Writer {
  readonly out = new Bytes();
  private readonly links: Links;
  private readonly numbers = new Map<object, number>();

  constructor(links: Links) {
    this.links = links;
  }

  put(value: unknown): void {
    const { out } = this;
    if (typeof value === 'number') {
      const isInt = (value | 0) === value && !Object.is(value, -0);
      out.tag(isInt ? Tag.int : Tag.float);
      if (isInt) out.int(value);
      else out.float(value);
    } else if (typeof value === 'string') {
      out.tag(Tag.text);
      out.text(value);
    } else if (value === undefined) out.tag(Tag.undefined);
    else if (value === null) out.tag(Tag.null);
    else if (typeof value === 'boolean') out.tag(value ? Tag.true : Tag.false);
    else if (typeof value === 'object') this.object(value);
    else out.tag(Tag.kept);
  }

  private object(object: object): void {
    const { out } = this;
    const known = this.numbers.get(object);
    if (known !== undefined) {
      out.tag(Tag.known);
      out.int(known);
      return;
    }
    const name = this.links.name(object);
    if (name !== null) {
      out.tag(Tag.link);
      out.text(name);
      return;
    }
    this.numbers.set(object, this.numbers.size);
    const typed = TYPED.findIndex((type) => object instanceof type);
    if (typed >= 0) this.typed(object as Typed, typed);
    else if (Array.isArray(object)) this.list(Tag.array, object.length, object);
    else if (object instanceof Map) this.list(Tag.map, object.size * 2, [...object].flat());
    else if (object instanceof Set) this.list(Tag.set, object.size, object);
    else this.fields(object as Fields);
  }

  private typed(array: Typed, type: number): void {
    this.out.tag(Tag.typed);
    this.out.tag(type);
    // Arrays that grow have room at the end.
    let used = array.length;
    while (used > 0 && array[used - 1] === 0) used--;
    this.out.int(array.length);
    this.out.bytes(new Uint8Array(array.buffer, array.byteOffset, used * array.BYTES_PER_ELEMENT));
  }

  private list(tag: number, length: number, items: Iterable<unknown>): void {
    this.out.tag(tag);
    this.out.int(length);
    for (const item of items) this.put(item);
  }

  private fields(object: Fields): void {
    const { out } = this;
    const make = (object as object).constructor;
    if (make === Object) out.tag(Tag.plain);
    else {
      out.tag(Tag.instance);
      out.text(make.name);
    }
    const keys = Object.keys(object);
    out.int(keys.length);
    for (const key of keys) {
      out.text(key);
      this.put(object[key]);
    }
  }
}

/** Read @bytes, of which the root is an object like @root, into @root. */
export function readInto(root: object, bytes: Uint8Array, links: Links, classes: Classes): void {
  const reader = new Reader(bytes, links, classes);
  const read = reader.get(root);
  assert(read === root, 'what is read goes where it is said');
  if (!reader.isDone()) throw new Misfit('there is more than was read');
}

/** Classes of which instances are made in reading, by name. */
export type Classes = ReadonlyMap<string, object>;

class Reader {
  private readonly data: Buffer;
  private readonly links: Links;
  private readonly classes: Classes;
  private readonly objects: object[] = [];
  private at = 0;

  constructor(bytes: Uint8Array, links: Links, classes: Classes) {
    this.data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.links = links;
    this.classes = classes;
  }

  isDone(): boolean {
    return this.at === this.data.length;
  }

  private byte(): number {
    const value = this.data[this.at++];
    if (value === undefined) throw new Misfit('it ends too soon');
    return value;
  }

  private int(): number {
    this.at += 4;
    return this.data.readInt32LE(this.at - 4);
  }

  private slice(): Buffer {
    const length = this.int();
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  /** The next value; into @there, if that is an object of its kind. */
  get(there: unknown): unknown {
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
        this.at += 8;
        return this.data.readDoubleLE(this.at - 8);
      case Tag.text:
        return this.slice().toString();
      case Tag.known:
        return this.objects[this.int()];
      case Tag.link:
        return this.links.find(this.slice().toString());
      case Tag.kept:
        return there;
      case Tag.typed:
        return this.typed();
      case Tag.array:
      case Tag.map:
      case Tag.set:
        return this.list(tag, there);
      case Tag.plain:
      case Tag.instance:
        return this.fields(tag === Tag.plain ? null : this.slice().toString(), there);
      default:
        throw new Misfit(`there is no tag ${tag}`);
    }
  }

  private typed(): Typed {
    const type = TYPED[this.byte()]!;
    const length = this.int();
    const bytes = this.slice();
    const array = new type(length);
    new Uint8Array(array.buffer).set(bytes);
    this.objects.push(array);
    return array;
  }

  private list(tag: number, there: unknown): object {
    if (tag === Tag.array) {
      const array: unknown[] = Array.isArray(there) && !Object.isFrozen(there) ? there : [];
      this.objects.push(array);
      array.length = 0;
      for (let left = this.int(); left > 0; left--) array.push(this.get(undefined));
      return array;
    }
    if (tag === Tag.set) {
      const set: Set<unknown> = there instanceof Set ? there : new Set();
      this.objects.push(set);
      set.clear();
      for (let left = this.int(); left > 0; left--) set.add(this.get(undefined));
      return set;
    }
    const map: Map<unknown, unknown> = there instanceof Map ? there : new Map();
    this.objects.push(map);
    map.clear();
    for (let left = this.int(); left > 0; left -= 2) {
      const key = this.get(undefined);
      map.set(key, this.get(undefined));
    }
    return map;
  }

  private fields(name: string | null, there: unknown): object {
    const object = (this.fits(name, there) ? there : this.make(name)) as Fields;
    this.objects.push(object);
    for (let left = this.int(); left > 0; left--) {
      const key = this.slice().toString();
      object[key] = this.get(object[key]);
    }
    return object;
  }

  private fits(name: string | null, there: unknown): boolean {
    if (typeof there !== 'object' || there === null) return false;
    const make = there.constructor;
    return name === null ? make === Object : make.name === name;
  }

  private make(name: string | null): object {
    if (name === null) return {};
    const prototype = this.classes.get(name);
    if (prototype === undefined) throw new Misfit(`${name} can not be made`);
    return Object.create(prototype);
  }
}
