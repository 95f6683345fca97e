// SPDX-License-Identifier: GPL-2.0-only
// Checks of parts of the checker by themselves: tables, sets of locks, what a checkpoint writes.

import { inspect, isDeepStrictEqual } from 'node:util';
import { decode, encode } from '../../../src/base/saved.ts';
import { HeldSets } from '../../../src/checker/machine/held.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import { Assumptions } from '../../../src/checker/reduce/assumptions.ts';
import { Discipline } from '../../../src/checker/reduce/discipline.ts';
import { Futures } from '../../../src/checker/reduce/futures.ts';
import { exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { PairTable } from '../../../src/checker/tables/pair-table.ts';
import { EMPTY, Sequences } from '../../../src/checker/tables/sequences.ts';
import { StateTable } from '../../../src/checker/tables/state-table.ts';
import { Random } from './programs.ts';
import { m } from './small-cells.ts';
import { foreverPrograms } from './small-forever.ts';
import { growingSection } from './small-sections.ts';
import { lateValues } from './small-values.ts';

/** Tables of states and of pairs against maps. */
export function tables(): string | null {
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

/** What holds for all items of a sequence, asked of many that begin alike. */
export function sequences(): string | null {
  const [random, kept] = [new Random(3), new Sequences()];
  const lists = new Map<number, readonly number[]>([[EMPTY, []]]);
  for (let n = 0; n < 300; n++) {
    const from = [...lists.keys()][random.below(lists.size)]!;
    const item = random.below(9);
    lists.set(kept.extended(from, item), [...lists.get(from)!, item]);
  }
  const all = [...lists];
  const known = new Int32Array(kept.size);
  for (let mark = 1; mark < 40; mark++) {
    const bad = random.below(9);
    for (let n = 0; n < 600; n++) {
      const [sequence, list] = all[random.below(all.length)]!;
      const got = kept.every(sequence, (item) => item !== bad, known, mark);
      if (got === list.includes(bad)) return `${list.join()} without ${bad}: ${got}`;
    }
  }
  return null;
}

/** Sets of held locks against lists. */
export function heldSets(): string | null {
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

/** What nobody asks again is answered by all that is known, be it new by one edge. */
export function lateEdges(): string | null {
  for (const scene of lateValues) {
    const machine = new Machine(scene);
    const futures = new Futures(machine, new Discipline(machine.memory, machine.heldSets));
    const [asker, chooser] = [0, 2];
    const isQuiet = (): boolean => {
      const i = machine.instruction(machine.local(asker));
      return futures.interference.isQuiet(asker, i, false);
    };
    const choose = (value: number): void => {
      machine.reset();
      machine.step(chooser, value);
      machine.step(chooser);
    };
    const runOthers = (): void => {
      for (let t = 1; t < machine.threadCount(); t++) while (!machine.isDone(t)) machine.step(t);
    };
    choose(2);
    runOthers();
    choose(1);
    const before = [isQuiet(), isQuiet()];
    runOthers();
    choose(1);
    const after = isQuiet();
    if (!before.every(Boolean) || after) return `quiet: ${before}, then ${after}`;
  }
  return null;
}

/** A section that is found to take another lock inside is not the one that was relied on. */
export function grownSection(): string | null {
  const machine = new Machine(growingSection);
  const discipline = new Discipline(machine.memory, machine.heldSets);
  const futures = new Futures(machine, discipline);
  const assumptions = new Assumptions(machine, futures, discipline);
  const choose = (value: number): void => {
    machine.reset();
    machine.step(0, value);
    machine.step(0);
  };
  const learn = (value: number): void => {
    choose(value);
    while (!machine.isDone(0)) machine.step(0);
    machine.step(1);
    futures.refresh();
  };
  learn(0);
  choose(0);
  assumptions.begin(-1, 0, 0, 0);
  const i = machine.instruction(machine.local(0));
  if (!futures.isUndisturbedSection(0, i, assumptions)) return 'no section';
  assumptions.end();
  const before = assumptions.wrong();
  learn(1);
  const after = assumptions.wrong();
  return before?.length === 0 && after?.length === 1 ? null : `wrong: ${before}, then ${after}`;
}

/** A livelock is not told where it is known that somebody ends it, be the search broken off. */
export function brokenOff(): string | null {
  const [, , scene] = foreverPrograms.find(([, spins]) => !spins)!;
  for (let statesMax = 1; statesMax < 40; statesMax++) {
    const machine = new Machine(scene);
    const { memory } = machine;
    const discipline = new Discipline(memory, machine.heldSets);
    const { found } = exhaustive(machine, { learn: false, young: 0, statesMax, discipline });
    const seen = !discipline.isHarmless(memory.cell(memory.object(m), 'q'), false);
    if (seen && found.length > 0) return `${statesMax} states: ${found[0]!.report.because}`;
  }
  return null;
}

/** What is written is read back: kinds of values, and the room at the end of arrays. */
export function plainData(): string | null {
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
