// SPDX-License-Identifier: GPL-2.0-only
// Programs on which GenMC counts its executions under sequential consistency, told anew.

import { framed, type Kfn, load, repeat, store, wait } from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { cells, scene, thread } from './families.ts';

const m = cells();
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A thread that does what is written: `x` reads x, `x=1` writes it. */
const script = framed('script', function* (text: string): Kfn<void> {
  for (const access of text.split(' ')) {
    const [cell = '', value] = access.split('=');
    if (value === undefined) yield* load(m, cell);
    else yield* store(m, cell, Number(value));
  }
});

function scripts(name: string, names: string, ...texts: readonly string[]): Scene {
  const init = [...names].map((n) => [m, n, 0] as const);
  return scene(
    name,
    init,
    texts.map((text, i) => thread(`t${i + 1}`, script, text)),
  );
}

/** Two writers of two cells each, `a=1 b=1 a=2 ...`, and two readers of all four. */
function big(name: string, long: string, short: string): Scene {
  const writer = (a: string, b: string) => [1, 2, 3].map((i) => `${a}=${i} ${b}=${i}`).join(' ');
  return scripts(name, 'xyzw', long, short, writer('x', 'y'), writer('z', 'w'));
}

/** GenMC's big0: ten reads, twelve writes. */
export const big0 = (): Scene => big('big0', 'x y z w x y z', 'x y z');

/** GenMC's big1: fourteen reads. */
export const big1 = (): Scene => big('big1', 'x y z w x y z w', 'x y z w x y');

/** GenMC's big2: two readers, and two writers that meet in every cell. */
export function big2(): Scene {
  const writer = (a: number, b: number) => `x=${a} y=${a} z=${a} x=${b} y=${b} z=${b}`;
  return scripts('big2', 'xyz', 'x y z x y', 'x y z x', writer(1, 2), writer(3, 4));
}

/** Each publishes one of two cells, reads the other @n times, adds 3 to the one published now. */
export function sharedPtr(n: number): Scene {
  const body = framed('shared_ptr', function* (mine: string, other: string): Kfn<void> {
    yield* store(m, 'p', mine);
    for (const _ of range(n)) yield* load(m, other);
    const at = (yield* load(m, 'p')) as string;
    yield* store(m, at, ((yield* load(m, at)) as number) + 3);
  });
  const init = [
    [m, 'x', 3],
    [m, 'y', 4],
    [m, 'p', null],
  ] as const;
  return scene(`SharedPtr(${n})`, init, [
    thread('t1', body, 'y', 'x'),
    thread('t2', body, 'x', 'y'),
  ]);
}

/**
 * Two threads stamp x and read it back until each has found its own stamp @n times, or @turns times
 * in all: there GenMC cuts the loop, and counts the execution.
 */
export function commits(n: number, turns: number): Scene {
  const body = framed('commits', function* (me: number): Kfn<void> {
    let done = 0;
    for (const _ of range(turns)) {
      if (done >= ((yield* load(m, 'n')) as number)) return;
      yield* store(m, 'x', me);
      if ((yield* load(m, 'x')) === me) done++;
    }
  });
  const init = [
    [m, 'n', n],
    [m, 'x', 0],
  ] as const;
  return scene(`commits(${n})`, init, [thread('t1', body, 1), thread('t2', body, 2)]);
}

/** Two threads sieve the same @n numbers. */
export function eratosthenes(n: number): Scene {
  const body = framed('sieve', function* (): Kfn<void> {
    for (const i of range(n)) {
      if ((yield* load(m, `a${i}`)) !== 0) continue;
      yield* store(m, `a${i}`, 1);
      for (let j = 2 * i + 2; j < n; j += i + 2) yield* store(m, `a${j}`, 2);
    }
  });
  const init = range(n).map((i) => [m, `a${i}`, 0] as const);
  return scene(`eratosthenes(${n})`, init, [thread('t1', body), thread('t2', body)]);
}

/** One writes data and a flag, one looks at the flag up to @looks times and then at the data. */
export function publish(looks: number): Scene {
  const reader = framed('publish_reader', function* (): Kfn<void> {
    for (const _ of range(looks)) {
      if ((yield* load(m, 'f')) === 0) continue;
      yield* load(m, 'x');
      return;
    }
  });
  const init = [...'xf'].map((name) => [m, name, 0] as const);
  return scene(`publish(${looks})`, init, [
    thread('writer', script, 'x=42 f=1'),
    thread('reader', reader),
  ]);
}

/** Sleep until the cell is 0; @assume: look once, and be stuck where it is not. */
function* awaitZero(name: string, assume: boolean): Kfn<void> {
  if (!assume) yield* wait(m, name, 'eq', 0);
  else if ((yield* load(m, name)) !== 0) yield* wait(m, 'never', 'eq', 1);
}

/**
 * Lamport's fast mutex (TOCS 1987, algorithm 2), which @n threads take once each. GenMC looks and
 * gives up the execution (@assume), so that coming to look can cost a preemption. A thread that
 * sleeps costs none, and no run is given up; the complete ones are the same.
 */
export function lamport(n: number, assume = false): Scene {
  const ids = range(n).map((i) => i + 1);
  const body = framed('lamport', function* (me: number): Kfn<void> {
    yield* repeat('try', [], function* (): Kfn<[] | null> {
      yield* store(m, `b${me}`, 1);
      yield* store(m, 'x', me);
      if ((yield* load(m, 'y')) !== 0) {
        yield* store(m, `b${me}`, 0);
        yield* awaitZero('y', assume);
        return [];
      }
      yield* store(m, 'y', me);
      if ((yield* load(m, 'x')) === me) return null;
      yield* store(m, `b${me}`, 0);
      for (const j of ids) yield* awaitZero(`b${j}`, assume);
      if ((yield* load(m, 'y')) === me) return null;
      yield* awaitZero('y', assume);
      return [];
    });
    yield* store(m, 'y', 0);
    yield* store(m, `b${me}`, 0);
  });
  const names = ['x', 'y', 'never', ...ids.map((i) => `b${i}`)];
  const init = names.map((name) => [m, name, 0] as const);
  return scene(
    `lamport${assume ? '-assume' : ''}(${n})`,
    init,
    ids.map((i) => thread(`t${i}`, body, i)),
  );
}
