// SPDX-License-Identifier: GPL-2.0-only
// Which commits open and close a window, by the way in which it comes about, and so in which
// kernels it is to be expected. What is found is computed; test/windows/agree.test.ts compares.

import { listed } from '#base/text';
import { type Commit, landedOf } from '#kernel/index';
import type { World } from '#worlds/world';
import type { Backport, Way, Window } from './window.ts';

/** What is expected of a window in a kernel; `n.a.`: what it needs does not come about. */
type Expected = 'found' | 'absent' | 'n.a.';

type Stack = readonly (Pick<Commit, 'sha'> & Partial<Pick<Commit, 'landed'>>)[];

/** True where a kernel with these commits has @sha; what landed by v6.0 is in all of them. */
export function has(stack: Stack, sha: string): boolean {
  return stack.some((commit) => commit.sha === sha) || isOld(sha);
}

function isOld(sha: string): boolean {
  const major = /^v(\d+)\./.exec(landedOf(sha) ?? '')?.[1];
  return major !== undefined && Number(major) < 6;
}

/** True where a kernel has a commit as a stable tree took it over. */
function isTaken({ sha, landed }: Backport, stack: Stack): boolean {
  return stack.some((commit) => commit.sha === sha && commit.landed === landed);
}

/** True where the window comes about in this way in a kernel with these commits. */
export function isOpen(way: Way, stack: Stack): boolean {
  const { opened, besides = [], closed, backports = [] } = way;
  const needs = opened === null ? besides : [opened, ...besides];
  if (!needs.every((sha) => has(stack, sha))) return false;
  return (
    !closed.some((sha) => has(stack, sha)) &&
    !backports.some((backport) => isTaken(backport, stack))
  );
}

/** True where @world has what the way needs. */
export function fits({ where }: Way, world: World): boolean {
  if (where === undefined) return true;
  const { bus, firmware, driver, butDriver } = where;
  if (firmware !== undefined && world.firmware !== firmware) return false;
  if (driver !== undefined && !world.instances.some((i) => i.driver.startsWith(driver))) {
    return false;
  }
  if (butDriver !== undefined && world.instances.some((i) => i.driver.startsWith(butDriver))) {
    return false;
  }
  return bus === undefined || world.devices.some((d) => d.bus === bus && d.role === 'client');
}

/** The ways of @window that are open in a kernel, in @world if one is given. */
export function openWays(window: Window, stack: Stack, world?: World): readonly Way[] {
  return window.ways.filter(
    (way) => way.untold === undefined && isOpen(way, stack) && (!world || fits(way, world)),
  );
}

/** Why @window is not open in @world under a kernel with these commits; null where it is. */
export function whyNotOpen(window: Window, stack: Stack, world: World): string | null {
  if (openWays(window, stack, world).length > 0) return null;
  const told = window.ways.filter(({ untold }) => untold === undefined);
  if (told.length === 0) return 'it has been seen in no kernel';
  const own = told.filter((way) => fits(way, world));
  if (own.length === 0) return `it takes ${listed(distinct(told.map(whereText)))}`;
  const closers = own.flatMap(({ closed, backports = [] }) => [
    ...closed.filter((sha) => has(stack, sha)),
    ...backports.filter((backport) => isTaken(backport, stack)).map(({ sha }) => sha),
  ]);
  if (closers.length > 0)
    return `closed here by ${listed(distinct(closers.map(landedText)), 'and')}`;
  const openers = own.flatMap(({ opened, besides = [] }) => [opened ?? [], besides].flat());
  const missing = openers.filter((sha) => !has(stack, sha));
  return `not here yet: it came with ${listed(distinct(missing.map(landedText)), 'and')}`;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function landedText(sha: string): string {
  return `${sha} (${landedOf(sha)})`;
}

/** What a world needs for a way, in words. */
function whereText({ where = {} }: Way): string {
  const { bus, firmware, driver, butDriver } = where;
  return [
    ...(bus === undefined ? [] : [`a client on ${bus}`]),
    ...(firmware === undefined ? [] : [firmware === 'dt' ? 'a device tree' : 'ACPI']),
    ...(driver === undefined ? [] : [`an IOMMU of ${driver}`]),
    ...(butDriver === undefined ? [] : [`no IOMMU of ${butDriver}`]),
  ].join(' and ');
}

/** What a finding of @window says of commits: candidates for a Fixes: line, and what closes it. */
export function commitsFor(
  window: Window,
  stack: Stack,
  world: World,
): { readonly openers: readonly string[]; readonly closers: readonly string[] } {
  const ways = openWays(window, stack, world);
  return {
    openers: [...new Set(ways.flatMap(({ opened }) => opened ?? []))],
    closers: [...new Set(ways.flatMap(({ closed }) => closed))],
  };
}

/**
 * What is wrong with a finding in @world, under a kernel with these commits, that is named by
 * @window: it fits none, or one that is not open there; null where nothing is.
 */
export function disagreement(
  window: Window | undefined,
  stack: Stack,
  world: World,
): string | null {
  if (window === undefined) return 'fits no window';
  if (openWays(window, stack, world).length > 0) return null;
  return `named ${window.id}, which is not open there`;
}

/** What is expected of @window in a kernel with these commits. */
export function expectedIn(window: Window, stack: Stack): Expected {
  if (openWays(window, stack).length > 0) return 'found';
  const { reachedSince } = window;
  return reachedSince === undefined || has(stack, reachedSince) ? 'absent' : 'n.a.';
}

/** The commits at which what is expected turns, as @stack grows one by one. */
export function turnsExpected(
  window: Window,
  stack: Stack,
): { early: boolean; opens: string[]; closes: string[] } {
  const isFound = (length: number): boolean =>
    expectedIn(window, stack.slice(0, length)) === 'found';
  const opens: string[] = [];
  const closes: string[] = [];
  stack.forEach(({ sha }, i) => {
    if (!isFound(i) && isFound(i + 1)) opens.push(sha);
    if (isFound(i) && !isFound(i + 1)) closes.push(sha);
  });
  return { early: isFound(0), opens, closes };
}

/** All commits that @window names. */
export function namedBy({ ways, reachedSince, log = [] }: Window): readonly string[] {
  const named = ways.flatMap((way) => [way.opened ?? [], way.besides ?? [], way.closed].flat());
  const shown = log.flatMap((sign) => sign.opened ?? []);
  return [...named, ...shown, ...(reachedSince === undefined ? [] : [reachedSince])];
}
