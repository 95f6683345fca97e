// SPDX-License-Identifier: GPL-2.0-only
// The cross-check: on random programs every way of exploring gives the same final states and the
// same reports as brute force.

import { Machine, type MachineOptions } from '../../../src/checker/machine/machine.ts';
import type { Report } from '../../../src/checker/program/program.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { Discipline } from '../../../src/checker/reduce/discipline.ts';
import { Futures } from '../../../src/checker/reduce/futures.ts';
import { type BoundedOptions, bounded } from '../../../src/checker/search/bounded.ts';
import { type ExhaustiveOptions, exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { brute, wordsOf } from './brute.ts';
import { sceneOf } from './program-scene.ts';
import { draw, type Flavour } from './programs.ts';

/** What exploring a scene in one way gave. */
export interface Explored {
  readonly finals: readonly string[];
  readonly reports: readonly string[];
  readonly bounded: boolean;
}

/** The key under which reports are compared: of a deadlock the oracle tells no subject. */
export function keyOf(report: Report): string {
  if (report.property === 'deadlock' || report.property === 'lost-wake-up') return report.property;
  return `${report.property}|${report.window ?? ''}|${report.subject}`;
}

/** The final state of @machine in the words of the oracle. */
export function finalWords(machine: Machine): string {
  const { memory, state, values, scene } = machine;
  const parts: string[] = [];
  memory.cells.forEach((cell, slot) => {
    const content = state.slots[slot]!;
    if (cell === undefined || content === 0) return;
    const { name } = memory.objects[cell.object]!.handle;
    if (cell.field !== '') parts.push(`${name}.${cell.field}=${wordsOf(values.values[content])}`);
    else if (content > 0) parts.push(`${name} by ${machine.threadName(content - 1)}`);
  });
  for (const { handle, dead } of memory.objects) {
    if (state.slots[dead] !== 0) parts.push(`${handle.name} dead`);
  }
  for (let t = 0; t < machine.threadCount(); t++) {
    if (machine.exists(t)) parts.push(`${machine.threadName(t)} ${machine.isDone(t)}`);
  }
  scene.rules.forEach((rule, i) => {
    parts.push(`${rule.id}: ${wordsOf(machine.rules.stateOf(i))}`);
  });
  return parts.sort().join(' ');
}

/** Explore @scene with the exhaustive search. */
export function explore(
  scene: Scene,
  options: ExhaustiveOptions,
  machineOptions: MachineOptions = {},
): Explored {
  const machine = new Machine(scene, machineOptions);
  const finals = new Set<string>();
  const { found, bounded: limits } = exhaustive(machine, {
    ...options,
    onTerminal: () => {
      if (!machine.hasCrashed()) finals.add(finalWords(machine));
    },
  });
  const reports = new Set(found.map(({ report }) => keyOf(report)));
  return { finals: [...finals].sort(), reports: [...reports].sort(), bounded: limits.length > 0 };
}

/** Explore @scene in layers; reports come with their preemptions. */
export function exploreLayers(
  scene: Scene,
  options: Partial<BoundedOptions>,
  machineOptions: MachineOptions = {},
  afterSearch = false,
): Explored {
  const machine = new Machine(scene, machineOptions);
  const finals = new Set<string>();
  const discipline = new Discipline(machine.memory, machine.heldSets);
  const futures = new Futures(machine, discipline);
  if (afterSearch) exhaustive(machine, { discipline, knownFutures: futures });
  const { found, bounded: limits } = bounded(machine, {
    bound: 50,
    ...(afterSearch ? { discipline, futures } : {}),
    ...options,
    onTerminal: () => {
      if (!machine.hasCrashed()) finals.add(finalWords(machine));
    },
  });
  const costs = new Map<string, number>();
  for (const { report, preemptions } of found) {
    const key = keyOf(report);
    costs.set(key, Math.min(preemptions, costs.get(key) ?? Number.POSITIVE_INFINITY));
  }
  const bound = limits.length > 0;
  return { finals: [...finals].sort(), reports: [...costs].map(costText).sort(), bounded: bound };
}

function costText([key, cost]: [string, number]): string {
  return `${key} (${cost})`;
}

/** All combinations of reductions. */
export const COMBINATIONS: readonly ExhaustiveOptions[] = [
  { quiet: false, sleep: false },
  { quiet: true, futures: false, sleep: false },
  { quiet: true, sleep: false },
  { quiet: false, sleep: true },
  { quiet: true, futures: false, sleep: true },
  { quiet: true, sleep: true },
  { quiet: true, persistent: false, sleep: true },
  { quiet: true, values: false, sleep: true },
  { quiet: true, values: false, sleep: false },
  // Nothing is known before, and what was wrong is done again rather than all.
  { quiet: true, futures: false, sleep: true, learn: false, young: 0 },
  { quiet: true, sleep: true, learn: false, young: 0 },
];

/**
 * The same where nothing is known before: each wrong answer is done again by itself, or all is, or
 * all is because there is no room to keep what relied on it.
 */
export const UNLEARNED: readonly ExhaustiveOptions[] = COMBINATIONS.filter(
  ({ quiet }) => quiet,
).flatMap((c) => [
  { ...c, learn: false },
  { ...c, learn: false, young: 0 },
  { ...c, learn: false, young: 0, keptMax: 4 },
]);

export interface CrosscheckResult {
  readonly programs: number;
  /** Programs with too many schedules for brute force. */
  readonly skipped: number;
  readonly failures: readonly string[];
}

export interface CrosscheckOptions {
  readonly size?: number;
  /** Programs of this flavour only. */
  readonly flavour?: Flavour;
  readonly schedulesMax?: number;
  readonly machine?: MachineOptions;
  readonly search?: ExhaustiveOptions;
  /** Stop at this many failures. */
  readonly failuresMax?: number;
}

/** Compare on @n programs from @seed on. */
export function crosscheck(
  n: number,
  seed: number,
  options: CrosscheckOptions = {},
): CrosscheckResult {
  const failures: string[] = [];
  let skipped = 0;
  let programs = 0;
  for (let i = seed; i < seed + n && failures.length < (options.failuresMax ?? 1); i++) {
    programs++;
    const scene = sceneOf(draw(i, options.size ?? 4, options.flavour));
    const found = crosscheckScene(scene, `program ${i}`, COMBINATIONS, options);
    if (found === null) skipped++;
    else failures.push(...found);
  }
  return { programs, skipped, failures };
}

/**
 * Compare brute force on @scene with the search under each of @combinations and with layers. Says
 * what differs; null if the program has too many schedules for brute force.
 */
export function crosscheckScene(
  scene: Scene,
  name: string,
  combinations: readonly ExhaustiveOptions[],
  options: CrosscheckOptions = {},
): string[] | null {
  const failures: string[] = [];
  const oracle = brute(scene, options.schedulesMax ?? 2000);
  if (!oracle.complete) return null;
  const compare = (way: string, reports: readonly string[], run: () => Explored): void => {
    const wanted = JSON.stringify({ finals: oracle.finals, reports, bounded: false });
    let got: string;
    try {
      got = JSON.stringify(run());
    } catch (error) {
      got = String(error);
    }
    if (got !== wanted) failures.push(`${name}, ${way}:\n  ${wanted}\n  ${got}`);
  };
  const reports = [...oracle.reports.keys()].sort();
  for (const combination of combinations) {
    compare(JSON.stringify(combination), reports, () =>
      explore(scene, { ...combination, ...options.search }, options.machine),
    );
  }
  const costs = [...oracle.reports].map(costText).sort();
  for (const quiet of [false, true]) {
    compare(`layers, quiet: ${quiet}`, costs, () =>
      exploreLayers(scene, { quiet, faults: options.search?.faults }, options.machine),
    );
  }
  compare('layers after a search', costs, () => exploreLayers(scene, {}, options.machine, true));
  return failures;
}

/**
 * Compare the reductions with the unreduced search, which brute force has proved right, on @n
 * programs that are too big for brute force.
 */
export function crosscheckReductions(
  n: number,
  seed: number,
  options: CrosscheckOptions & { readonly statesMax?: number } = {},
): CrosscheckResult {
  const failures: string[] = [];
  let skipped = 0;
  let programs = 0;
  for (let i = seed; i < seed + n && failures.length < (options.failuresMax ?? 1); i++) {
    programs++;
    const scene = sceneOf(draw(i, options.size ?? 8, options.flavour));
    const [unreduced, ...reduced] = COMBINATIONS;
    const statesMax = options.statesMax ?? 20_000;
    const wanted = explore(scene, { ...unreduced, statesMax }, options.machine);
    if (wanted.bounded) {
      skipped++;
      continue;
    }
    for (const combination of reduced) {
      const got = explore(scene, { ...combination, ...options.search }, options.machine);
      if (JSON.stringify(got) === JSON.stringify(wanted)) continue;
      const difference = `${JSON.stringify(wanted)}\n  ${JSON.stringify(got)}`;
      failures.push(`program ${i}, ${JSON.stringify(combination)}:\n  ${difference}`);
    }
  }
  return { programs, skipped, failures };
}
