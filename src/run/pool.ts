// SPDX-License-Identifier: GPL-2.0-only
// Runs tasks one after the other here, or several at once in worker threads; same results.

import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { CheckpointFile, Explanation } from '#checker/index';
import { type ExplainTask, explainWorld } from './explain-world.ts';
import { meterInto, type Row } from './meters.ts';
import { runWorld, type WorldOutcome, type WorldTask } from './run-world.ts';

/** What a worker thread can be told to do. */
export type Task =
  | { readonly kind: 'explore'; readonly task: WorldTask; readonly aside: TaskContext }
  | { readonly kind: 'explain'; readonly task: ExplainTask };

/** What goes with a task, and does not change its result. */
export interface TaskContext {
  readonly row?: Row;
  readonly checkpoint?: CheckpointFile | undefined;
}

export type TaskResult = WorldOutcome | readonly Explanation[];

/** Do @task in this thread; @written: it has been told how far it has come. */
export function perform(task: Task, written?: () => void): TaskResult {
  if (task.kind === 'explain') return explainWorld(task.task);
  const { row, checkpoint } = task.aside;
  return runWorld(task.task, { meter: row && meterInto(row, written), checkpoint });
}

/** Does tasks; to be closed at the end. */
export interface Pool {
  readonly run: (task: Task) => Promise<TaskResult>;
  readonly close: () => Promise<void>;
}

/**
 * A pool for @most tasks at once. @jobs: worker threads; with one there are none, and with more the
 * compiled entry is used, since worker threads load no TypeScript. Without worker threads nothing
 * but @written can look at how far a task has come.
 */
export function openPool(jobs: number, most: number, written?: () => void): Pool {
  const threads = Math.min(jobs, most, availableParallelism());
  if (threads <= 1 || !import.meta.url.endsWith('.js')) return poolOfNone(written);
  const pool = new Piscina({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    execArgv: [],
  });
  return { run: (task) => pool.run(task) as Promise<TaskResult>, close: () => pool.destroy() };
}

/** One task after the other, in this thread. */
function poolOfNone(written?: () => void): Pool {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (task) => {
      // Let progress be drawn between tasks.
      const turn = last.then(() => new Promise((resolve) => setImmediate(resolve)));
      const result = turn.then(() => perform(task, written));
      last = result.catch(() => {});
      return result;
    },
    close: async () => {},
  };
}

/** The outcomes of @tasks, in their order. */
export function exploreAll(
  pool: Pool,
  tasks: readonly WorldTask[],
  onDone: (index: number, outcome: WorldOutcome) => void,
  asideOf: (index: number) => TaskContext = () => ({}),
): Promise<WorldOutcome[]> {
  const outcomes = new Array<Promise<WorldOutcome>>(tasks.length);
  for (const i of longestFirst(tasks)) {
    outcomes[i] = pool
      .run({ kind: 'explore', task: tasks[i]!, aside: asideOf(i) })
      .then((result) => {
        onDone(i, result as WorldOutcome);
        return result as WorldOutcome;
      });
  }
  return Promise.all(outcomes);
}

/** Indices of @tasks: those that take longest are begun first, so that all threads end together. */
function longestFirst(tasks: readonly WorldTask[]): number[] {
  const size = ({ world }: WorldTask): number => {
    const walks = world.threads.filter((thread) => thread.kind === 'iommu-probe').length;
    return walks * 1000 + world.threads.length * 100 + world.devices.length;
  };
  return [...tasks.keys()].sort((a, b) => size(tasks[b]!) - size(tasks[a]!) || a - b);
}

/** Why the findings of each of @tasks fail, in their order. */
export async function explainAll(
  pool: Pool,
  tasks: readonly ExplainTask[],
): Promise<(readonly Explanation[])[]> {
  const runs = tasks.map((task) => pool.run({ kind: 'explain', task }));
  return (await Promise.all(runs)) as (readonly Explanation[])[];
}
