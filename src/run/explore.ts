// SPDX-License-Identifier: GPL-2.0-only
// What there is to be seen in one world under one revision: which rules break, in which windows.
//
// Nothing is shortened or replayed here: a matrix, a fix or a bisection only asks what is there.
// A world that is too large to be explored in full is searched again for all that few preemptions
// can reach; what is found is found then, but what is not found may still be there (`bounded`).

import { watch } from '#checker/detect/detect';
import { LockOrder } from '#checker/detect/lock-order';
import { Machine } from '#checker/machine/machine';
import type { Report } from '#checker/program/program';
import type { Found } from '#checker/program/run';
import { bounded } from '#checker/search/bounded';
import { exhaustive } from '#checker/search/exhaustive';
import { type Broken, byWindow, findingKey } from '#finding/key';
import type { Revision } from '#kernel/index';
import { propertyOf } from '#properties/index';
import type { DerivedWorld } from '#worlds/derive';
import type { SwitchRead } from '#worlds/switches-read';
import type { World } from '#worlds/world';
import { openWorld } from './watched-scene.ts';

/** A broken rule: its window, or null where no signature knows it, and the class it shows in. */
export interface Sighting extends Broken {
  /** What the machine calls it where that says more: `deadlock`, `use-after-free`. */
  readonly report: string;
  readonly classKey: string;
  readonly because: string;
}

/** What one world came to. */
export interface Explored {
  readonly world: string;
  readonly classKey: string;
  readonly sightings: readonly Sighting[];
  /** The windows that were looked for; null for all. */
  readonly windows: readonly string[] | null;
  /** What happened in some run: ids of proofs and preconditions. */
  readonly reached: readonly string[];
  readonly states: number;
  /** True where the search was not exhaustive. */
  readonly bounded: boolean;
  /** The switches of the kernel on which the result depends. */
  readonly switches: readonly SwitchRead[];
}

export interface ExploreOptions {
  /** States of one world before the search is cut off. */
  readonly statesMax: number;
  /** Preemptions to search up to where it was. */
  readonly preemptions: number;
  /** Look for these windows alone; what is seen then is to be looked at again for all of them. */
  readonly windows?: readonly string[];
  /** Look no further once this window has been seen. */
  readonly until?: string;
  /** Search only what few preemptions reach. */
  readonly layersOnly?: boolean;
}

export const defaultExplore: ExploreOptions = { statesMax: 500_000, preemptions: 2 };

/** Explore one world. The result depends on nothing but the arguments. */
export function exploreWorld(
  derived: DerivedWorld,
  revision: Revision,
  options: ExploreOptions = defaultExplore,
): Explored {
  const { statesMax, preemptions, windows, until, layersOnly = false } = options;
  const { world, classKey } = derived;
  const { scene, switches } = openWorld(world, revision, { by: 'windows', ids: windows ?? null });
  const machine = new Machine(scene);
  const isWanted = ({ window }: Report): boolean =>
    until !== undefined && window === until && isSought(window, world, windows);
  const full = layersOnly ? null : exhaustive(machine, { statesMax, until: isWanted });
  const cut = full === null || full.bounded.length > 0;
  const limits = { statesMax, bound: preemptions, until: isWanted };
  const again = cut && !windows ? bounded(machine, limits) : null;
  const orders = takesArchLock(world) ? lockOrders(machine, statesMax) : NO_ORDERS;
  const found: Found[] = [...(full?.found ?? []), ...(again?.found ?? []), ...orders.found];
  const sought = found.filter(({ report }) => isSought(report.window, world, windows));
  const byKey = new Map(sought.map((f) => [keyOf(sightingOf(f, classKey)), f]));
  return {
    world: world.name,
    classKey,
    sightings: [...byKey.values()].map((f) => sightingOf(f, classKey)).sort(byReport),
    windows: windows ?? null,
    reached: [...machine.rules.hits].sort(),
    states: (full?.states ?? 0) + (again?.states ?? 0) + orders.states,
    bounded: cut || !orders.finished,
    switches: switches(),
  };
}

/** A world with store buffers is there for their own windows; others are for the plain worlds. */
function isSought(
  window: string | null,
  world: World,
  windows: readonly string[] | undefined,
): boolean {
  if (window === null) return windows === undefined;
  return world.switches.storeBuffers === undefined || OF_MEMORY.includes(window);
}

const OF_MEMORY: readonly string[] = ['C24'];

/** Where architecture code takes locks of its own, the order of locks is asked about as well. */
function takesArchLock(world: World): boolean {
  return world.threads.some((thread) => thread.kind === 'cpu-online');
}

const NO_ORDERS = { found: [], states: 0, finished: true };

/** Cycles in the order of locks; this looks at every state, of which there may be too many. */
function lockOrders(machine: Machine, statesMax: number) {
  const order = new LockOrder();
  const { states, finished } = watch(machine, [order], statesMax);
  const cycles = order.reports().filter(({ report }) => report.property === 'lock-order');
  const found = cycles.map((f) => ({ ...f, report: machine.rules.classify(f.report) }));
  return { found, states, finished };
}

function sightingOf({ report }: Found, classKey: string): Sighting {
  const { property, window, because } = report;
  return { property: propertyOf(property), report: property, window, classKey, because };
}

/** The key of @sighting: what the machine calls the rule, the window, and the class. */
export function keyOf(sighting: Sighting): string {
  return findingKey(reportOf(sighting), sighting.classKey);
}

/** What @sighting breaks, by what the machine calls it. */
export function reportOf({ report, window }: Pick<Sighting, 'report' | 'window'>): Broken {
  return { property: report, window };
}

function byReport(a: Sighting, b: Sighting): number {
  return byWindow(reportOf(a), reportOf(b));
}
