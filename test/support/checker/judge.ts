// SPDX-License-Identifier: GPL-2.0-only
// Quick checks that a fault seeded into the checker is held against, by name; each says what is
// wrong, or null. scripts/mutants.mjs runs them on copies of the sources with one fault each.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect, isDeepStrictEqual } from 'node:util';
import { decode, encode } from '../../../src/base/saved.ts';
import { check } from '../../../src/checker/check.ts';
import { HeldSets } from '../../../src/checker/machine/held.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { Keeper } from '../../../src/checker/search/checkpoint/checkpoint.ts';
import { exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { PairTable } from '../../../src/checker/tables/pair-table.ts';
import { StateTable } from '../../../src/checker/tables/state-table.ts';
import { checkpointStore } from '../../../src/run/checkpoint-file.ts';
import { brute } from './brute.ts';
import { crosscheck, crosscheckReductions, keyOf } from './crosscheck.ts';
import { crosscheckCyclic, cyclicScene } from './crosscheck-cyclic.ts';
import { crosscheck as crosscheckStrategies, type ProgramKind } from './crosscheck-strategies.ts';
import { sceneOf } from './program-scene.ts';
import { draw, FLAVOURS, type Flavour, Random } from './programs.ts';
import { smallDifference } from './small-check.ts';
import { smallPrograms } from './small-programs.ts';

function small(): string | null {
  for (const program of smallPrograms) {
    const wrong = smallDifference(...program);
    if (wrong !== null) return wrong;
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

/** A run that is called minimal is one; no run has fewer preemptions than brute force finds. */
function minimal(): string | null {
  for (let seed = 1; seed <= 240; seed++) {
    const scene = sceneOf(draw(seed, 4, seed % 3 === 0 ? 'spawners' : undefined));
    const oracle = brute(scene, 400);
    if (!oracle.complete) continue;
    for (const [minimiseMax, minimisePreemptions] of [
      [60_000, 3],
      [40, 3],
      [60_000, 0],
    ] as const) {
      const { findings } = check(scene, { explainMax: 0, minimiseMax, minimisePreemptions });
      for (const { report, preemptions, minimal: isMinimal } of findings) {
        const fewest = oracle.reports.get(keyOf(report));
        const wrong = fewest === undefined || preemptions < fewest;
        // A deadlock is told apart by subject here, and is not by brute force.
        const isLeast = !isMinimal || preemptions === fewest || report.property === 'deadlock';
        if (!wrong && isLeast) continue;
        const got = `${preemptions}, minimal: ${isMinimal}`;
        return `program ${seed}, ${keyOf(report)}: ${got}, not ${fewest}`;
      }
    }
  }
  return null;
}

function tables(): string | null {
  const random = new Random(1);
  const [states, wanted] = [new StateTable(4), new Map<string, [number, number]>()];
  const [pairs, wantedPairs] = [new PairTable(), new Map<string, number>()];
  for (let n = 0; n < 20_000; n++) {
    const [a, b] = [random.below(90) * 0x10000001, random.below(90)];
    const key = `${a | 0} ${b}`;
    const known = wanted.get(key);
    const word = states.findOrAdd(a, b, 3, a, n);
    if (word !== (known?.[0] ?? -1)) return `state ${key}: ${word}, not ${known?.[0]}`;
    if (states.other !== (known?.[1] ?? 0)) return `state ${key}: other is ${states.other}`;
    if (known !== undefined) states.replace(n);
    states.other = n + 1;
    wanted.set(key, [n, n + 1]);
    const pair = pairs.get(a | 0, b);
    if (pair !== (wantedPairs.get(key) ?? -1)) return `pair ${key}: ${pair}`;
    if (pair < 0) pairs.add(a | 0, b, n);
    else pairs.change(a | 0, b, n);
    wantedPairs.set(key, n);
  }
  return states.size === wanted.size ? null : `${states.size} states, not ${wanted.size}`;
}

/** Sets of held locks against lists. */
function heldSets(): string | null {
  const [random, sets] = [new Random(2), new HeldSets()];
  let [set, list, union] = [0, [] as number[], 0];
  const words = (items: readonly number[]): string => [...items].sort((a, b) => a - b).join();
  const itemsOf = (s: number) => words(sets.items(s).map(({ cell, mode }) => cell * 2 + mode));
  let exclusive: number[] = [];
  for (let n = 0; n < 2_000; n++) {
    const at = random.below(list.length + 2);
    const item = random.below(8);
    if (at < list.length) {
      const [gone] = list.splice(at, 1);
      set = sets.remove(set, gone! >> 1, gone! & 1);
    } else if (list.length < 5 && ((item & 1) === 1 || !list.includes(item))) {
      list = [...list, item];
      set = sets.add(set, item >> 1, item & 1);
    }
    if (itemsOf(set) !== words(list)) return `set ${itemsOf(set)}, not ${words(list)}`;
    if (n % 5 === 0) [union, exclusive] = [0, []];
    union = sets.union(union, set);
    const more = list.filter((i) => (i & 1) === 0 && !exclusive.includes(i));
    exclusive = [...exclusive, ...more];
    if (itemsOf(union) !== words(exclusive)) return `union ${itemsOf(union)}: ${exclusive}`;
  }
  return null;
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

/** What is written is read back: kinds of values, and the room at the end of arrays. */
function plainData(): string | null {
  const root = {
    numbers: [0, -1, 2 ** 31, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0],
    ints: [0, -1, 2 ** 31 - 1, -(2 ** 31)],
    words: new Int32Array([1, -2, 0, 3, 0, 0]),
    bytes: new Uint8Array(7),
    large: new Float64Array(20_000).fill(0.1, 0, 15_000),
    mixed: ['text', '', null, undefined, true, false, [], {}, { deep: ['\u00e4', [1]] }],
  };
  const parts = encode(root);
  const read = decode(new Uint8Array(Buffer.concat(parts))) as typeof root;
  return isDeepStrictEqual(read, root) ? null : inspect(read);
}

/** Programs that faults have gone wrong on. */
const DRAWN = [137, 175, 377, 589, 889, 1249, 1619, 8523, 36963];
const ALL_FLAVOURS: readonly Flavour[] = [...FLAVOURS, 'spawners', 'owners', 'chains'];

/** The checks by name, the quickest first; draws are @times as many. */
export function checksOf(times: number): ReadonlyMap<string, () => string | null> {
  return new Map([
    ['tables', tables],
    ['held sets', heldSets],
    ['written and read', plainData],
    ['small programs', small],
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
