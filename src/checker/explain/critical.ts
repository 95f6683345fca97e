// SPDX-License-Identifier: GPL-2.0-only
// Which access decides: the intruder's step that the preempted thread came too late for.
//
// The idea. In a failing run, a thread V is preempted, others run, V goes on. Let V take one, two,
// ... more steps before it is preempted, everything else in the same order, until the report is
// gone: the last step v that V was allowed decides, and of the steps that used to come before it
// the first one that is dependent with v is its counterpart. "v before i passes, i before v fails"
// is the nearest passing schedule. Without such a pair the step that raises the report decides.
//
//   T1: r = x | T2: x = 1 | T1: x = r + 1      rule: at the end x == 2
//   T1: r = x;  x = r + 1 | T2: r = x; ...     passes: v is T1's store, its counterpart T2's store

import type { Machine } from '#checker/machine/machine';
import { dependent } from '#checker/program/dependence';
import type { OpView, StepRecord } from '#checker/program/program';
import type { Choice } from '#checker/program/run';
import { follow } from './minimise.ts';

const STEPS_MAX = 64;

/**
 * The index into @trace of the access that decides whether @key is reported, which happens at
 * step @raised; null where the trace is empty.
 */
export function decidingStep(
  machine: Machine,
  run: readonly Choice[],
  trace: readonly StepRecord[],
  key: string,
  raised: number,
): number | null {
  if (trace.length === 0) return null;
  const { views, preempted } = observe(machine, run);
  for (const at of preempted.reverse()) {
    const pair = counterpart(machine, run, views, at, key);
    if (pair !== null) return pair;
  }
  return Math.max(0, Math.min(raised, trace.length - 1));
}

/** What each step does, and the indices of the first steps after a preemption. */
function observe(machine: Machine, run: readonly Choice[]) {
  machine.reset();
  const views: OpView[] = [];
  const preempted: number[] = [];
  let last = -1;
  run.forEach(({ thread, choice }, i) => {
    if (last >= 0 && last !== thread && machine.enabled(last)) preempted.push(i);
    last = thread;
    views.push(machine.pending(thread));
    machine.step(thread, choice);
  });
  return { views, preempted };
}

function counterpart(
  machine: Machine,
  run: readonly Choice[],
  views: readonly OpView[],
  at: number,
  key: string,
): number | null {
  const victim = run[at - 1]!.thread;
  const later: number[] = [];
  for (let i = at; i < run.length; i++) if (run[i]!.thread === victim) later.push(i);
  for (let count = 1; count <= Math.min(later.length, STEPS_MAX); count++) {
    const early = new Set(later.slice(0, count));
    const steps = [
      ...run.slice(0, at),
      ...run.filter((_, i) => early.has(i)),
      ...run.filter((_, i) => i >= at && !early.has(i)),
    ];
    if (follow(machine, steps, key, true) !== null) continue;
    const v = later[count - 1]!;
    for (let i = at; i < v; i++) {
      if (run[i]!.thread !== victim && dependent(views[i]!, views[v]!)) return i;
    }
    return v;
  }
  return null;
}
