// SPDX-License-Identifier: GPL-2.0-only
// What else could have happened at each step of a failing run, and who had to wait.
//
// At each step every other thread that can move is let go on in place of the one that did, and
// every other answer of the environment is given; then all run on without preemption. What that
// comes to is the verdict of the alternative. Most of it is known before (orders.ts).

import type { Machine } from '#checker/machine/machine';
import type { OpView } from '#checker/program/program';
import type { Choice } from '#checker/program/run';
import type { Alternative, LockWait } from '#finding/why';
import { breaks, type Failure, type Orders } from './orders.ts';
import type { Observed } from './pair.ts';

/** Every alternative along the run of @seen, by step, and then by thread. */
export function alternativesOf(orders: Orders, seen: Observed, failure: Failure): Alternative[] {
  const { machine } = orders;
  const found: Alternative[] = [];
  machine.reset();
  seen.run.forEach((step, at) => {
    for (const other of othersThan(machine, step)) {
      const { kind, objectName, field } = machine.pending(other.thread);
      const outcome = orders.outcome([other], other.thread, seen.broken[at]!);
      const broken = outcome.reports.find((r) => breaks(r, failure));
      const any = broken ?? outcome.reports[0];
      const verdict = broken ? 'fails' : any || !outcome.whole ? 'other' : 'passes';
      found.push({
        ...{ step: at, thread: machine.threadName(other.thread), op: kind, object: objectName },
        ...{ field, choice: other.choice, verdict, window: any?.window ?? null },
      });
    }
    machine.step(step.thread, step.choice);
  });
  return found;
}

/** Steps that are possible now beside @step. */
function othersThan(machine: Machine, step: Choice): Choice[] {
  const found: Choice[] = [];
  for (let thread = 0; thread < machine.threadCount(); thread++) {
    if (!machine.enabled(thread)) continue;
    const answers = thread === step.thread ? machine.choices(thread) : 1;
    for (let choice = 0; choice < answers; choice++) {
      if (thread !== step.thread || choice !== step.choice) found.push({ thread, choice });
    }
  }
  return found;
}

const LOCKS: ReadonlySet<OpView['kind']> = new Set(['lock', 'read_lock', 'write_lock']);

/** Who waits for a lock along @run, and for whom. */
export function blockedAlong(machine: Machine, run: readonly Choice[]): LockWait[] {
  const spans: LockWait[] = [];
  const open = new Map<number, Omit<LockWait, 'to'>>();
  const close = (thread: number, to: number): void => {
    const span = open.get(thread);
    if (span !== undefined) spans.push({ ...span, to });
    open.delete(thread);
  };
  machine.reset();
  for (let at = 0; at <= run.length; at++) {
    for (let t = 0; t < machine.threadCount(); t++) {
      const waits = !machine.isDone(t) && !machine.enabled(t) && !machine.hasCrashed();
      const view = waits ? machine.pending(t) : null;
      if (view === null || !LOCKS.has(view.kind)) close(t, at);
      else if (!open.has(t)) {
        const lock = view.objectName;
        const holder = holderOf(machine, lock, t);
        open.set(t, { thread: machine.threadName(t), from: at, lock, holder });
      }
    }
    const step = run[at];
    if (step !== undefined) machine.step(step.thread, step.choice);
  }
  for (const t of [...open.keys()]) close(t, run.length);
  return spans.sort((a, b) => a.from - b.from || (a.thread < b.thread ? -1 : 1));
}

function holderOf(machine: Machine, lock: string, waiting: number): string | null {
  for (let t = 0; t < machine.threadCount(); t++) {
    if (t !== waiting && machine.exists(t) && machine.locksOf(t).includes(lock)) {
      return machine.threadName(t);
    }
  }
  return null;
}
