// SPDX-License-Identifier: GPL-2.0-only
// What the threads of a run do under a lock, from the step that takes it to the one that gives it
// back.

import type { Machine } from '#checker/machine/machine';
import { dependent } from '#checker/program/dependence';
import type { OpView } from '#checker/program/program';
import type { Choice } from '#checker/program/run';

/** True for whatever takes a lock or gives one back. */
export function isLock({ kind }: OpView): boolean {
  return /lock$/.test(kind);
}

export function isUnlock({ kind }: OpView): boolean {
  return /unlock$/.test(kind);
}

/** What the thread of step @at does next in @run, at whose end @machine stands; null: nothing. */
export function nextOf(
  machine: Machine,
  run: readonly Choice[],
  views: readonly OpView[],
  at: number,
): OpView | null {
  const { thread } = run[at]!;
  const next = run.findIndex((step, i) => i > at && step.thread === thread);
  return next < 0 ? pendingOf(machine, thread) : views[next]!;
}

/** What the thread of @step would do after it, which is not taken yet; null: nothing. */
export function inside(machine: Machine, { thread, choice }: Choice): OpView | null {
  const mark = machine.mark();
  machine.step(thread, choice);
  const next = pendingOf(machine, thread);
  machine.undo(mark);
  return next;
}

function pendingOf(machine: Machine, thread: number): OpView | null {
  return machine.isDone(thread) ? null : machine.pending(thread);
}

/** The accesses of a run that are done under a lock. */
export class RunSections {
  private readonly run: readonly Choice[];
  private readonly views: readonly OpView[];
  private readonly known = new Map<number, readonly OpView[]>();

  constructor(run: readonly Choice[], views: readonly OpView[]) {
    this.run = run;
    this.views = views;
  }

  /** True where something that is done under the lock of step @a conflicts with what @b guards. */
  conflict(a: number, b: number): boolean {
    const [mine, theirs] = [this.under(a), this.under(b)];
    return mine.some((x) => theirs.some((y) => dependent({ ...x, visible: false }, y)));
  }

  /** What the thread does under the lock that it takes, or gives back, in step @at; no locks. */
  private under(at: number): readonly OpView[] {
    const known = this.known.get(at) ?? this.lookUnder(at);
    this.known.set(at, known);
    return known;
  }

  private lookUnder(at: number): OpView[] {
    const step = isUnlock(this.views[at]!) ? -1 : 1;
    const { thread } = this.run[at]!;
    const { cell } = this.views[at]!;
    const found: OpView[] = [];
    for (let i = at + step; i >= 0 && i < this.run.length; i += step) {
      const view = this.views[i]!;
      if (this.run[i]!.thread !== thread) continue;
      if (isLock(view) && view.cell === cell) break;
      if (!isLock(view)) found.push(view);
    }
    return found;
  }
}
