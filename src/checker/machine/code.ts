// SPDX-License-Identifier: GPL-2.0-only
// Ops as integers: what a local state is about to do, decoded once.

import { type Kept, sameVersion } from '#base/saved';
import type { Effect, OpView } from '#checker/program/program';
import { Handle, type Op, type Value } from '#env/op';
import type { ObjectMemory } from './memory.ts';
import { UNDEFINED_ID, type ValueTable, valueText } from './values.ts';

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

/**
 * An Op, decoded. What every step looks at comes first, so that it shares lines of the processor's
 * cache: a search goes through some ten thousand of these in no order.
 */
export class Instruction {
  code = 0;
  /** Slot of the cell, lock or counter; -1 for none. */
  cell = -1;
  /** Slot that says whether the object is dead; -1 for none. */
  dead = -1;
  /** It may have to wait. */
  blocks = false;
  /** The result is always undefined. */
  unit = false;
  /** The edge taken last out of the local state that stands before it, and for which result. */
  nextResult = -1;
  next = -1;
  /** Facts about that edge; -1 if they have not been asked for. */
  nextFacts = -1;
  /** Slot that says whether other threads may know the object; -1 if all do. */
  published = -1;
  arg = 0;
  /** The locks held before and after it the last time, where it takes or gives back one. */
  heldBefore = -1;
  heldAfter = -1;
  expect = 0;
  /** 0 eq, 1 ne, 2 ge. */
  compare = 0;
  /** Number of the object accessed; -1 for alloc, spawn and choose. */
  object = -1;
  /** The object that an alloc has made last, and which in order that was. */
  nth = -1;
  made = -1;
  /** Slots to set because the Op lets other threads know of objects. */
  publishes: readonly number[] = [];
  /** Rules with `always` that read what it changes; null until they are asked for. */
  watchers: readonly number[] | null = null;
  readonly op: Op;
  /** Innermost function. */
  readonly fn: string;

  constructor(op: Op, fn: string) {
    this.op = op;
    this.fn = fn;
  }
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
export function decode(op: Op, fn: string, memory: ObjectMemory, values: ValueTable): Instruction {
  const i = new Instruction(op, fn);
  const code = Code[op.kind];
  i.arg = op.arg === undefined ? UNDEFINED_ID : values.intern(op.arg);
  i.expect = op.expect === undefined ? UNDEFINED_ID : values.intern(op.expect);
  i.compare = op.compare === 'ge' ? 2 : op.compare === 'ne' ? 1 : 0;
  i.blocks = BLOCKS.includes(code);
  const told = [...memory.mentioned(op.arg), ...memory.mentioned(op.body?.args as Value)];
  i.publishes = told.map((object) => memory.objects[object]!.published);
  i.code = op.obj instanceof Handle ? code : Code.null;
  i.unit = i.code !== Code.null && UNIT.includes(code);
  if (i.code === Code.spawn) i.cell = memory.counter(`name ${op.body?.name}`);
  if (i.code >= Code.spawn) return i;
  const object = memory.object(op.obj);
  const { dead, key, published } = memory.objects[object]!;
  if (code === Code.alloc) {
    i.cell = memory.counter(`${key}.${op.field}`);
    return i;
  }
  i.cell = code === Code.free ? dead : memory.cell(object, op.field);
  i.object = object;
  i.dead = dead;
  i.published = published;
  return i;
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
export class Views implements Kept {
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
    return this.known.get(keyOf(view, stored)) ?? this.add(view, stored);
  }

  private add(view: OpView, stored: number): number {
    const id = this.all.push(view) - 1;
    this.stored.push(stored);
    this.known.set(keyOf(view, stored), id);
    return id;
  }

  save() {
    return { version: 1, all: this.all, stored: this.stored };
  }

  load(saved: ReturnType<Views['save']>): void {
    sameVersion(saved, 1, 'views');
    this.all.length = 0;
    this.stored.length = 0;
    this.known.clear();
    saved.all.forEach((view, id) => {
      this.add(view, saved.stored[id]!);
    });
  }
}

/** What makes two views the same. */
function keyOf(view: OpView, stored: number): string {
  const { kind, cell, object, effect, visible, plain, fn, valueText: words } = view;
  return [kind, cell, object, effect, visible, plain, fn, words, stored].join('|');
}
