// SPDX-License-Identifier: GPL-2.0-only
// Takes a step and says all about it, for traces.

import { kernelStack } from '#env/frames';
import type { Value } from '#env/op';
import type { TraceStep } from '#finding/step';
import { Code, type Instruction } from './code.ts';
import { valueText } from './values.ts';
import type { MachineView } from './view.ts';

/** Let thread @t of @machine take its step, and describe it. */
export function recordStep(machine: MachineView, t: number, choice: number): TraceStep {
  const local = machine.local(t);
  const i = machine.instruction(local);
  const edge = machine.edgeOf(t, choice);
  const taken = edge < 0 ? undefined : machine.automaton.edges[edge];
  const stack = kernelStack(machine.automaton.stack(local));
  const before = contentText(machine, i);
  machine.step(t, choice);
  const events = (taken?.events ?? []).map((e) => [e.name, ...e.args.map(valueText)].join(' '));
  return {
    thread: machine.threadName(t),
    op: i.op.kind,
    object: i.code === Code.null ? 'NULL' : i.op.obj.name,
    field: i.op.field,
    function: i.fn,
    stack,
    file: null,
    line: null,
    before,
    after: contentText(machine, i),
    result: taken === undefined ? '' : valueText(machine.values.values[taken.result] as Value),
    marked: i.op.marked ?? false,
    locks: machine.locksOf(t),
    events,
  };
}

/** What is in the cell of @i, in words. */
function contentText(machine: MachineView, i: Instruction): string {
  if (i.cell < 0) return '';
  const content = machine.state.slots[i.cell]!;
  if (i.code === Code.free) return content === 0 ? 'alive' : 'freed';
  if (i.code === Code.alloc || i.code === Code.spawn) return String(content);
  if (i.op.field !== '') return valueText(machine.values.values[content] as Value);
  if (content === 0) return 'free';
  return content > 0 ? `held by ${machine.threadName(content - 1)}` : `${-content} readers`;
}
