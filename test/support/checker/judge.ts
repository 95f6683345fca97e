// SPDX-License-Identifier: GPL-2.0-only
// Quick checks that a fault seeded into the checker is held against, by name; each says what is
// wrong, or null. scripts/mutants.mjs runs them on copies of the sources with one fault each.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { check } from '../../../src/checker/check.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { Keeper } from '../../../src/checker/search/checkpoint/checkpoint.ts';
import { exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { PairTable } from '../../../src/checker/tables/pair-table.ts';
import { checkpointStore } from '../../../src/run/checkpoint-file.ts';
import { brute } from './brute.ts';
import { countRows, runRow } from './count-rows.ts';
import { crosscheck, crosscheckReductions, keyOf } from './crosscheck.ts';
import { crosscheckCyclic, cyclicScene } from './crosscheck-cyclic.ts';
import { crosscheck as crosscheckStrategies, type ProgramKind } from './crosscheck-strategies.ts';
import { redoing } from './done-again.ts';
import {
  brokenOff,
  grownSection,
  heldSets,
  lateEdges,
  plainData,
  sequences,
  tables,
} from './judge-parts.ts';
import { sceneOf } from './program-scene.ts';
import { draw, FLAVOURS, type Flavour } from './programs.ts';
import { smallDifference } from './small-check.ts';
import { foreverDifference, foreverPrograms } from './small-forever.ts';
import { smallPrograms } from './small-programs.ts';

function small(): string | null {
  for (const program of smallPrograms) {
    const wrong = smallDifference(...program);
    if (wrong !== null) return wrong;
  }
  for (const program of foreverPrograms) {
    const wrong = foreverDifference(...program);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** Classes within bounds on delays, as others count them. */
function knownCounts(): string | null {
  for (const row of countRows().filter(({ kind, small }) => kind === 'delay' && small)) {
    const got = runRow(row);
    if (got.join() !== row.expected.join()) return `${row.name}: ${got}, not ${row.expected}`;
  }
  return null;
}

const bruteForce = (flavour: Flavour, times: number) => (): string | null =>
  crosscheck(60 * times, 1, { schedulesMax: 150, flavour }).failures[0] ?? null;

const reductions = (flavour: Flavour, times: number) => (): string | null =>
  crosscheckReductions(30 * times, 1, { flavour, statesMax: 4_000 }).failures[0] ?? null;

const strategies =
  (times: number, kind: ProgramKind, seeds: readonly number[] = []) =>
  (): string | null => {
    const all = [...seeds, ...Array.from({ length: 150 * times }, (_, i) => i + 1)];
    for (const seed of all) {
      const { differences } = crosscheckStrategies(seed, kind);
      if (differences.length > 0) return differences[0]!;
    }
    return null;
  };

/** Programs in which reductions that go wrong in cycles have gone wrong. */
const CYCLIC = [153, 253, 804, 850];

const cyclic = (times: number) => (): string | null => {
  for (const seed of [...CYCLIC, ...Array.from({ length: 80 * times }, (_, i) => i + 1)]) {
    const { differences } = crosscheckCyclic(seed);
    if (differences.length > 0) return differences[0]!;
  }
  return null;
};

/** Larger programs, of which a run is not made as short as it may be where little is searched. */
function minimalWithLittle(): string | null {
  for (const seed of [9, 77]) {
    const find = (minimiseMax: number, minimisePreemptions: number) => {
      const options = { explainMax: 0, statesMax: 5_000, minimiseMax, minimisePreemptions };
      return check(sceneOf(draw(seed, 8)), options).findings;
    };
    const least = new Map(find(60_000, 6).map((f) => [keyOf(f.report), f.preemptions]));
    for (const { report, preemptions, minimal: isMinimal } of [
      ...find(60_000, 0),
      ...find(20, 3),
    ]) {
      const fewest = least.get(keyOf(report));
      if (!isMinimal || preemptions === fewest) continue;
      return `program ${seed}, ${keyOf(report)}: ${preemptions} is minimal, not ${fewest}`;
    }
  }
  return null;
}

/** A run that is called minimal is one; no run has fewer preemptions than brute force finds. */
function minimal(): string | null {
  for (let seed = 1; seed <= 240; seed++) {
    const scene = sceneOf(draw(seed, 4, seed % 3 === 0 ? 'spawners' : undefined));
    const oracle = brute(scene, 400);
    if (!oracle.complete) continue;
    for (const [minimiseMax, minimisePreemptions] of [
      [60_000, 3],
      [40, 3],
      [1, 3],
      [60_000, 0],
    ] as const) {
      const { findings } = check(scene, { explainMax: 0, minimiseMax, minimisePreemptions });
      for (const { report, preemptions, minimal: isMinimal } of findings) {
        const fewest = oracle.reports.get(keyOf(report));
        const wrong = fewest === undefined || preemptions < fewest;
        // A deadlock is told apart by subject here, and is not by brute force.
        const isLeast = !isMinimal || preemptions === fewest || report.property === 'deadlock';
        // Where layers go far enough, what has the fewest is known to have.
        const isProved = isMinimal || minimiseMax < 60_000 || fewest! > minimisePreemptions + 1;
        if (!wrong && isLeast && isProved) continue;
        const got = `${preemptions}, minimal: ${isMinimal}`;
        return `program ${seed}, ${keyOf(report)}: ${got}, not ${fewest}`;
      }
    }
  }
  return minimalWithLittle();
}

/** A search that goes on from any of its checkpoints comes to the same end. */
function checkpoints(): string | null {
  const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-'));
  try {
    const scenes = [2, 9, 14].flatMap((seed) => [sceneOf(draw(seed, 8)), cyclicScene(seed)]);
    let kept = 0;
    for (const [i, scene] of scenes.entries()) {
      const found = checkpointsOf(scene, path.join(dir, `${i}`));
      if (typeof found === 'string') return `program ${i}: ${found}`;
      kept += found;
    }
    if (kept < 20) return `${kept} checkpoints`;
    return null;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What is wrong, or how many checkpoints there were. */
function checkpointsOf(scene: Scene, file: string): string | number {
  const copies: Buffer[] = [];
  const explore = (everyMs: number) => {
    const machine = new Machine(scene);
    const keeper = new Keeper(
      machine,
      checkpointStore({ file, digest: 'd', everyMs }),
      new PairTable(),
    );
    if (everyMs === 0) {
      let steps = 0;
      keeper.due = () => ++steps % 31 === 0;
      const save = keeper.save.bind(keeper);
      keeper.save = (search) => {
        save(search);
        copies.push(readFileSync(file));
      };
    }
    const result = exhaustive(machine, { keeper, learn: false, statesMax: 20_000 });
    return { words: JSON.stringify(result), resumed: keeper.resumed };
  };
  rmSync(file, { force: true });
  const whole = explore(0);
  for (let i = 0; i < copies.length; i += Math.ceil(copies.length / 8)) {
    writeFileSync(file, copies[i]!);
    const again = explore(1e9);
    if (!again.resumed) return `checkpoint ${i} is not gone on from`;
    if (again.words !== whole.words) return `checkpoint ${i}: ${again.words}, not ${whole.words}`;
  }
  return copies.length;
}

/** Programs that faults have gone wrong on. */
const DRAWN = [137, 175, 377, 589, 889, 1249, 1619, 7256, 8523, 36963];
const ALL_FLAVOURS: readonly Flavour[] = [...FLAVOURS, 'spawners', 'owners', 'chains'];

/** The checks by name, the quickest first; draws are @times as many. */
export function checksOf(times: number): ReadonlyMap<string, () => string | null> {
  return new Map([
    ['tables', tables],
    ['sequences', sequences],
    ['late edges', lateEdges],
    ['grown section', grownSection],
    ['broken off', brokenOff],
    ['held sets', heldSets],
    ['written and read', plainData],
    ['known counts', knownCounts],
    ['small programs', small],
    ['done again', redoing],
    ...ALL_FLAVOURS.map((f) => [`brute force: ${f}`, bruteForce(f, times)] as const),
    ['strategies: nested', strategies(times, 'nested', [162, 1105067])],
    ['strategies: drawn', strategies(times, 'drawn', DRAWN)],
    ['strategies: spawning', strategies(times, 'spawning')],
    ['strategies: owning', strategies(times, 'owning', [233, 320, 407, 1272])],
    ['strategies: chained', strategies(times, 'chained')],
    ['cycles', cyclic(times)],
    ...ALL_FLAVOURS.map((f) => [`reductions: ${f}`, reductions(f, times)] as const),
    ['minimal runs', minimal],
    ['checkpoints', checkpoints],
  ]);
}

/** Run these of the @checks until one says what is wrong: [name, what]; or null. */
export function judge(
  checks: ReturnType<typeof checksOf>,
  names: readonly string[],
  begins: (name: string) => void,
): readonly [string, string] | null {
  for (const name of names) {
    begins(name);
    let wrong: string | null;
    try {
      wrong = checks.get(name)!();
    } catch (error) {
      wrong = String(error);
    }
    if (wrong !== null) return [name, wrong];
  }
  return null;
}
