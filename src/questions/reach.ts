// SPDX-License-Identifier: GPL-2.0-only
// What a rule or a window was not reached for want of, and what would reach it.

import { must } from '#base/assert';
import type { Undecided } from '#finding/report';
import { commitLine, type Revision } from '#kernel/index';
import { propertyNamed } from '#properties/index';
import { canReach, flagOf, has, needsOf, windowById } from '#windows/index';
import type { World } from '#worlds/world';
import { type Elsewhere, isAskedIn, isHeldIn } from './worlds.ts';

/** What was asked, and where else it could be asked. */
interface Question {
  readonly revision: Revision | null;
  readonly elsewhere: () => readonly Elsewhere[];
}

/** Why the rule with this @id says nothing, and what would make it. */
export function reachForRule(id: string, { elsewhere }: Question): Undecided {
  const { asked } = must(propertyNamed(id), id);
  const reach = waysTo((world) => isAskedIn(id, world), elsewhere);
  return { reason: `no run came to: ${asked?.what ?? 'any step'}`, reach };
}

/** Why the rule with this @id is not said to hold although nothing broke it. */
export function reachForHolding(id: string, { elsewhere }: Question): Undecided {
  const { holdsWith } = must(propertyNamed(id), id);
  const reach = waysTo((world) => isHeldIn(id, world), elsewhere);
  return { reason: `nothing broke it, but no world had: ${holdsWith}`, reach };
}

/** Why @window is undecided, and what would decide it. */
export function reachForWindow(window: string, { revision, elsewhere }: Question): Undecided {
  const needs = needsOf(window);
  const since = windowById(window)?.reachedSince;
  const missing = since !== undefined && revision !== null && !has(revision.commits, since);
  const reach = [
    ...(missing ? [`a kernel with ${commitLine(since)}`] : []),
    ...needs.flatMap((id) => flagOf(id) ?? []),
    ...waysTo((world) => needs.some((id) => canReach(world, id)), elsewhere),
  ];
  return { reason: `no run came to: ${needs.join(', or ')}`, reach };
}

/** The scene in the name of @world; the device that the way names tells the rest. */
function sceneOf({ name }: World): string {
  return name.replace(/\/.*/, '');
}

/** What brings in a world that @fits: the first that does. */
function waysTo(fits: (world: World) => boolean, elsewhere: Question['elsewhere']): string[] {
  for (const { how, worlds } of elsewhere()) {
    const found = worlds.find(({ world }) => fits(world));
    if (found) return [`${how} (${sceneOf(found.world)})`];
  }
  return [];
}
