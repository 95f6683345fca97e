// SPDX-License-Identifier: GPL-2.0-only
// The order of a finding under another kernel, in lockstep, and all that may happen there.
//
// The same threads move in the same order for as long as they can. Where the first step is another
// one, the kernels part: that step is what the other kernel does about it. What may happen in any
// order is looked up in the whole state graph, without reduction.

import { stateGraph } from '#checker/explain/graph';
import { Orders } from '#checker/explain/orders';
import { GRAPH_MAX } from '#checker/limits';
import type { Machine } from '#checker/machine/machine';
import type { Choice } from '#checker/program/run';
import type { TraceStep } from '#finding/finding';
import { reportKey } from '#finding/key';
import { propertyOf } from '#properties/index';
import type { SeenBroken } from '#view/model/data';

/** Index of the first step in which the runs differ; null: they are the same. */
export function firstDifference(
  a: readonly TraceStep[],
  b: readonly TraceStep[],
  key: (step: TraceStep) => string,
): number | null {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined || key(x) !== key(y)) return i;
  }
  return null;
}

/** What a step does and finds, whoever asks. */
export function stepKey(s: TraceStep): string {
  return JSON.stringify([s.thread, s.op, s.object, s.field, s.function, s.result, s.events]);
}

/** @run, whose threads are those of @from by number, as a run of @to that keeps its order. */
export function followIn(to: Machine, from: Machine, run: readonly Choice[]): Choice[] {
  // Threads that are started on the way have numbers of their own in each machine.
  from.reset();
  const names = run.map(({ thread, choice }) => {
    const name = from.threadName(thread);
    from.step(thread, choice);
    return name;
  });
  to.reset();
  const order: Choice[] = [];
  for (const [i, name] of names.entries()) {
    const thread = threadNamed(to, name);
    if (thread < 0 || !to.enabled(thread)) continue;
    const choice = Math.min(run[i]!.choice, to.choices(thread) - 1);
    to.step(thread, choice);
    order.push({ thread, choice });
  }
  return new Orders(to).run(order, []);
}

/** The number of the thread called @name; -1: there is none. */
export function threadNamed(machine: Machine, name: string): number {
  for (let t = 0; t < machine.threadCount(); t++) {
    if (machine.exists(t) && machine.threadName(t) === name) return t;
  }
  return -1;
}

/** Every rule that some order of @machine breaks; null: it has too many states to look at all. */
export function allBroken(machine: Machine): { states: number; broken: SeenBroken[] } | null {
  const graph = stateGraph(machine, GRAPH_MAX);
  if (graph === null) return null;
  const all = new Map<string, SeenBroken>();
  for (const report of [...graph.first, ...graph.lists.flat()]) {
    const { window, subject, because } = report;
    const property = propertyOf(report.property);
    const key = reportKey({ property, window, subject });
    if (!all.has(key)) all.set(key, { property, window, subject, because });
  }
  const broken = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
  return { states: graph.states, broken };
}
