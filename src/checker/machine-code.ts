// SPDX-License-Identifier: GPL-2.0-only
// Ops as integers: what a local state is about to do, decoded once.

import { Handle, type Op, type Value } from '#env/op';
import type { Memory } from './machine-memory.ts';
import type { Effect, OpView } from './program.ts';
import { UNDEFINED_ID, type ValueTable, valueText } from './state-values.ts';

/** Op kinds; those from `null` on are what an Op on no object does. */
export const Code = {
  load: 0,
  store: 1,
  add: 2,
  cas: 3,
  xchg: 4,
  lock: 5,
  trylock: 6,
  unlock: 7,
  read_lock: 8,
  read_unlock: 9,
  write_lock: 10,
  write_unlock: 11,
  wait: 12,
  alloc: 13,
  free: 14,
  spawn: 15,
  choose: 16,
  null: 17,
} as const;

/** An Op, decoded. */
export interface Instruction {
  readonly op: Op;
  readonly code: number;
  /** Slot of the cell, lock or counter; -1 for none. */
  readonly cell: number;
  /** Number of the object accessed; -1 for alloc, spawn and choose. */
  readonly object: number;
  /** Slot that says whether the object is dead; -1 for none. */
  readonly dead: number;
  readonly arg: number;
  readonly expect: number;
  /** 0 eq, 1 ne, 2 ge. */
  readonly compare: number;
  /** The result is always undefined. */
  readonly unit: boolean;
  /** It may have to wait. */
  readonly blocks: boolean;
  /** The edge taken last out of the local state that stands before it, and for which result. */
  next: number;
  nextResult: number;
  /** Rules with `always` that read what it changes; null until they are asked for. */
  watchers: readonly number[] | null;
  /** Slots to set because the Op lets other threads know of objects. */
  readonly publishes: readonly number[];
  /** Slot that says whether other threads may know the object; -1 if all do. */
  readonly published: number;
  /** Innermost function. */
  readonly fn: string;
}

const UNIT: readonly number[] = [
  Code.store,
  Code.lock,
  Code.unlock,
  Code.read_lock,
  Code.read_unlock,
  Code.write_lock,
  Code.write_unlock,
  Code.free,
  Code.spawn,
];

const BLOCKS: readonly number[] = [Code.lock, Code.read_lock, Code.write_lock, Code.wait];

/** Decode @op. */
export function decode(op: Op, fn: string, memory: Memory, values: ValueTable): Instruction {
  const code = Code[op.kind];
  const arg = op.arg === undefined ? UNDEFINED_ID : values.intern(op.arg);
  const expect = op.expect === undefined ? UNDEFINED_ID : values.intern(op.expect);
  const compare = op.compare === 'ge' ? 2 : op.compare === 'ne' ? 1 : 0;
  const common = {
    op,
    arg,
    expect,
    compare,
    fn,
    unit: UNIT.includes(code),
    blocks: BLOCKS.includes(code),
    next: -1,
    nextResult: -1,
    watchers: null,
    dead: -1,
    object: -1,
    published: -1,
    publishes: [...memory.mentioned(op.arg), ...memory.mentioned(op.body?.args as Value)].map(
      (told) => memory.objects[told]!.published,
    ),
  };
  if (!(op.obj instanceof Handle)) return { ...common, code: Code.null, cell: -1, unit: false };
  if (code === Code.choose) return { ...common, code, cell: -1 };
  if (code === Code.spawn)
    return { ...common, code, cell: memory.counter(`name ${op.body?.name}`) };
  const object = memory.object(op.obj);
  const { dead, key, published } = memory.objects[object]!;
  if (code === Code.alloc) return { ...common, code, cell: memory.counter(`${key}.${op.field}`) };
  const cell = code === Code.free ? dead : memory.cell(object, op.field);
  return { ...common, code, cell, object, dead, published };
}

/** What @instruction does to its cell where its result is @result. */
export function effectOf(instruction: Instruction, result: number): Effect {
  switch (instruction.code) {
    case Code.load:
    case Code.wait:
      return 'read';
    case Code.cas:
      return result === instruction.expect ? 'write' : 'read';
    case Code.trylock:
      return result === 3 ? 'acquire' : 'read';
    case Code.lock:
    case Code.write_lock:
      return 'acquire';
    case Code.unlock:
    case Code.write_unlock:
      return 'release';
    case Code.read_lock:
      return 'share';
    case Code.read_unlock:
      return 'unshare';
    case Code.free:
      return 'free';
    case Code.choose:
    case Code.null:
      return 'none';
    default:
      return 'write';
  }
}

/** Makes views, one object and one number for each that is different. */
export class Views {
  readonly all: OpView[] = [];
  /** The value that each view stores, as an id; -1 for any other kind of Op. */
  readonly stored: number[] = [];
  private readonly known = new Map<string, number>();

  /** The number of the view of @instruction with @effect. */
  of(instruction: Instruction, effect: Effect, visible: boolean): number {
    const { op, cell, object, fn } = instruction;
    const valueWords = op.arg === undefined ? '' : valueText(op.arg);
    const plain = !op.marked;
    const stored = instruction.code === Code.store ? instruction.arg : -1;
    const key = [op.kind, cell, object, effect, visible, plain, fn, valueWords, stored].join('|');
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const view: OpView = {
      kind: op.kind,
      cell,
      object,
      effect,
      plain,
      visible,
      objectName: op.obj instanceof Handle ? op.obj.name : 'NULL',
      objectType: op.obj instanceof Handle ? op.obj.type : '',
      field: op.field,
      valueText: valueWords,
      fn,
    };
    const id = this.all.push(view) - 1;
    this.stored.push(stored);
    this.known.set(key, id);
    return id;
  }
}
