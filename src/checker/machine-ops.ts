// SPDX-License-Identifier: GPL-2.0-only
// What each kind of Op does to memory, once its thread may take it.

import { must } from '#base/assert';
import { Code, type Instruction } from './machine-code.ts';
import type { Memory } from './machine-memory.ts';
import type { State } from './state.ts';
import type { ValueTable } from './state-values.ts';

/** The value of the object that the alloc @i returns if it is the @nth. */
export function allocatedBy(memory: Memory, i: Instruction, nth: number): number {
  const struct = must(i.op.struct, 'an alloc says what it allocates');
  return memory.allocated(i.cell, nth, i.op.obj, i.op.field, struct);
}

/** Change memory as @i, done by thread @t, does; @held is the slot that counts @t's locks. */
export function applyTo(
  memory: Memory,
  values: ValueTable,
  state: State,
  t: number,
  held: number,
  i: Instruction,
): void {
  const content = state.slots[i.cell]!;
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
      if (content !== 0) break;
      state.set(i.cell, t + 1);
      state.set(held, state.slots[held]! + 1);
      break;
    case Code.lock:
    case Code.write_lock:
      state.set(i.cell, t + 1);
      state.set(held, state.slots[held]! + 1);
      break;
    case Code.unlock:
    case Code.write_unlock:
      state.set(i.cell, 0);
      state.set(held, state.slots[held]! - 1);
      break;
    case Code.read_lock:
    case Code.read_unlock: {
      const by = i.code === Code.read_lock ? 1 : -1;
      const reader = memory.reader(i.cell, t);
      state.set(i.cell, content - by);
      state.set(reader, state.slots[reader]! + by);
      state.set(held, state.slots[held]! + by);
      break;
    }
    default:
      break;
  }
}
