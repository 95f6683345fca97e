// SPDX-License-Identifier: GPL-2.0-only
// Shared memory: objects, their cells, and the slots of the state that hold them.
//
// A cell is one field of one object, or a whole lock; it gets its number, the slot of the state it
// lives in, when it is first touched. What is unset holds null, which is 0 and hashes to nothing.

import { must } from '#base/assert';
import { Misfit, sameVersion } from '#base/saved';
import type { PairTable } from '#checker/tables/pair-table';
import { PairTable as Pairs } from '#checker/tables/pair-table';
import { Handle, type StructType, type Value } from '#env/op';
import { SlotKind, type State } from './state.ts';
import type { ValueTable } from './values.ts';

/** One shared object. */
interface MemoryObject {
  readonly handle: Handle;
  readonly value: number;
  /** Its name with everything that makes it unique. */
  readonly key: string;
  /** Slot that is 1 once the object is dead. */
  readonly dead: number;
  /** Slot, without influence on anything, that says who freed it: thread + 1. */
  readonly freer: number;
  /** Slot that is 1 once another thread may know the object; -1 for one that all know. */
  readonly published: number;
  readonly cells: Map<string, number>;
}

/** What is known of a cell. */
interface CellPlace {
  readonly object: number;
  /** '' for the lock that an object is. */
  readonly field: string;
}

/** Objects and cells, by number. */
export class ObjectMemory {
  readonly objects: MemoryObject[] = [];
  /** By slot; other slots have none. */
  readonly cells: (CellPlace | undefined)[] = [];
  private readonly byHandle = new Map<Handle, number>();
  private readonly counters = new Map<string, number>();
  private readonly readers = new Map<number, number>();
  private readonly fresh: PairTable = new Pairs();
  /** By value of an object: the cells that are not null in a fresh one, each with its content. */
  private readonly zeroes: (readonly number[] | undefined)[] = [];
  private readonly structs = new Map<number, StructType<object>>();
  private readonly values: ValueTable;
  private readonly state: State;

  constructor(values: ValueTable, state: State) {
    this.values = values;
    this.state = state;
  }

  /** The number of @handle. */
  object(handle: Handle): number {
    const known = this.byHandle.get(handle);
    if (known !== undefined) return known;
    return this.register(
      handle,
      this.values.intern(handle),
      `${handle.type} ${handle.name}`,
      false,
    );
  }

  private register(handle: Handle, value: number, key: string, dynamic: boolean): number {
    const id = this.objects.push({
      handle,
      value,
      key,
      dead: this.state.slot(SlotKind.raw, `dead ${key}`),
      freer: this.state.slot(SlotKind.silent, `freer ${key}`),
      published: dynamic ? this.state.slot(SlotKind.silent, `published ${key}`) : -1,
      cells: new Map(),
    });
    this.byHandle.set(handle, id - 1);
    return id - 1;
  }

  /** The slot of @field of an object; '' is the object as a lock. */
  cell(object: number, field: string): number {
    const { cells, key } = this.objects[object]!;
    const known = cells.get(field);
    if (known !== undefined) return known;
    const kind = field === '' ? SlotKind.raw : SlotKind.value;
    const slot = this.state.slot(kind, `cell ${key} ${field}`);
    cells.set(field, slot);
    this.cells[slot] = { object, field };
    return slot;
  }

  /** The name of the object to which @cell belongs. */
  ownerName(cell: number): string {
    const { object } = must(this.cells[cell], 'a slot of an object is a cell');
    return this.objects[object]!.handle.name;
  }

  /** A slot that counts, named by @name. */
  counter(name: string): number {
    const known = this.counters.get(name);
    if (known !== undefined) return known;
    const slot = this.state.slot(SlotKind.raw, `counter ${name}`);
    this.counters.set(name, slot);
    return slot;
  }

  /** The slot that counts how often thread @t holds the read side of the lock in @cell. */
  reader(cell: number, t: number): number {
    const key = cell * 4096 + t;
    const known = this.readers.get(key);
    if (known !== undefined) return known;
    const { object } = this.cells[cell]!;
    const slot = this.counter(`reader ${this.objects[object]!.key} ${t}`);
    this.readers.set(key, slot);
    return slot;
  }

  /** The value of the @nth object (from 1) that @owner allocates at @site, counted in @counter. */
  allocated(
    counter: number,
    nth: number,
    owner: Handle,
    site: string,
    struct: StructType<object>,
  ): number {
    const known = this.fresh.get(counter, nth);
    if (known >= 0) return known;
    const ownerKey = this.objects[this.object(owner)]!.key;
    const handle = new Handle(struct.type, `${owner.name}.${site}#${nth}`);
    const key = `${struct.type} (${ownerKey}).${site}#${nth}`;
    const value = this.values.internAllocated(handle, key);
    this.structs.set(this.register(handle, value, key, true), struct);
    this.fresh.add(counter, nth, value);
    return value;
  }

  /** Give the fields of a fresh object their values. */
  initialise(value: number): void {
    let zeroes = this.zeroes[value];
    if (zeroes === undefined) {
      zeroes = this.zeroesOf(this.object(this.values.values[value] as Handle));
      while (this.zeroes.length < value) this.zeroes.push(undefined);
      this.zeroes[value] = zeroes;
    }
    for (let z = 0; z < zeroes.length; z += 2) this.state.set(zeroes[z]!, zeroes[z + 1]!);
  }

  /** Cells of the fresh object @value that are not null in it, each with its content. */
  zeroesOfFresh(value: number): readonly number[] {
    return this.zeroes[value] ?? [];
  }

  private zeroesOf(object: number): number[] {
    const fields = Object.entries(this.structs.get(object)?.zero ?? {});
    return fields.flatMap(([field, zero]) => [
      this.cell(object, field),
      this.values.intern(zero as Value),
    ]);
  }

  /** Numbers of the allocated objects that @value mentions. */
  mentioned(value: Value): number[] {
    if (Array.isArray(value)) return value.flatMap((v: Value) => this.mentioned(v));
    if (!(value instanceof Handle)) return [];
    const object = this.object(value);
    return this.objects[object]!.published < 0 ? [] : [object];
  }

  /** Mark an object dead and forget its fields. */
  kill(object: number, t: number): void {
    const { dead, freer, cells } = this.objects[object]!;
    this.state.set(dead, 1);
    this.state.set(freer, t + 1);
    for (const cell of cells.values()) this.state.set(cell, 0);
  }

  /** What there is; @nameOf gives a number to a type of objects that both sides know it by. */
  save(nameOf: (struct: StructType<object>) => number) {
    const objects = this.objects.map(({ handle: _, cells, ...rest }) => {
      return { ...rest, cells: [...cells] };
    });
    const { zeroes } = this;
    return {
      version: 1,
      objects,
      counters: [...this.counters],
      readers: [...this.readers].flat(),
      fresh: this.fresh.save(),
      zeroes,
      structs: [...this.structs].flatMap(([object, struct]) => [object, nameOf(struct)]),
    };
  }

  load(saved: ReturnType<ObjectMemory['save']>, named: (name: number) => StructType<object>): void {
    sameVersion(saved, 1, 'memory');
    for (const known of [this.objects, this.cells, this.zeroes]) known.length = 0;
    for (const known of [this.byHandle, this.counters, this.readers, this.structs]) known.clear();
    for (const { cells, ...rest } of saved.objects) {
      const handle = this.values.values[rest.value];
      if (!(handle instanceof Handle)) throw new Misfit(`${rest.key} is no object`);
      const object = this.objects.push({ ...rest, handle, cells: new Map(cells) }) - 1;
      this.byHandle.set(handle, object);
      for (const [field, slot] of cells) this.cells[slot] = { object, field };
    }
    for (const [name, slot] of saved.counters) this.counters.set(name, slot);
    for (let r = 0; r < saved.readers.length; r += 2) {
      this.readers.set(saved.readers[r]!, saved.readers[r + 1]!);
    }
    this.fresh.load(saved.fresh);
    this.zeroes.push(...saved.zeroes);
    for (let s = 0; s < saved.structs.length; s += 2) {
      this.structs.set(saved.structs[s]!, named(saved.structs[s + 1]!));
    }
  }
}
