// SPDX-License-Identifier: GPL-2.0-only
// The one road to run a world: a question as plain data in, its answer as plain data out.
//
// Whoever asks, in this thread or through a pool, asks here. So the kernel is always made anew from
// what names it, a variant for a stable tree included, and the same question has the same answer
// wherever it is asked. test/tidy/road.test.ts knows who else may run the model, and why.

import { assert, unreachable } from '#base/assert';
import type { KernelSpec } from '#finding/finding';
import type { FullExplanation } from '#finding/why';
import type { DerivedWorld } from '#worlds/derive';
import type { World } from '#worlds/world';
import { type CheckAsked, checkWorld, type WorldOutcome } from './check-world.ts';
import { type CheckpointFile, checkpointStore } from './checkpoint-file.ts';
import { type ExplainAsked, explainWorld } from './explain-world.ts';
import { type Explored, type ExploreOptions, exploreWorld } from './explore.ts';
import { revisionOf } from './kernel-spec.ts';
import { lookFor } from './look-for.ts';
import { meterInto, type Row } from './meters.ts';
import { isSaid, type StopWord } from './stop.ts';

/** Do its rules hold? */
export interface CheckTask extends CheckAsked {
  readonly ask: 'check';
  readonly world: World;
  readonly kernel: KernelSpec;
}

/** What is there to be seen? */
interface ExploreTask {
  readonly ask: 'explore';
  readonly derived: DerivedWorld;
  readonly kernel: KernelSpec;
  readonly options: ExploreOptions;
  /** Whether this window can be hit is all that is asked. */
  readonly window?: string;
}

/** Why does it fail? */
export interface ExplainTask extends ExplainAsked {
  readonly ask: 'explain';
  readonly world: World;
  readonly kernel: KernelSpec;
}

/** What can be asked of a world. */
export type WorldTask = CheckTask | ExploreTask | ExplainTask;

interface Answers {
  readonly check: WorldOutcome;
  readonly explore: Explored;
  readonly explain: readonly FullExplanation[];
}

/** The answer to a task. */
export type AnswerTo<T extends WorldTask> = Answers[T['ask']];

/** What goes with a task, and does not change its answer. */
export interface TaskContext {
  /** Where a search under way says how far it is, and whom it tells that it has. */
  readonly row?: Row | undefined;
  readonly written?: (() => void) | undefined;
  readonly checkpoint?: CheckpointFile | undefined;
  /** Said once somebody wants what there is by then. */
  readonly stop?: StopWord | undefined;
}

/** Answer @task. The answer depends on nothing else, unless a limit of time is hit. */
export function runWorld<T extends WorldTask>(task: T, context: TaskContext = {}): AnswerTo<T> {
  return answerTo(task, context) as AnswerTo<T>;
}

function answerTo(
  task: WorldTask,
  { row, written, checkpoint, stop }: TaskContext,
): Answers[keyof Answers] {
  const known = revisionOf(task.kernel);
  assert(known.ok, `${task.kernel.name}: the kernel of a task was put together before`);
  const revision = known.value;
  switch (task.ask) {
    case 'check':
      return checkWorld(task.world, revision, task, {
        meter: row && meterInto(row, written),
        checkpoint: checkpoint && checkpointStore(checkpoint),
        stopped: stop && (() => isSaid(stop)),
      });
    case 'explore': {
      const { derived, options, window } = task;
      if (window !== undefined) return lookFor(derived, revision, window, options);
      return exploreWorld(derived, revision, options);
    }
    case 'explain':
      return explainWorld(task.world, revision, task);
    default:
      return unreachable(task);
  }
}
