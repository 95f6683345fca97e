// SPDX-License-Identifier: GPL-2.0-only
// Why the findings of one world fail.
//
// Worlds of one class find much the same, and only the best run of each is shown. So this is done
// once it is known which runs these are, and not for all that the worlds have found.

import { assert } from '#base/assert';
import { Machine, WhySource } from '#checker/index';
import type { Memory } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import type { FullExplanation } from '#finding/why';
import type { Revision } from '#kernel/index';
import { ruleBroken } from '#properties/index';
import type { World } from '#worlds/world';
import { alikeOf } from './alike.ts';
import type { WorldFinding } from './check-world.ts';
import { watchedScene } from './watched-scene.ts';

/** What is meant to be explained. */
export interface ExplainAsked {
  readonly memory?: Memory;
  readonly findings: readonly ExplainedFinding[];
}

/** What names a finding in its world. */
type ExplainedFinding = Pick<WorldFinding, 'property' | 'window' | 'schedule'> & {
  readonly subject: string;
};

/**
 * Explain the findings of @task in @world. All rules are watched, whichever were asked for: what
 * another order breaks has to be known to say that it breaks none. And why no other window is it.
 */
export function explainWorld(
  world: World,
  revision: Revision,
  task: ExplainAsked,
): FullExplanation[] {
  const scene = watchedScene(world, revision, null, { memory: task.memory });
  const source = new WhySource(new Machine(scene));
  return task.findings.map(({ subject, schedule, ...broken }) => {
    const explained = source.explainedSchedule(
      schedule,
      (r) => breaksTheSame(ruleBroken(r), broken) && r.subject === subject,
    );
    assert(
      explained,
      `${broken.property} of ${world.name} does not show when it is to be explained`,
    );
    const run = { ...broken, schedule, subject };
    return { ...explained, alike: alikeOf(world, revision, run, task.memory) };
  });
}
