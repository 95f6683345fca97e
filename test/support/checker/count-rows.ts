// SPDX-License-Identifier: GPL-2.0-only
// Every known count as a row: what to run, at which size, and what must come out.

import { exploreOptimal } from '../../../src/checker/dpor/optimal.ts';
import { exploreSource } from '../../../src/checker/dpor/source-dpor.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import {
  countLayers,
  delayCost,
  preemptionCost,
} from '../../../src/checker/search/delay-layers.ts';
import { exploreStateGraph } from '../../../src/checker/search/state-graph.ts';
import * as f from './families.ts';
import * as g from './genmc.ts';
import { paxos } from './paxos.ts';
import * as t from './textbook.ts';

export interface CountRow {
  /**
   * optimal, source: [complete, stuck, wasted runs]. preemption, delay: classes up to each cost;
   * unstuck: up to each number of preemptions, those in which no thread is stuck.
   * states: [states, transitions, deadlocks]. schedules: [runs, told apart by every step].
   */
  readonly kind:
    | 'optimal'
    | 'source-dpor'
    | 'preemption'
    | 'unstuck'
    | 'delay'
    | 'states'
    | 'schedules';
  readonly name: string;
  readonly expected: readonly number[];
  readonly scene: () => Scene;
  /** Quick enough for the test suite. */
  readonly small: boolean;
}

type Sizes = Readonly<Record<number, number>>;

/** Count the row anew. */
export function runRow(row: CountRow): number[] {
  const program = new Machine(row.scene());
  switch (row.kind) {
    case 'optimal':
    case 'source-dpor': {
      const explore = row.kind === 'optimal' ? exploreOptimal : exploreSource;
      const { complete, stuck, blocked } = explore(program);
      return [complete, stuck, blocked];
    }
    case 'schedules':
      return [schedules(program)];
    case 'states': {
      const { states, transitions, stuck } = exploreStateGraph(program);
      return [states, transitions, stuck];
    }
    default: {
      const cost = row.kind === 'delay' ? delayCost : preemptionCost;
      const costMax = row.expected.length - 1;
      const stuckToo = row.kind === 'unstuck' ? 0 : 1;
      const layers = countLayers(program, cost, { costMax });
      const counts = layers.map((c) => c.complete + stuckToo * c.stuck);
      while (counts.length <= costMax) counts.push(counts[counts.length - 1]!);
      return counts;
    }
  }
}

/** Number of runs of @program, which must come to an end: paths in its graph of states. */
function schedules(program: Machine): number {
  const out: Map<number, number>[] = [];
  exploreStateGraph(program, {
    edge: (from, to) => {
      out[from] ??= new Map();
      out[from].set(to, (out[from].get(to) ?? 0) + 1);
    },
  });
  const counts: number[] = [];
  const count = (state: number): number => {
    if (out[state] === undefined) return 1;
    let sum = 0;
    for (const [to, edges] of out[state]) {
      counts[to] ??= count(to);
      sum += edges * counts[to];
    }
    return sum;
  };
  return count(0);
}

/** All rows, those of one family together. */
export function countRows(): CountRow[] {
  const classes = [...classRows(), ...genmcRows(), ...sourceRows(), ...boundRows()];
  return [...classes, ...stateRows(), ...scheduleRows()];
}

function family(make: (n: number) => Scene, sizes: Sizes, stuck = 0, smallMax = 150): CountRow[] {
  return Object.entries(sizes).map(([n, complete]) => {
    const scene = () => make(Number(n));
    const { name } = scene();
    const expected = [complete, stuck, 0];
    return { kind: 'optimal', name, expected, scene, small: complete <= smallMax };
  });
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

function classRows(): CountRow[] {
  const sizes = (from: number, to: number, count: (n: number) => number): Sizes =>
    Object.fromEntries(
      Array.from({ length: to - from + 1 }, (_, i) => [from + i, count(from + i)]),
    );
  return [
    ...family(f.readers, { 2: 4, 6: 64, 8: 256, 13: 8192 }, 0, 256),
    ...family(f.lastzero, { 1: 2, 2: 5, 3: 12, 4: 28, 5: 64, 6: 144, 10: 3328, 15: 147456 }),
    ...family(f.indexer, { 11: 1, 12: 8, 13: 64, 14: 512, 15: 4096 }, 0, 10),
    ...family(f.filesystem, { 13: 1, 14: 2, 16: 8, 18: 32, 19: 64 }, 0, 10),
    ...family((n) => f.addInc(n, 'x'), sizes(2, 7, factorial)),
    ...family((n) => f.addInc(n, 'xy'), { 2: 4, 3: 36, 4: 576 }),
    ...family((n) => f.addInc(n, 'xyz'), { 2: 8, 3: 216, 4: 13824 }, 0, 216),
    ...family(f.inc, { 2: 4, 3: 36, 4: 576 }),
    ...family((n) => f.inc(n, true), { 2: 4, 3: 36, 4: 576 }),
    ...family(f.casrot, { 2: 2, 3: 5, 4: 14, 5: 43, 6: 144, 7: 523, 8: 2048, 9: 8597 }),
    ...family(f.wcas, { 2: 5, 3: 13, 4: 33, 5: 81, 6: 193, 7: 449, 8: 1025, 9: 2305 }),
    ...family(f.wainc, { 2: 6, 3: 24, 4: 120 }),
    ...family(f.nWriters, { 1: 6, 2: 24, 3: 120, 4: 720 }),
    ...family(f.lockInc, sizes(2, 7, factorial)),
    ...family((n) => f.lockInc(n, 'xy'), sizes(2, 7, factorial)),
    ...family(f.philosophers, { 2: 2, 3: 6, 4: 14, 5: 30, 6: 62, 7: 126, 8: 254 }, 1, 62),
    ...family((n) => f.philosophers(n, true), { 3: 6, 4: 14, 5: 30, 8: 254 }, 0, 62),
    ...family(f.trylockUnlock, { 2: 4, 3: 21 }),
    ...family(f.poplExample, { 0: 5 }),
    ...family(f.sleepingRaces6, { 0: 10 }),
    ...family(f.sbLocks, { 0: 4 }),
    ...family(f.abba, { 0: 2 }, 1),
    ...family(t.fibBench, { 4: 19605, 5: 218243 }),
    // Found by two ways of counting that share nothing: runs, and prefixes told apart.
    ...family(t.spawnTree, { 1: 2, 2: 80 }),
  ];
}

/** GenMC's own tests, and what it says of them: in all, and within bounds on preemptions. */
function genmcRows(): CountRow[] {
  const all = (scene: () => Scene, complete: number, small = false): CountRow => {
    return { kind: 'optimal', name: scene().name, expected: [complete, 0, 0], scene, small };
  };
  const meet = [14, 206, 1561, 7410, 21_891, 42_700, 59_856, 67_435, 69_009, 69_112];
  const stamps = [2, 8, 26, 60, 118, 208, 340, 522, 764, 1074, 1362, 1612, 1702, 1734];
  return [
    all(g.big0, 69_112),
    all(g.big1, 1_820_474),
    all(() => g.sharedPtr(100), 410),
    all(() => g.commits(2, 6), 1734),
    all(() => g.eratosthenes(5), 398, true),
    all(() => g.publish(41), 42, true),
    all(() => g.lamport(2), 16, true),
    bound('preemption', g.big0, false, ...meet),
    bound('preemption', () => g.sharedPtr(100), false, 2, 206, 408, 410),
    bound('preemption', () => g.commits(2, 6), false, ...stamps),
    bound('preemption', () => g.eratosthenes(5), false, 2, 18, 68, 156, 260, 340, 382, 396, 398),
    bound('unstuck', () => g.lamport(2, true), true, 2, 6, 10, 16),
  ];
}

/** What source-DPOR gives up does depend on the order in which it goes; these agree. */
function sourceRows(): CountRow[] {
  const row = (scene: () => Scene, small: boolean, ...expected: number[]): CountRow => {
    return { kind: 'source-dpor', name: scene().name, expected, scene, small };
  };
  const nothingWasted = [
    ...[14, 16, 18, 19].map((n) => row(() => f.filesystem(n), false, 2 ** (n - 13), 0, 0)),
    ...[2, 6, 8, 13].map((n) => row(() => f.readers(n), n < 8, 2 ** n, 0, 0)),
    row(() => f.indexer(12), true, 8, 0, 0),
  ];
  return [
    ...nothingWasted,
    row(() => f.lastzero(5), true, 64, 0, 33),
    row(() => f.lastzero(10), false, 3328, 0, 16867),
    row(f.poplExample, true, 5, 0, 5),
    row(f.sleepingRaces6, true, 10, 0, 18),
  ];
}

function bound(
  kind: 'preemption' | 'unstuck' | 'delay',
  scene: () => Scene,
  small: boolean,
  ...expected: number[]
): CountRow {
  return { kind, name: scene().name, expected, scene, small };
}

function boundRows(): CountRow[] {
  const inversions = [1, 6, 20, 49, 98, 169, 259, 360, 461, 551, 622, 671, 700, 714, 719, 720];
  const rows: CountRow[] = [];
  for (const [n, small, ...expected] of [
    [2, 1, 2, 4],
    [3, 1, 6, 24, 36],
    [4, 0, 24, 168, 432, 576],
  ] as const) {
    const makes = [() => f.addInc(n, 'xy'), () => f.inc(n), () => f.inc(n, true)];
    for (const make of makes) rows.push(bound('preemption', make, small === 1, ...expected));
  }
  const cinc = (n: number) => () => f.addInc(n, 'xyz');
  return [
    ...rows,
    bound('preemption', cinc(2), true, 2, 6, 8),
    bound('preemption', cinc(3), true, 6, 42, 120, 192, 216),
    bound('preemption', cinc(4), false, 24, 312, 1704, 5160, 9792, 12960, 13824),
    // The deadlock takes one preemption.
    bound('preemption', f.abba, true, 2, 3),
    bound('delay', () => f.readers(6, true), true, 1, 7, 22, 42, 57, 63, 64),
    bound('delay', () => f.readersPrivate(6), false, 1, 2, 8, 23, 43, 58, 64),
    bound('delay', () => f.writers(6), true, ...inversions),
    bound('delay', () => f.philosophers(3), true, 1, 4, 7),
    bound('delay', () => f.philosophers(5), true, 1, 6, 16, 26, 31),
  ];
}

/** Schedules, for those who want to know what a class saves. */
function scheduleRows(): CountRow[] {
  const row = (scene: () => Scene, count: number): CountRow => {
    return { kind: 'schedules', name: scene().name, expected: [count], scene, small: true };
  };
  return [
    row(() => f.readers(8), 362_880),
    row(() => f.philosophers(5), 66_468_720),
    row(() => f.lastzero(6), 416_108_000),
  ];
}

function stateRows(): CountRow[] {
  return [...philosopherRows(), ...modelRows()];
}

/** Models of Stateright and the number of their states. */
function modelRows(): CountRow[] {
  const row = (scene: () => Scene, ...expected: number[]): CountRow => {
    return { kind: 'states', name: scene().name, expected, scene, small: true };
  };
  return [
    row(() => t.increment(2), 13, 14, 0),
    row(() => t.twoPhaseCommit(3), 288, 288 * 17, 0),
    { ...row(() => t.twoPhaseCommit(5), 8832, 8832 * 27, 0), small: false },
    // Of the steps, those that deliver what says nothing to its receiver lead nowhere.
    { ...row(() => paxos(3, 2), 16_668, 102_590, 0), small: false },
  ];
}

function philosopherRows(): CountRow[] {
  const known = [
    [35, 75],
    [118, 340],
    [392, 1415],
    [1297, 5622],
    [4286, 21679],
    [14158, 81848],
    [46763, 304137],
    [154450, 1116130],
  ] as const;
  return known.map(([states, transitions], i) => ({
    kind: 'states',
    name: f.philosophersLooping(i + 3).name,
    expected: [states, transitions, 1],
    scene: () => f.philosophersLooping(i + 3),
    small: i < 5,
  }));
}
