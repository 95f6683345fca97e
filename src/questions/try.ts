// SPDX-License-Identifier: GPL-2.0-only
// A fix judged: what it closes, opens and leaves against its base, over a set of worlds.

import type { KernelSpec } from '#finding/finding';
import { byWindow, findingKey } from '#finding/key';
import { kindOfKey } from '#platform/index';
import { propertyOf } from '#properties/index';
import { type Explored, type ExploreOptions, keyOf, reportOf, type Sighting } from '#run/explore';
import type { Explorer } from '#run/world-pool';
import type { DerivedWorld } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';

/** A broken rule in one window, with the classes it shows in. */
export interface Change {
  readonly window: string | null;
  readonly report: string;
  readonly classes: readonly string[];
  /** The devices of the board that it is about; absent where no board was asked about. */
  readonly devices?: readonly string[];
  readonly because: string;
}

/** What a fix does. */
export interface Trial {
  readonly closes: readonly Change[];
  readonly opens: readonly Change[];
  readonly leaves: readonly Change[];
  /**
   * There on one side alone, and the search of the other side was cut off: in a class of which a
   * world was not explored in full, what was not found may still be there.
   */
  readonly undecided: readonly Change[];
  readonly worlds: number;
  readonly states: number;
  /** Worlds that were not explored in full, under the base or with the fix. */
  readonly bounded: readonly string[];
}

/** A kernel without a fix and with it, who explores worlds under them, and who hears of that. */
type How = [
  revisions: { readonly base: KernelSpec; readonly fixed: KernelSpec },
  explorer: Explorer,
  options: ExploreOptions,
  onProgress?: (done: number, total: number, world: string) => void,
];

/** Explore @worlds under @base and under @fixed, and compare the sets of sightings. */
export async function tryFix(worlds: readonly DerivedWorld[], ...how: How): Promise<Trial> {
  return trialOf(await pairsOf(worlds, ...how));
}

/**
 * As tryFix(), of all @worlds of a board: those of one shape are explored once, and what they come
 * to is told of each class that has one, by its devices.
 */
export async function tryOnBoard(worlds: readonly DerivedWorld[], ...how: How): Promise<Trial> {
  const shapes = worlds.map(({ world }) => shapeOf(world));
  const firsts = worlds.filter((_, i) => shapes.indexOf(shapes[i]!) === i);
  const explored = await pairsOf(firsts, ...how);
  const byShape = new Map(firsts.map(({ world }, i) => [shapeOf(world), explored[i]!]));
  const pairs = worlds.map(({ classKey }, i) => {
    const [base, fixed] = byShape.get(shapes[i]!)!;
    return [inClass(base, classKey), inClass(fixed, classKey)] as const;
  });
  const devices = new Map(worlds.map((w) => [w.classKey, w.devices]));
  const { worlds: count, states, bounded } = trialOf(explored);
  return { ...trialOf(pairs, devices), worlds: count, states, bounded };
}

/** @explored, had its world been that of the class @classKey with the same shape. */
function inClass(explored: Explored, classKey: string): Explored {
  return {
    ...explored,
    classKey,
    sightings: explored.sightings.map((s) => ({ ...s, classKey })),
  };
}

/** What each of @worlds comes to without the fix, and with it. */
async function pairsOf(
  worlds: readonly DerivedWorld[],
  ...[revisions, explorer, options, onProgress = () => {}]: How
): Promise<(readonly [Explored, Explored])[]> {
  let done = 0;
  const explore = async (derived: DerivedWorld, spec: KernelSpec): Promise<Explored> => {
    const result = await explorer.explore({ derived, spec, options });
    onProgress(++done, 2 * worlds.length, derived.world.name);
    return result;
  };
  return await Promise.all(
    worlds.map((w) => Promise.all([explore(w, revisions.base), explore(w, revisions.fixed)])),
  );
}

/** Compare what worlds came to without the fix and with it; @devices: of a board, by class. */
export function trialOf(
  pairs: readonly (readonly [Explored, Explored])[],
  devices?: ReadonlyMap<string, readonly string[]>,
): Trial {
  const told = (list: readonly (readonly [string, Sighting])[]) => changes(list, devices);
  const [base, fixed] = [pairs.map(([b]) => b), pairs.map(([, f]) => f)];
  const [before, after] = [sightings(base), sightings(fixed)];
  const gone = [...before].filter(([key]) => !after.has(key));
  const come = [...after].filter(([key]) => !before.has(key));
  const isCut = (side: readonly Explored[]) => {
    const cut = new Set(side.filter((e) => e.bounded).map((e) => e.classKey));
    return ([, s]: readonly [string, Sighting]): boolean => cut.has(s.classKey);
  };
  const [goneCut, comeCut] = [isCut(fixed), isCut(base)];
  return {
    closes: told(gone.filter((entry) => !goneCut(entry))),
    opens: told(come.filter((entry) => !comeCut(entry))),
    undecided: told([...gone.filter(goneCut), ...come.filter(comeCut)]),
    leaves: told([...after].filter(([key]) => before.has(key))),
    worlds: pairs.length,
    states: pairs.flat().reduce((sum, e) => sum + e.states, 0),
    bounded: pairs
      .filter(([b, f]) => b.bounded || f.bounded)
      .map(([b]) => `${b.world} ${b.classKey}`),
  };
}

/** What a fix does to windows, by their ids; `new` where none fits. */
interface WindowChanges {
  /** Gone with the fix. */
  readonly closed: readonly string[];
  /** Come with it; where the window was there before, but not its crash: `C08 oops`. */
  readonly opened: readonly string[];
  /** There before, and with it in more classes of clients or under more rules. */
  readonly widened: readonly string[];
}

/** What @trial says, in short. */
export function windowsOf({ closes, opens, leaves, undecided }: Trial): WindowChanges {
  const names = (list: readonly Change[]): string[] => list.map((c) => c.window ?? 'new');
  const unsettled = [...names(leaves), ...names(undecided)];
  const only = (list: readonly Change[], others: readonly Change[]): string[] =>
    [...new Set(names(list))].filter(
      (name) => name === 'new' || ![...unsettled, ...names(others)].includes(name),
    );
  const fresh = only(opens, closes);
  const others = opens.filter(({ window }) => !fresh.includes(window ?? 'new'));
  const crashes = others.filter((c) => isCrash(c));
  const crashed = crashes.map(({ window, report }) => `${window} ${report}`);
  return {
    closed: only(closes, opens).sort(),
    opened: [...fresh, ...crashed].sort(),
    widened: [...new Set(names(others.filter((c) => !isCrash(c))))].sort(),
  };
}

function isCrash({ report }: Change): boolean {
  return propertyOf(report) === 'P5';
}

/** True where a fix brings what a kernel does not survive, or what nobody has looked into. */
export function isHarmful({ opens }: Trial): boolean {
  return opens.some((change) => change.window === null || isCrash(change));
}

function sightings(explored: readonly Explored[]): Map<string, Sighting> {
  return new Map(explored.flatMap((e) => e.sightings.map((s) => [keyOf(s), s] as const)));
}

/** One entry for each window and rule; those that fit no window first. */
function changes(
  list: readonly (readonly [string, Sighting])[],
  devices?: ReadonlyMap<string, readonly string[]>,
): Change[] {
  const byKey = new Map<string, Change>();
  for (const [, s] of list) {
    const key = findingKey(reportOf(s));
    const known = byKey.get(key);
    const classes = [...new Set([...(known?.classes ?? []), kindOfKey(s.classKey)])].sort();
    const { window, report } = s;
    const named = [...new Set([...(known?.devices ?? []), ...(devices?.get(s.classKey) ?? [])])];
    const about = devices === undefined ? { classes } : { classes, devices: named.sort() };
    byKey.set(key, { window, report, ...about, because: known?.because ?? s.because });
  }
  return [...byKey.values()].sort((a, b) => byWindow(reportOf(a), reportOf(b)));
}
