// SPDX-License-Identifier: GPL-2.0-only
// The matrix of windows and kernels: every cell computed from worlds, none of it typed in.
//
// A kernel is explored world by world, small ones first, until each window has been found or its
// worlds are used up. `absent` is said only where a run reached the window's precondition and all
// worlds that are there for it were explored in full.
//
// Few worlds are large, and few windows are not found in any of the small ones. So each world gets
// few states at first; those that were cut off are explored again for the windows that are still
// open, with all the states there may be and nothing else watched for (narrow.ts).

import type { KernelSpec } from '#finding/finding';
import { defaultExplore, type Explored, type ExploreOptions } from '#run/explore';
import { reusing } from '#run/reuse';
import type { Explorer } from '#run/world-pool';
import { canReach, factOf, isJudged, needsOf } from '#windows/index';
import type { DerivedWorld } from '#worlds/derive';
import { FIRST_STATES } from './limits.ts';

type CellState = 'found' | 'absent' | 'bounded' | 'n.a.';

/** One window under one kernel. */
interface Cell {
  readonly window: string;
  readonly kernel: string;
  readonly state: CellState;
  /** found: rules that break, as the machine calls them; or what happens. */
  readonly rules: readonly string[];
  /** found: buses on which; all others that were looked at have it not. */
  readonly buses: readonly string[];
  /** n.a.: why; bounded: the worlds that were not explored in full. */
  readonly because: string | null;
}

export interface Matrix {
  readonly format: 'racewindow/matrix@1';
  readonly windows: readonly string[];
  readonly kernels: readonly string[];
  /** By window, then kernel. */
  readonly cells: readonly Cell[];
  /** Broken rules that fit no window, by kernel. */
  readonly unnamed: readonly { readonly kernel: string; readonly rule: string }[];
  readonly states: number;
}

export interface MatrixQuestion {
  readonly worlds: readonly DerivedWorld[];
  readonly kernels: readonly KernelSpec[];
  readonly windows: readonly string[];
  readonly options: ExploreOptions;
  /** States of one world when it is explored for the first time; 400,000 unless told. */
  readonly firstStates?: number;
}

/** States enough for all worlds of up to three actors and the retry worker under all kernels. */
export const matrixExplore: ExploreOptions = { ...defaultExplore, statesMax: 8_000_000 };

/** Compute all cells. Kernels that a world cannot tell apart are explored once. */
export async function computeMatrix(
  question: MatrixQuestion,
  explorer: Explorer,
  onProgress: (kernel: string, world: string) => void = () => {},
): Promise<Matrix> {
  const { kernels, windows } = question;
  const known = new Map<string, Promise<readonly Explored[]>>();
  const reuse = reusing(explorer);
  const columns = await Promise.all(
    kernels.map((spec) => {
      const key = JSON.stringify([spec.commits, spec.userFixes.map((f) => f.sha256)]);
      const column = known.get(key) ?? exploreKernel(question, spec, reuse, onProgress);
      known.set(key, column);
      return column;
    }),
  );
  const cells = windows.flatMap((window) =>
    kernels.map((spec, i) => cellOf(window, spec.name, columns[i] ?? [], question.worlds)),
  );
  const explored = await Promise.all(known.values());
  return {
    format: 'racewindow/matrix@1',
    windows,
    kernels: kernels.map((k) => k.name),
    cells,
    unnamed: kernels.flatMap((spec, i) => unnamedOf(spec.name, columns[i] ?? [])),
    states: [...new Set(explored.flat())].reduce((sum, e) => sum + e.states, 0),
  };
}

/** Explore worlds of one kernel until nothing is left to be decided. */
async function exploreKernel(
  question: MatrixQuestion,
  spec: KernelSpec,
  explorer: Explorer,
  onProgress: (kernel: string, world: string) => void,
): Promise<readonly Explored[]> {
  const open = new Set(question.windows.filter((w) => isJudged(w) || factOf(w) !== undefined));
  const explored: Explored[] = [];
  for (const derived of smallFirst(question.worlds)) {
    if (![...open].some((window) => isFor(derived, window))) continue;
    onProgress(spec.name, derived.world.name);
    const result = await explorer.explore({ derived, spec, options: firstLook(question) });
    explored.push(result);
    for (const window of [...open]) if (shows(result, window)) open.delete(window);
  }
  const again = await decide(question, spec, explorer, { open, explored, onProgress });
  return [...explored, ...again];
}

function firstLook({ options, firstStates = FIRST_STATES }: MatrixQuestion): ExploreOptions {
  return { ...options, statesMax: Math.min(options.statesMax, firstStates) };
}

interface Undecided {
  /** Windows that have not been found. */
  readonly open: ReadonlySet<string>;
  readonly explored: readonly Explored[];
  readonly onProgress: (kernel: string, world: string) => void;
}

/** Explore again what was cut off, for what is open: narrowly, unless that shows a window. */
async function decide(
  question: MatrixQuestion,
  spec: KernelSpec,
  explorer: Explorer,
  { open, explored, onProgress }: Undecided,
): Promise<readonly Explored[]> {
  const { options, worlds } = question;
  const again: Explored[] = [];
  if (options.statesMax <= firstLook(question).statesMax) return again;
  const cut = explored.filter((e) => e.bounded);
  const left = new Set(open);
  for (const derived of smallFirst(worlds).filter((w) => cut.some((e) => isOf(e, w)))) {
    const windows = [...left].filter((window) => isFor(derived, window)).sort();
    if (windows.length === 0) continue;
    onProgress(spec.name, derived.world.name);
    const narrow = await explorer.explore({ derived, spec, options: { ...options, windows } });
    const seen = narrow.sightings.length > 0;
    const result = seen ? await explorer.explore({ derived, spec, options }) : narrow;
    again.push(result);
    for (const window of windows) if (shows(result, window)) left.delete(window);
  }
  return again;
}

function isOf(e: Explored, { classKey, world }: DerivedWorld): boolean {
  return e.classKey === classKey && e.world === world.name;
}

/** True where @window, or the fact that it is, was seen. */
function shows(e: Explored, window: string): boolean {
  const fact = factOf(window);
  if (fact !== undefined) return e.reached.includes(fact);
  return e.sightings.some((s) => s.window === window);
}

/** True where @e looked for @window in every run of its world. */
function decides(e: Explored, window: string): boolean {
  return !e.bounded && (e.windows === null || e.windows.includes(window));
}

/** A rough order of size: threads, then devices. */
export function smallFirst(worlds: readonly DerivedWorld[]): DerivedWorld[] {
  const size = ({ world }: DerivedWorld): number =>
    world.threads.length * 100 + world.devices.length * 10 + world.instances.length;
  return [...worlds].sort((a, b) => size(a) - size(b));
}

/** True where @derived is there to show @window, or to show that it is not. */
export function isFor({ world }: DerivedWorld, window: string): boolean {
  return needsOf(window).some((id) => canReach(world, id));
}

function cellOf(
  window: string,
  kernel: string,
  explored: readonly Explored[],
  worlds: readonly DerivedWorld[],
): Cell {
  const cell = { window, kernel, rules: [], buses: [], because: null };
  const fact = factOf(window);
  if (fact === undefined && !isJudged(window)) {
    return { ...cell, state: 'n.a.', because: 'no signature tells it yet' };
  }
  const seen = explored.filter((e) => shows(e, window));
  if (seen.length > 0) {
    const sightings = seen.flatMap((e) => e.sightings.filter((s) => s.window === window));
    const rules = fact === undefined ? unique(sightings.map((s) => s.report)) : [fact];
    return { ...cell, state: 'found', rules, buses: unique(seen.map(busOf(worlds))) };
  }
  const wanted: readonly string[] = needsOf(window);
  const mine = explored.filter((e) => worlds.some((w) => isOf(e, w) && isFor(w, window)));
  const done = mine.filter((e) => decides(e, window)).map(nameOf);
  const cut = mine.map(nameOf).filter((name) => !done.includes(name));
  if (cut.length > 0) return { ...cell, state: 'bounded', because: unique(cut).join('; ') };
  if (!mine.some((e) => wanted.some((id) => e.reached.includes(id)))) {
    return { ...cell, state: 'n.a.', because: `not reached: ${wanted.join(', or ')}` };
  }
  return { ...cell, state: 'absent' };
}

function nameOf(e: Explored): string {
  return `${e.world} (${e.classKey})`;
}

function busOf(worlds: readonly DerivedWorld[]): (e: Explored) => string {
  return ({ classKey }) => {
    const world = worlds.find((w) => w.classKey === classKey)?.world;
    const bus = world?.devices.find((d) => world.focus.includes(d.name))?.bus ?? 'platform';
    return world?.firmware === 'acpi' ? `acpi ${bus}` : bus;
  };
}

function unnamedOf(kernel: string, explored: readonly Explored[]): Matrix['unnamed'] {
  const rules = explored.flatMap((e) =>
    e.sightings.filter((s) => s.window === null).map((s) => `${s.report} ${e.classKey}`),
  );
  return unique(rules).map((rule) => ({ kernel, rule }));
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
