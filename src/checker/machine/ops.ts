// SPDX-License-Identifier: GPL-2.0-only
// What each kind of Op does to memory, once its thread may take it.

import { must } from '#base/assert';
import { Code, type Instruction } from './code.ts';
import { type HeldSets, Mode } from './held.ts';
import type { ObjectMemory } from './memory.ts';
import type { State } from './state.ts';
import type { ValueTable } from './values.ts';

/** The value of the object that the alloc @i returns if it is the @nth. */
export function allocatedBy(memory: ObjectMemory, i: Instruction, nth: number): number {
  if (i.nth === nth) return i.made;
  const struct = must(i.op.struct, 'an alloc says what it allocates');
  i.made = memory.allocated(i.cell, nth, i.op.obj, i.op.field, struct);
  i.nth = nth;
  return i.made;
}

/** What an Op changes. */
interface Parts {
  readonly memory: ObjectMemory;
  readonly values: ValueTable;
  readonly state: State;
  readonly heldSets: HeldSets;
}

/** Change memory as @i, done by thread @t, does; @held is the slot with the locks @t holds. */
export function applyTo(parts: Parts, t: number, held: number, i: Instruction): void {
  const { memory, values, state } = parts;
  const content = i.cell < 0 ? 0 : state.slots[i.cell]!;
  if (i.publishes.length > 0) for (const slot of i.publishes) state.set(slot, 1);
  switch (i.code) {
    case Code.store:
    case Code.xchg:
      state.set(i.cell, i.arg);
      break;
    case Code.add:
      state.set(i.cell, values.intern(Number(values.values[content]) + Number(i.op.arg)));
      break;
    case Code.cas:
      if (content === i.expect) state.set(i.cell, i.arg);
      break;
    case Code.alloc:
      state.set(i.cell, content + 1);
      memory.initialise(allocatedBy(memory, i, content + 1));
      break;
    case Code.free:
      memory.kill(i.object, t);
      break;
    case Code.trylock:
      if (content === 0) acquire(parts, t, held, i);
      break;
    case Code.lock:
    case Code.write_lock:
      acquire(parts, t, held, i);
      break;
    case Code.unlock:
    case Code.write_unlock:
      release(parts, held, i);
      break;
    case Code.read_lock:
      share(parts, t, i.cell, 1);
      state.set(held, parts.heldSets.add(state.slots[held]!, i.cell, Mode.shared));
      break;
    case Code.read_unlock:
      share(parts, t, i.cell, -1);
      state.set(held, parts.heldSets.remove(state.slots[held]!, i.cell, Mode.shared));
      break;
    default:
      break;
  }
}

/** Where the thread stands when it takes or gives back a lock, it mostly holds the same others. */
function acquire({ state, heldSets }: Parts, t: number, held: number, i: Instruction): void {
  const before = state.slots[held]!;
  if (i.heldBefore !== before) {
    i.heldAfter = heldSets.add(before, i.cell, Mode.exclusive);
    i.heldBefore = before;
  }
  state.set(i.cell, t + 1);
  state.set(held, i.heldAfter);
}

function release({ state, heldSets }: Parts, held: number, i: Instruction): void {
  const before = state.slots[held]!;
  if (i.heldBefore !== before) {
    i.heldAfter = heldSets.remove(before, i.cell, Mode.exclusive);
    i.heldBefore = before;
  }
  state.set(i.cell, 0);
  state.set(held, i.heldAfter);
}

/** One reader more or less: a lock's cell holds minus the number of its readers. */
function share({ state, memory }: Parts, t: number, cell: number, by: number): void {
  const reader = memory.reader(cell, t);
  state.set(cell, state.slots[cell]! - by);
  state.set(reader, state.slots[reader]! + by);
}

/** True if @i stores what its cell has already in @slots. */
export function storesSame(i: Instruction, slots: Int32Array): boolean {
  return i.code === Code.store && slots[i.cell] === i.arg;
}
