// SPDX-License-Identifier: GPL-2.0-only
// Runs a Program of the checker as the source search runs the kernel: whole runs, then their steps.

import type { Machine } from '#checker/machine/machine';
import type { OpView, Program } from '#checker/program/program';
import type { Executed, Executor, Pick } from '#realc/search/dpor';
import { TOUCH, type TouchingStep } from '#realc/search/order';

/** Words beside the cells: objects that may be freed, what rules see, and threads not begun. */
const OBJECTS = 1 << 20;
const VISIBLE = 1 << 21;
const THREADS = 1 << 22;

const HOW: Readonly<Record<OpView['effect'], number | null>> = {
  none: null,
  read: 0,
  write: TOUCH.write,
  acquire: TOUCH.write | TOUCH.acquire,
  release: TOUCH.write | TOUCH.release,
  share: TOUCH.write | TOUCH.shared | TOUCH.acquire | TOUCH.reader,
  unshare: TOUCH.write | TOUCH.shared | TOUCH.release | TOUCH.reader,
  free: TOUCH.write,
};

/** What an Op touches, as order.ts knows it. */
function touchedBy(op: OpView, sections: boolean): number[] {
  const touched: number[] = [];
  let how = HOW[op.effect];
  if (how !== null && how & TOUCH.acquire && op.kind !== 'trylock') how |= TOUCH.blocking;
  const ofLock = how !== null && how & (TOUCH.acquire | TOUCH.release);
  if (sections && how !== null && ofLock && op.kind !== 'trylock') how |= TOUCH.shared;
  if (how !== null && op.kind === 'wait') how |= TOUCH.wait;
  if (how !== null && op.cell >= 0) touched.push(op.cell, how);
  if (op.object >= 0) touched.push(OBJECTS + op.object, op.effect === 'free' ? TOUCH.write : 0);
  if (op.visible) touched.push(VISIBLE, TOUCH.write);
  return touched;
}

/** An executor over @program, which may have neither choices nor crashes. */
export class ProgramExecutor implements Executor {
  readonly machine: Machine;
  private readonly program: Program;
  private readonly sections: boolean;
  private before: readonly TouchingStep[] = [];
  /** Called where a run has come to its end, before the program is reset. */
  onEnd: () => void = () => undefined;

  /** @sections: critical sections are ordered by what they touch alone; for locks on no cycle. */
  constructor(machine: Machine, sections = false) {
    this.sections = sections;
    this.machine = machine;
    this.program = machine;
  }

  private threads(): number[] {
    return Array.from({ length: this.program.threadCount() }, (_, t) => t);
  }

  private step(t: number, begun: Set<number>): TouchingStep {
    const { program } = this;
    const touched = touchedBy(program.pending(t), this.sections);
    if (!begun.has(t)) touched.push(THREADS + t, TOUCH.write | TOUCH.begin);
    begun.add(t);
    const living = this.threads().filter((u) => !program.isDone(u));
    program.step(t);
    for (const u of this.threads()) {
      if (!program.isDone(u) && !living.includes(u)) touched.push(THREADS + u, TOUCH.write);
    }
    return { thread: t + 1, touched };
  }

  run(depth: number, thread: number, pick: Pick): Executed | null {
    const { program } = this;
    program.reset();
    const begun = new Set(this.threads().filter((t) => !program.isDone(t)));
    const steps: TouchingStep[] = [];
    const able = (): number[] =>
      this.threads()
        .filter((t) => !program.isDone(t) && program.enabled(t))
        .map((t) => t + 1);
    const prefix = this.before.slice(0, depth).map((s) => s.thread);
    if (thread > 0) prefix.push(thread);
    for (const t of prefix) {
      if (!able().includes(t)) return null;
      steps.push(this.step(t - 1, begun));
    }
    let end: Executed['end'] = 'end';
    for (let last = prefix.at(-1) ?? 0; ; ) {
      const now = able();
      if (now.length === 0) break;
      // As the kernel's threads do: go on until something is in the way.
      if (!now.includes(last)) last = pick(steps, now);
      if (last === 0) {
        end = 'asleep';
        break;
      }
      steps.push(this.step(last - 1, begun));
    }
    this.before = steps;
    const blocked = this.threads().filter((t) => !program.isDone(t) && !able().includes(t + 1));
    const waiting = blocked.map((t) => ({
      thread: t + 1,
      touched: touchedBy(program.pending(t), this.sections),
    }));
    if (end === 'end') this.onEnd();
    return { steps, waiting, end, threads: program.threadCount() };
  }
}
