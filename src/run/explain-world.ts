// SPDX-License-Identifier: GPL-2.0-only
// Why the findings of one world fail. Plain data both ways, as in run-world.ts.
//
// Worlds of one class find much the same, and only the best run of each is shown. So this is done
// once it is known which runs these are, and not for all that the worlds have found.

import { assert } from '#base/assert';
import { Machine, WhySource } from '#checker/index';
import type { KernelSpec, Memory } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import type { Explanation } from '#finding/why';
import { ruleBroken } from '#properties/index';
import type { World } from '#worlds/world';
import { revisionOf } from './kernel-spec.ts';
import type { WorldFinding } from './run-world.ts';
import { watchedScene } from './watched-scene.ts';

/** What is meant to be explained, and where. */
export interface ExplainTask {
  readonly world: World;
  readonly kernel: KernelSpec;
  /** Ids of the properties that were watched, null for all. */
  readonly properties: readonly string[] | null;
  readonly memory?: Memory;
  readonly findings: readonly ExplainedFinding[];
}

/** What names a finding in its world. */
export type ExplainedFinding = Pick<WorldFinding, 'property' | 'window' | 'schedule'> & {
  readonly subject: string;
};

/** Explain the findings of @task; the result depends on nothing else. */
export function explainWorld(task: ExplainTask): Explanation[] {
  const revision = revisionOf(task.kernel);
  assert(revision.ok, `${task.kernel.name}: the kernel of a task was put together before`);
  const scene = watchedScene(task.world, revision.value, task.properties, { memory: task.memory });
  const source = new WhySource(new Machine(scene));
  return task.findings.map(({ subject, schedule, ...broken }) => {
    const explained = source.explainedSchedule(
      schedule,
      (r) => breaksTheSame(ruleBroken(r), broken) && r.subject === subject,
    );
    assert(
      explained,
      `${broken.property} of ${task.world.name} does not show when it is to be explained`,
    );
    return explained;
  });
}
