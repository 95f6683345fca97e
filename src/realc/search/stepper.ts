// SPDX-License-Identifier: GPL-2.0-only
// The kernel's own C as the steps of source-DPOR: from a run's log to what each step touched.
//
// A step begins at a switch point, where its thread begins, or where it goes on after a wait. What
// follows in the log up to the next is part of it: unlocks, wake-ups, queueing of work, events that
// a rule hears, and words that rules look at.
//
//   log   n 17  iommu_probe_device_lock, lock     a step: it takes the lock,
//         n 18  dev->iommu, read                  and the next reads dev->iommu, hears of an event
//         n 0   events of the device, write       of the device, and gives the lock back
//         n 0   iommu_probe_device_lock, release

import { must } from '#base/assert';
import { waitWord } from '#realc/machine/machine';
import type { KernelThread } from '#realc/machine/types';
import { KIND } from '#realc/machine/words';
import type { Executed, Executor, Pick } from './dpor.ts';
import { TOUCH, type TouchingStep } from './order.ts';
import type { Checkpoint, Plan, Progress, RunResult } from './plan.ts';
import type { SourceRunner } from './run.ts';

/** Where a step begins, and what a plan has to say for the run to come there. */
interface Place {
  readonly logAt: number;
  /** Switch point before which the thread of the step before is left; 0: it cannot go on. */
  readonly leaveAt: number;
  /** Who ran before. */
  readonly before: number;
  /** How much of the run's plan is used up there. */
  readonly choices: number;
  readonly preemptions: number;
}

function howOf(kind: number): number {
  if (kind & KIND.step) return kind & KIND.write ? TOUCH.write | TOUCH.begin : TOUCH.wait;
  let how = kind & KIND.write ? TOUCH.write : 0;
  if (kind & KIND.shared) how |= TOUCH.shared;
  return how;
}

/** Taking or giving back a lock; the order of its sections matters in itself only on a cycle. */
function lockHow(kind: number, cyclic: boolean): number {
  const reader = kind & KIND.shared ? TOUCH.reader | TOUCH.shared : 0;
  const how = TOUCH.write | reader | (cyclic ? 0 : TOUCH.shared);
  if (kind & KIND.release) return how | TOUCH.release;
  // One that may fail depends on all that holds the lock.
  if (kind & KIND.marked) return TOUCH.write | TOUCH.acquire;
  return how | TOUCH.acquire | TOUCH.blocking;
}

/** Makes the runs of a world for dpor.ts. */
export class KernelSteps implements Executor {
  private readonly r: SourceRunner;
  private readonly onResult: (plan: Plan, result: RunResult, ended: boolean) => void;
  private plan: Plan = { preemptions: [], choices: [] };
  private result: RunResult | null = null;
  private steps: { thread: number; touched: number[] }[] = [];
  private numbers: number[] = [];
  private logAts: number[] = [];
  private places: Place[] = [];
  /** How far the log was read. */
  private read = 0;
  private readonly kept: { readonly depth: number; readonly checkpoint: Checkpoint }[] = [];

  /** @onResult hears of every run that could be made, and whether it came to its end. */
  constructor(r: SourceRunner, onResult: (plan: Plan, result: RunResult, ended: boolean) => void) {
    this.r = r;
    this.onResult = onResult;
  }

  run(depth: number, thread: number, pick: Pick): Executed | null {
    const { kept, r } = this;
    const first = this.result === null;
    const plan = first ? this.plan : this.planTo(depth, thread);
    while (kept.length > 0 && kept.at(-1)!.depth > depth) kept.pop();
    const place = this.places[depth];
    const logAt = place?.logAt ?? 0;
    this.forget(depth, logAt);
    // A thread that is chosen, not switched to, is the first that is picked.
    let wanted = place?.leaveAt === 0 ? thread : 0;
    let asleep = false;
    const result = r.runBy(plan, kept.at(-1)?.checkpoint ?? null, {
      pick: (able) => {
        if (wanted > 0) {
          const id = able.some((t) => t.id === wanted) ? wanted : 0;
          wanted = 0;
          return id;
        }
        this.readLog();
        const id = pick(
          this.steps,
          able.map((t) => t.id),
        );
        asleep = id === 0;
        return id;
      },
      arrive: (progress, t) => this.arrive(depth, place, progress, t),
    });
    if (!result.feasible && !asleep) {
      // Others may still be tried here.
      this.places.push(must(place, 'the place of a step'));
      return null;
    }
    this.readLog();
    this.plan = plan;
    this.result = result;
    this.findPlaces(depth);
    this.onResult(this.whole(), result, result.feasible);
    const fault = result.fault !== null && result.fault.kind !== 'deadlock';
    return {
      steps: this.steps,
      waiting: this.waiting(),
      end: asleep ? 'asleep' : fault ? 'fault' : 'end',
      threads: r.machine.threads.length,
    };
  }

  /** The run is where it leaves the one before: others will want to begin there. */
  private arrive(
    depth: number,
    place: Place | undefined,
    progress: Progress,
    t: KernelThread | null,
  ): void {
    const { count } = this.r.machine.mem;
    if (!place || progress.segments.length === 0) return;
    if (t ? place.leaveAt !== count : place.leaveAt !== 0) return;
    const last = this.kept.at(-1);
    if (last && last.depth >= depth) return;
    this.kept.push({ depth, checkpoint: this.r.checkpoint(progress, t, t ? count : -1) });
  }

  /** The plan of the run so far, up to step @depth, and then to @thread. */
  private planTo(depth: number, thread: number): Plan {
    const { choices, preemptions, leaveAt, before } = this.places[depth]!;
    const plan: Plan = {
      preemptions: this.plan.preemptions.slice(0, preemptions),
      choices: this.result!.choices.slice(0, choices).map((c) => c.chosen),
    };
    if (leaveAt === 0 || thread === before) return plan;
    return { ...plan, preemptions: [...plan.preemptions, { at: leaveAt, to: thread }] };
  }

  /** The plan with all that was chosen: the run, without this search. */
  private whole(): Plan {
    return { ...this.plan, choices: this.result!.choices.map((c) => c.chosen) };
  }

  private forget(depth: number, logAt: number): void {
    this.steps = this.steps.slice(0, depth);
    this.numbers.length = depth;
    this.logAts.length = depth;
    this.places.length = depth;
    this.read = logAt;
  }

  /** Steps that the log has gained. */
  private readLog(): void {
    const { log, logLength } = this.r.machine.mem;
    const { cyclic } = this.r.machine.locks;
    for (; this.read < logLength; this.read += 3) {
      const flags = log[this.read + 2]!;
      const kind = flags & 255;
      // To have asked for a lock in vain changes nothing.
      if (kind & KIND.wait) continue;
      const n = log[this.read]!;
      if (n !== 0 || kind & KIND.step) {
        this.steps.push({ thread: flags >>> 8, touched: [] });
        this.numbers.push(n);
        this.logAts.push(this.read);
      }
      const { touched } = must(this.steps.at(-1), 'the first step of a run');
      const word = log[this.read + 1]!;
      const isLock = (kind & (KIND.lock | KIND.release)) !== 0;
      const how = isLock ? lockHow(kind, cyclic.has(word)) : howOf(kind);
      let known = false;
      for (let i = 0; i < touched.length; i += 2) {
        if (touched[i] === word && touched[i + 1] === how) known = true;
      }
      if (!known) touched.push(word, how);
    }
  }

  /** Where the steps from @depth on begin. */
  private findPlaces(depth: number): void {
    const { segments, preempted } = this.result!;
    const { plan, places } = this;
    let choices = 0;
    let preemptions = 0;
    let step = 0;
    segments.forEach((segment, s) => {
      const switched = s > 0 && preempted[s - 1] === true;
      const before = s > 0 ? segments[s - 1]!.thread : 0;
      const to = segment.logTo === 0 ? Number.POSITIVE_INFINITY : segment.logTo;
      for (let first = true; step < this.steps.length; step++, first = false) {
        if (this.logAts[step]! >= to) break;
        if (step < depth) continue;
        const leaveAt = !first
          ? this.numbers[step]!
          : switched
            ? plan.preemptions[preemptions]!.at
            : 0;
        const inside = { choices: choices + (switched ? 0 : 1), preemptions };
        if (!first && switched) inside.preemptions++;
        places.push({
          logAt: this.logAts[step]!,
          leaveAt,
          before: first ? before : segment.thread,
          ...(first ? { choices, preemptions } : inside),
        });
      }
      if (switched) preemptions++;
      else choices++;
    });
  }

  /** What each thread that is blocked would do next. */
  private waiting(): TouchingStep[] {
    const { threads, locks } = this.r.machine;
    const out: TouchingStep[] = [];
    for (const t of threads) {
      if (t.done) continue;
      const { blocked, pending } = t;
      if (blocked && blocked.kind !== 'lock') {
        if (!blocked.ready()) out.push({ thread: t.id, touched: [waitWord(blocked), TOUCH.wait] });
        continue;
      }
      const addr = blocked?.addr ?? (pending?.op ? pending.addr : 0);
      const op = blocked?.kind === 'lock' ? 'mutex_lock' : (pending?.op ?? '');
      if (addr === 0 || locks.inert.has(addr) || locks.free(addr, op)) continue;
      const how = lockHow(KIND.lock | KIND.write, locks.cyclic.has(addr));
      out.push({ thread: t.id, touched: [addr, how] });
    }
    return out;
  }
}
