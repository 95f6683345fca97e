// SPDX-License-Identifier: GPL-2.0-only
// What a rule or a window was not reached for want of, and what would reach it.
//
// A way is named only after the check that it asks for has been tried: the worlds which that check
// would have, under the kernel that it would have, and a run of one of them that comes to it.

import { must } from '#base/assert';
import type { Memory } from '#finding/finding';
import { BUFFERED } from '#finding/memory';
import type { Undecided } from '#finding/report';
import { commitLine, type Revision } from '#kernel/index';
import { appliesTo } from '#properties/applies';
import { askedId, propertyNamed } from '#properties/index';
import { canReach, flagOf, has, needsOf, windowById } from '#windows/index';
import type { DerivedWorld } from '#worlds/derive';
import type { World } from '#worlds/world';
import type { Comes, Effort, Sought } from './comes.ts';
import { WAYS_SEARCHED } from './limits.ts';
import { type Elsewhere, isAskedIn, isHeldIn } from './worlds.ts';

/** The worlds that were asked, what else there is, and what comes about there. */
export interface Ground {
  readonly worlds: readonly DerivedWorld[];
  /** The nearest first. */
  readonly elsewhere: () => readonly Elsewhere[];
  readonly comes: Comes;
}

/** The same question to a later kernel, and how it is asked. */
export interface Later extends Ground {
  readonly how: string;
}

/** What was asked, and where else it could be asked. */
export interface Question extends Ground {
  /** Null where no model says what the kernel has. */
  readonly revision: Revision | null;
  /** Asked of the first later kernel that @hasIt; null where there is none. */
  readonly later: (hasIt: (revision: Revision) => boolean) => Later | null;
}

/** What a way has to lead to. */
interface Goal {
  /** Why it was not come to. */
  readonly reason: string;
  readonly sought: Sought;
  /** True where a world might come to it, by who is in it. */
  readonly mayCome: (world: World) => boolean;
}

/** Why the rule with this @id says nothing, and what would make it. */
export function reachForRule(id: string, question: Question): Undecided {
  const { asked } = must(propertyNamed(id), id);
  const reason = `no run came to: ${asked?.what ?? 'any step'}`;
  return waysTo({ ...ofRule(id), reason }, waysOn(question));
}

/** Why the rule with this @id is not said to hold although nothing broke it. */
export function reachForHolding(id: string, question: Question): Undecided {
  const { holdsWith } = must(propertyNamed(id), id);
  const reason = `nothing broke it, but no world had: ${holdsWith}`;
  const mayCome = (world: World): boolean => isHeldIn(id, world) && isAskedIn(id, world);
  return waysTo({ ...ofRule(id), reason, mayCome }, waysOn(question));
}

/** Why the rule with this @id says nothing of the kernel, and which later kernel it is about. */
export function reachForKernel(id: string, question: Question): Undecided {
  const reason = 'this kernel does not have what the rule is about';
  const later = question.later((revision) => appliesTo(id, revision));
  if (later === null) return { reason };
  return waysTo({ ...ofRule(id), reason }, waysOf(later));
}

/** Why @window is undecided, and what would decide it. */
export function reachForWindow(window: string, question: Question): Undecided {
  const needs = needsOf(window);
  const goal: Goal = {
    reason: `no run came to: ${needs.join(', or ')}`,
    sought: { ids: needs, properties: [], windows: [window] },
    mayCome: (world) => needs.some((id) => canReach(world, id)),
  };
  const { revision, later } = question;
  const since = windowById(window)?.reachedSince;
  if (since !== undefined && revision !== null && !has(revision.commits, since)) {
    const reason = `${goal.reason}, which comes about since ${commitLine(since)}`;
    const ground = later(({ commits }) => has(commits, since));
    return ground === null ? { reason, reach: [] } : waysTo({ ...goal, reason }, waysOf(ground));
  }
  const isBuffered = needs.some((id) => flagOf(id) === '--memory pso');
  return waysTo(goal, [...(isBuffered ? [buffered(question)] : []), ...waysOn(question)]);
}

function ofRule(id: string): Omit<Goal, 'reason'> {
  const sought = { ids: [askedId(id)], properties: [id], windows: [] };
  return { sought, mayCome: (world) => isAskedIn(id, world) };
}

/** A check that could be asked for, and the worlds that it has. */
interface Way {
  readonly how: string;
  readonly worlds: readonly DerivedWorld[];
  /** The worlds again, as that check has them; absent: these. */
  readonly again?: () => readonly DerivedWorld[];
  readonly memory?: Memory;
  readonly comes: Comes;
}

function waysOn({ elsewhere, comes }: Ground): Way[] {
  return elsewhere().map((e) => ({ comes, ...e }));
}

function waysOf({ how, ...ground }: Later): Way[] {
  const others = waysOn(ground).map((way) => ({ ...way, how: `${how} and ${way.how}` }));
  return [{ how, worlds: ground.worlds, comes: ground.comes }, ...others];
}

/** The same worlds with store buffers: nothing in a world says that stores may wait. */
function buffered({ worlds, comes }: Ground): Way {
  return { how: '--memory pso', worlds, memory: { model: 'pso', fields: BUFFERED }, comes };
}

/** The first of @ways on which a run comes to what @goal says; those that draw it before others. */
function waysTo({ reason, sought, mayCome }: Goal, ways: readonly Way[]): Undecided {
  const isFit = ({ memory }: Way, { world }: DerivedWorld): boolean =>
    memory !== undefined || mayCome(world);
  const tried = ways.flatMap((way) => {
    if (!way.worlds.some((w) => isFit(way, w))) return [];
    const worlds = (way.again?.() ?? way.worlds).filter((w) => isFit(way, w));
    return worlds.map(({ world }) => ({ way, world }));
  });
  const leads = (effort: Effort, { way, world }: (typeof tried)[number]): ReturnType<Comes> =>
    way.comes(world, sought, effort, way.memory);
  const searched = tried.slice(0, WAYS_SEARCHED);
  const found =
    tried.find((one) => leads('drawn', one) === 'yes') ??
    searched.find((one) => leads('searched', one) === 'yes');
  if (found) return { reason, reach: [`${found.way.how} (${sceneOf(found.world)})`] };
  if (tried.every((one, i) => i < WAYS_SEARCHED && leads('searched', one) === 'no')) {
    return { reason, reach: [] };
  }
  return { reason: `${reason}; whether any other world comes to it was not found out` };
}

/** The scene in the name of @world; the device that the way names tells the rest. */
function sceneOf({ name }: World): string {
  return name.replace(/\/.*/, '');
}
