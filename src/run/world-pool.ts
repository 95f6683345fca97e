// SPDX-License-Identifier: GPL-2.0-only
// Worlds through a pool: questions to one world each, asked here or in worker threads.

import type { KernelSpec } from '#finding/finding';
import type { FullExplanation } from '#finding/why';
import type { DerivedWorld } from '#worlds/derive';
import type { WorldOutcome } from './check-world.ts';
import type { Explored, ExploreOptions } from './explore.ts';
import { type Hands, type Kind, threadsOf } from './hands.ts';
import { heaviestFirst, type Pool, runAll } from './pool.ts';
import {
  type AnswerTo,
  type CheckTask,
  type ExplainTask,
  runWorld,
  type TaskContext,
  type WorldTask,
} from './run-world.ts';

/** A task and what goes with it. */
export interface SentTask {
  readonly task: WorldTask;
  readonly context: TaskContext;
}

export type WorldPool = Pool<SentTask, AnswerTo<WorldTask>>;

/** What a pool of worlds is asked for besides threads. */
interface WorldPoolOptions {
  /** Without worker threads nothing but this can look at how far a task has come. */
  readonly written?: () => void;
  /** One thread does it in a worker, too: so the process hears a Ctrl-C while it goes on. */
  readonly aside?: boolean;
}

/** Questions to one world each; @written: see above. */
export function worldKind(written?: () => void): Kind<SentTask, AnswerTo<WorldTask>> {
  return {
    name: 'world',
    here: ({ task, context }) => runWorld(task, { ...context, written }),
    entry: new URL('./worker.js', import.meta.url),
  };
}

/** A pool of @hands for @most tasks at once. */
export function openWorlds(
  hands: Hands,
  most: number,
  { written, aside = false }: WorldPoolOptions = {},
): WorldPool {
  return hands.open(worldKind(written), { most, ...(aside ? { threadsLeast: 1 } : {}) });
}

/** The outcomes of @tasks, in their order. */
export async function checkAll(
  pool: WorldPool,
  tasks: readonly CheckTask[],
  onDone: (index: number, outcome: WorldOutcome) => void,
  contextOf: (index: number) => TaskContext = () => ({}),
): Promise<WorldOutcome[]> {
  const sent = tasks.map((task, i) => ({ task, context: contextOf(i) }));
  const done = (i: number, answer: unknown): void => onDone(i, answer as WorldOutcome);
  return (await runAll(pool, sent, done, heaviestWorldsFirst(tasks))) as WorldOutcome[];
}

/** Indices of @tasks, those first that probably take longest. */
export function heaviestWorldsFirst(tasks: readonly CheckTask[]): number[] {
  return heaviestFirst(tasks, ({ world }) => {
    const walks = world.threads.filter((thread) => thread.kind === 'iommu-probe').length;
    return walks * 1000 + world.threads.length * 100 + world.devices.length;
  });
}

/** Why the findings of each of @tasks fail, in their order. */
export async function explainAll(
  pool: WorldPool,
  tasks: readonly ExplainTask[],
): Promise<(readonly FullExplanation[])[]> {
  const sent = tasks.map((task) => ({ task, context: {} }));
  return (await runAll(pool, sent)) as (readonly FullExplanation[])[];
}

/** One world under one kernel: what is there to be seen? */
export interface ExploreJob {
  readonly derived: DerivedWorld;
  readonly spec: KernelSpec;
  readonly options: ExploreOptions;
  /** Whether this window can be hit is all that is asked. */
  readonly window?: string;
}

/** Explores worlds; to be closed at the end. */
export interface Explorer {
  readonly explore: (job: ExploreJob) => Promise<Explored>;
  readonly close: () => Promise<void>;
}

/** An explorer with @jobs threads, or with @hands; results do not depend on it. */
export async function makeExplorer(jobs: number, hands = threadsOf(jobs)): Promise<Explorer> {
  const pool = openWorlds(hands, jobs);
  return {
    explore: async ({ spec, ...asked }) => {
      const task = { ask: 'explore', kernel: spec, ...asked } as const;
      return (await pool.run({ task, context: {} })) as Explored;
    },
    close: pool.close,
  };
}
