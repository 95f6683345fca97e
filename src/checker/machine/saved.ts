// SPDX-License-Identifier: GPL-2.0-only
// All of a machine that a run may change, but the automata and their values: saved, and loaded.
//
// The automata come from running the threads and can not be written; what they are, another
// machine of the same scene has come to know before it is loaded (search/checkpoint).

import {
  loadParts,
  Misfit,
  type Saved,
  type SavedParts,
  sameVersion,
  saveParts,
} from '#base/saved';
import type { StructType } from '#env/op';
import type { Machine } from './machine.ts';
import type { ObjectMemory } from './memory.ts';

/** What saveMachine() says. */
export interface MachineContents extends Saved {
  readonly memory: ReturnType<ObjectMemory['save']>;
  /** Local states whose Op has been decoded: a thread has stood there (names.ts). */
  readonly decoded: readonly number[];
  readonly parts: SavedParts<ReturnType<Machine['parts']>>;
}

/** Save @machine. */
export function saveMachine(machine: Machine): MachineContents {
  // A type of objects is known by the first local state that stands before an Op about it.
  const structs = new Map<StructType<object>, number>();
  machine.automaton.ops.forEach((op, node) => {
    if (op?.struct !== undefined && !structs.has(op.struct)) structs.set(op.struct, node);
  });
  const memory = machine.memory.save((struct) => structs.get(struct) ?? -1);
  const decoded = machine.instructions.flatMap((i, node) => (i === undefined ? [] : [node]));
  return { version: 1, memory, decoded, parts: saveParts(machine.parts()) };
}

/** Take @machine, with the same automata and values, to where saveMachine() was. */
export function loadMachine(machine: Machine, saved: MachineContents): void {
  sameVersion(saved, 1, 'a machine');
  machine.memory.load(saved.memory, (node) => {
    const struct = machine.automaton.ops[node]?.struct;
    if (struct === undefined) throw new Misfit('there is no such type of objects');
    return struct;
  });
  loadParts(machine.parts(), saved.parts);
  for (const node of saved.decoded) machine.instruction(node);
}
