// SPDX-License-Identifier: GPL-2.0-only
// The textbook litmus tests, with what each memory model allows.
//
// A thread is a list of steps: W x 1 stores, R x a loads into register a, F is a full fence, L m
// and U m lock and unlock. The outcome names registers and final values; `allowed` says under which
// models some run ends so.

import type { Value } from '#env/op';
import { fetch_add, framed, Handle, type Kfn, type Lock, load, lock, store, unlock } from '#env/op';
import type { Scene } from '../../../../src/checker/program/scene.ts';
import {
  type MemoryModel,
  REGISTERS,
  underMemory,
} from '../../../../src/checker/program/store-buffers.ts';

export interface Litmus {
  readonly name: string;
  readonly threads: readonly string[];
  /** Registers, or final values of cells. */
  readonly outcome: Readonly<Record<string, number>>;
  readonly allowed: readonly MemoryModel[];
  /** What it shows. */
  readonly about: string;
}

const test = (
  name: string,
  about: string,
  threads: readonly string[],
  outcome: Readonly<Record<string, number>>,
  ...allowed: MemoryModel[]
): Litmus => ({ name, about, threads, outcome, allowed });

export const litmusTests: readonly Litmus[] = [
  test(
    'SB',
    'store buffering: both loads overtake the stores',
    ['W x 1; R y a', 'W y 1; R x b'],
    { a: 0, b: 0 },
    'tso',
    'pso',
  ),
  test('SB+fences', 'fences drain the buffers', ['W x 1; F; R y a', 'W y 1; F; R x b'], {
    a: 0,
    b: 0,
  }),
  test(
    'SB+locks',
    'a critical section between is enough',
    ['W x 1; L m; U m; R y a', 'W y 1; L m; U m; R x b'],
    { a: 0, b: 0 },
  ),
  test(
    'MP',
    'message passing: the flag overtakes the data',
    ['W x 1; W y 1', 'R y a; R x b'],
    { a: 1, b: 0 },
    'pso',
  ),
  test('MP+fence', 'a fence between data and flag', ['W x 1; F; W y 1', 'R y a; R x b'], {
    a: 1,
    b: 0,
  }),
  test(
    'MP+locks',
    'both sides hold one lock',
    ['L m; W x 1; W y 1; U m', 'L m; R y a; R x b; U m'],
    { a: 1, b: 0 },
  ),
  test(
    'MP+late-flag',
    'the flag follows the critical section and overtakes its release',
    ['L m; W x 1; U m; W y 1', 'R y a; R x b'],
    { a: 1, b: 0 },
    'pso',
  ),
  test(
    'C24',
    'READY follows the section, but the reader looks under the lock',
    ['L m; W x 1; U m; W y 1', 'L m; R y a; R x b; U m'],
    { a: 1, b: 0 },
  ),
  test(
    'C24-early-look',
    'as C24, but the reader looks at READY before it takes the lock',
    ['L m; W x 1; U m; W y 1', 'R y a; L m; R x b; U m'],
    { a: 1, b: 0 },
  ),
  test(
    'C24-no-lock',
    'as C24, but a reader that takes no lock for the state',
    ['L m; W x 1; U m; W y 1', 'R y a; R x b; L m; U m'],
    { a: 1, b: 0 },
    'pso',
  ),
  test(
    'LB',
    'load buffering: no store may overtake a load here',
    ['R x a; W y 1', 'R y b; W x 1'],
    { a: 1, b: 1 },
  ),
  test(
    'S',
    'a store overtaken by another one',
    ['W x 2; W y 1', 'R y a; W x 1'],
    { a: 1, x: 2 },
    'pso',
  ),
  test(
    'R',
    'a load overtakes a store',
    ['W x 1; W y 1', 'W y 2; R x a'],
    { a: 0, y: 2 },
    'tso',
    'pso',
  ),
  test(
    '2+2W',
    'stores in opposite orders',
    ['W x 1; W y 2', 'W y 1; W x 2'],
    { x: 1, y: 1 },
    'pso',
  ),
  test('CoRR', 'two loads of one cell agree with its order', ['W x 1', 'R x a; R x b'], {
    a: 1,
    b: 0,
  }),
  test('CoWR', 'a thread reads its own store or a later one', ['W x 1; R x a', 'W x 2'], { a: 0 }),
  test('WRC', 'causality through a third thread', ['W x 1', 'R x a; W y 1', 'R y b; R x c'], {
    a: 1,
    b: 1,
    c: 0,
  }),
  test(
    'IRIW',
    'two readers agree on the order of two stores',
    ['W x 1', 'W y 1', 'R x a; R y b', 'R y c; R x d'],
    { a: 1, b: 0, c: 1, d: 0 },
  ),
];

type Cells = Record<string, Value>;
const mem = new Handle<Cells>('memory', 'mem');
const regs = new Handle<Cells>(REGISTERS, 'regs');
const fence = new Handle<{ n: number }>('fence', 'fence');

const runSteps = framed('steps', function* (text: string): Kfn<void> {
  for (const step of text.split(/; */)) {
    const [what, where = '', third = ''] = step.split(' ');
    const m: Lock = new Handle('lock', where);
    if (what === 'W') yield* store(mem, where, Number(third));
    if (what === 'R') yield* store(regs, third, yield* load(mem, where));
    if (what === 'F') yield* fetch_add(fence, 'n', 0);
    if (what === 'L') yield* lock(lockOf(m));
    if (what === 'U') yield* unlock(lockOf(m));
  }
});

const locks = new Map<string, Lock>();
function lockOf(m: Lock): Lock {
  const known = locks.get(m.name) ?? m;
  locks.set(m.name, known);
  return known;
}

/** @litmus as a scene under @model, whose rule `outcome` is broken where the outcome occurs. */
export function litmusScene(litmus: Litmus, model: MemoryModel): Scene {
  const cells = [...new Set(litmus.threads.join('; ').match(/[WR] \w+/g) ?? [])];
  const names = [...new Set(cells.map((c) => c.slice(2)))];
  const wanted = Object.entries(litmus.outcome);
  const at = (name: string) => (names.includes(name) ? mem : regs);
  const scene: Scene = {
    name: litmus.name,
    init: [...names.map((n) => [mem, n, 0] as const), [fence, 'n', 0] as const],
    threads: litmus.threads.map((text, i) => ({ name: `P${i}`, fn: runSteps, args: [text] })),
    rules: [
      {
        id: 'outcome',
        events: [],
        reads: [],
        readsAtEnd: [...new Set(wanted.map(([name]) => `${at(name).type}.${name}`))],
        atEnd: (peek) =>
          wanted.every(([name, value]) => peek.get(at(name), name) === value)
            ? { subject: litmus.name, because: litmus.about, facts: litmus.outcome }
            : undefined,
      },
    ],
    signatures: [],
    sometimes: [],
  };
  return underMemory(scene, model);
}
