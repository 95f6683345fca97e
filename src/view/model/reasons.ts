// SPDX-License-Identifier: GPL-2.0-only
// Why a step saw what it saw: the last step before it that wrote the cell, or gave back the lock.

import type { TraceStep } from '#finding/step';

/** A sentence about a step, and the step that it points to. */
interface Reason {
  readonly text: string;
  /** Index into the trace; null: it was so from the start. */
  readonly step: number | null;
}

const reads: ReadonlySet<string> = new Set(['load', 'wait', 'cas', 'xchg', 'add']);
const writes: ReadonlySet<string> = new Set(['store', 'cas', 'xchg', 'add', 'free']);
const takes: ReadonlySet<string> = new Set(['lock', 'trylock', 'read_lock', 'write_lock']);
const gives: ReadonlySet<string> = new Set(['unlock', 'read_unlock', 'write_unlock']);

/** Index of the last step before @at that wrote @object's @field; -1: none did. */
function lastWrite(trace: readonly TraceStep[], at: number, object: string, field: string): number {
  for (let i = at - 1; i >= 0; i--) {
    const step = trace[i]!;
    if (step.object !== object || !writes.has(step.op)) continue;
    if (step.op === 'free') return i;
    if (step.field !== field) continue;
    // A compare-and-swap that finds another value, or a store of the same, still has put it there
    // for whoever reads next; one that fails has not.
    if (step.op !== 'cas' || step.before !== step.after) return i;
  }
  return -1;
}

/** Index of the last step before @at that gave back @lock; -1: none did. */
function lastRelease(trace: readonly TraceStep[], at: number, lock: string): number {
  for (let i = at - 1; i >= 0; i--) {
    const step = trace[i]!;
    if (step.object === lock && gives.has(step.op)) return i;
  }
  return -1;
}

/** Why the step at @at of @trace saw its value, or could take its lock; empty for the rest. */
export function reasonsOf(trace: readonly TraceStep[], at: number): Reason[] {
  const step = trace[at];
  if (step === undefined) return [];
  if (takes.has(step.op)) return [lockReason(trace, at, step)];
  if (!reads.has(step.op)) return [];
  const from = lastWrite(trace, at, step.object, step.field);
  if (from < 0) return [{ text: 'nothing has written it since the start', step: null }];
  const { thread, function: fn, op } = trace[from]!;
  const whose = thread === step.thread ? 'it has itself' : `${thread} has`;
  const what = op === 'free' ? 'freed it' : 'written it last';
  return [{ text: `${whose} ${what}, in ${fn}()`, step: from }];
}

function lockReason(trace: readonly TraceStep[], at: number, step: TraceStep): Reason {
  const from = lastRelease(trace, at, step.object);
  const failed = step.op === 'trylock' && step.result === 'false';
  if (failed) return { text: 'another thread holds it', step: lastTaken(trace, at, step.object) };
  if (from < 0) return { text: 'nobody has held it before', step: null };
  const { thread, function: fn } = trace[from]!;
  const who = thread === step.thread ? 'it has itself' : `${thread} has`;
  return { text: `${who} given it back last, in ${fn}()`, step: from };
}

function lastTaken(trace: readonly TraceStep[], at: number, lock: string): number | null {
  for (let i = at - 1; i >= 0; i--) {
    const { object, op, result } = trace[i]!;
    const failed = op === 'trylock' && result === 'false';
    if (object === lock && takes.has(op) && !failed) return i;
  }
  return null;
}
