// SPDX-License-Identifier: GPL-2.0-only
// What parts of a machine that stand in files of their own see of it.

import type { ThreadAutomaton } from './automaton.ts';
import type { Instruction } from './code.ts';
import type { ObjectMemory } from './memory.ts';
import type { State } from './state.ts';
import type { ValueTable } from './values.ts';

/** A machine (machine.ts) and where its threads stand. */
export interface MachineView {
  readonly automaton: ThreadAutomaton;
  readonly memory: ObjectMemory;
  readonly state: State;
  readonly values: ValueTable;
  edgeOf(t: number, choice?: number): number;
  instruction(node: number): Instruction;
  isDaemon(t: number): boolean;
  isDone(t: number): boolean;
  local(t: number): number;
  locksOf(t: number): string[];
  step(t: number, choice?: number): void;
  threadCount(): number;
  threadName(t: number): string;
}
