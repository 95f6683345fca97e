// SPDX-License-Identifier: GPL-2.0-only
// Small programs whose number of classes is known from the literature or from brute force.

import {
  cmpxchg,
  defineStruct,
  fetch_add,
  framed,
  Handle,
  type Kfn,
  type Lock,
  load,
  lock,
  repeat,
  store,
  type ThreadBody,
  trylock,
  unlock,
  type Value,
} from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';

/** Shared integers: every field is one cell. */
export type Cells = Record<string, Value>;

export const cells = (name = 'mem'): Handle<Cells> => new Handle<Cells>('cells', name);
export const mutex = (name: string): Lock => new Handle('mutex', name);

export const counterType = defineStruct<{ n: number }>('counter', { n: 0 });

/** A thread body; args must be what tells apart two threads that share code. */
export function thread(
  name: string,
  fn: (...args: never[]) => Kfn<unknown>,
  ...args: readonly unknown[]
): ThreadBody {
  return { name, fn, args };
}

/** A scene, without rules unless told. */
export function scene(
  name: string,
  init: readonly (readonly [Handle, string, Value])[],
  threads: readonly ThreadBody[],
  rules: Scene['rules'] = [],
): Scene {
  return { name, init, threads, rules, signatures: [], sometimes: [] };
}

type Mem = Handle<Cells>;
const zero = (mem: Mem, ...names: string[]): (readonly [Handle, string, Value])[] =>
  names.map((n) => [mem, n, 0] as const);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export const writer = framed('writer', function* (m: Mem, f: string, v: number): Kfn<void> {
  yield* store(m, f, v);
});
export const reader = framed('reader', function* (m: Mem, f: string): Kfn<void> {
  yield* load(m, f);
});

/** One writer, n readers of the same cell: 2^n. */
export function readers(n: number, writerLast = false): Scene {
  const m = cells();
  const rs = range(n).map((i) => thread(`r${i}`, reader, m, 'x'));
  const w = thread('w', writer, m, 'x', 1);
  return scene(`readers(${n})`, zero(m, 'x'), writerLast ? [...rs, w] : [w, ...rs]);
}

const readerPrivate = framed('reader_private', function* (m: Mem, own: string): Kfn<void> {
  yield* load(m, own);
  yield* load(m, 'x');
});

/** readers, where each reader first reads a cell of its own. */
export function readersPrivate(n: number): Scene {
  const m = cells();
  const own = range(n).map((i) => `p${i}`);
  return scene(`readersPrivate(${n})`, zero(m, 'x', ...own), [
    thread('w', writer, m, 'x', 1),
    ...own.map((p, i) => thread(`r${i}`, readerPrivate, m, p)),
  ]);
}

/** n threads write x: n!. */
export function writers(n: number): Scene {
  const m = cells();
  return scene(
    `writers(${n})`,
    zero(m, 'x'),
    range(n).map((i) => thread(`w${i}`, writer, m, 'x', i + 1)),
  );
}

const lastzeroScan = framed('lastzero_scan', function* (m: Mem, n: number): Kfn<void> {
  for (let i = n; (yield* load(m, `a${i}`)) !== 0; ) i--;
});
const lastzeroSet = framed('lastzero_set', function* (m: Mem, j: number): Kfn<void> {
  const v = (yield* load(m, `a${j - 1}`)) as number;
  yield* store(m, `a${j}`, v + 1);
});

/** POPL'14 lastzero: (n+3) 2^(n-2). */
export function lastzero(n: number): Scene {
  const m = cells();
  return scene(`lastzero(${n})`, zero(m, ...range(n + 1).map((i) => `a${i}`)), [
    thread('scan', lastzeroScan, m, n),
    ...range(n).map((i) => thread(`t${i + 1}`, lastzeroSet, m, i + 1)),
  ]);
}

const indexerBody = framed('indexer', function* (m: Mem, t: number): Kfn<void> {
  for (let i = 0; i < 4; i++) {
    const w = 11 * i + t;
    let h = (7 * w) % 128;
    while ((yield* cmpxchg(m, `h${h}`, 0, w + 1)) !== 0) h = (h + 1) % 128;
  }
});

/** POPL'14 indexer: 8^(n-11) from 11 threads on. */
export function indexer(n: number): Scene {
  const m = cells();
  return scene(
    `indexer(${n})`,
    zero(m, ...range(128).map((i) => `h${i}`)),
    range(n).map((t) => thread(`t${t}`, indexerBody, m, t)),
  );
}

const inodeLocks = range(32).map((i) => mutex(`I${i}`));
const blockLocks = range(26).map((i) => mutex(`B${i}`));
const filesystemBody = framed('filesystem', function* (m: Mem, t: number): Kfn<void> {
  const i = t % 32;
  yield* lock(inodeLocks[i]!);
  if ((yield* load(m, `inode${i}`)) === 0) {
    for (let b = (2 * i) % 26; ; b = (b + 1) % 26) {
      yield* lock(blockLocks[b]!);
      if ((yield* load(m, `busy${b}`)) === 0) {
        yield* store(m, `busy${b}`, 1);
        yield* store(m, `inode${i}`, b + 1);
        yield* unlock(blockLocks[b]!);
        break;
      }
      yield* unlock(blockLocks[b]!);
    }
  }
  yield* unlock(inodeLocks[i]!);
});

/** POPL'14 filesystem: 2^(n-13) from 13 threads on. */
export function filesystem(n: number): Scene {
  const m = cells();
  const names = [...range(32).map((i) => `inode${i}`), ...range(26).map((i) => `busy${i}`)];
  return scene(
    `filesystem(${n})`,
    zero(m, ...names),
    range(n).map((t) => thread(`t${t}`, filesystemBody, m, t)),
  );
}

const addAll = framed('add_all', function* (m: Mem, names: string): Kfn<void> {
  for (const n of names) yield* fetch_add(m, n, 1);
});

/** n threads add 1 to each cell named: (n!)^cells. ainc, binc, cinc of the literature. */
export function addInc(n: number, names: string): Scene {
  const m = cells();
  return scene(
    `inc[${names}](${n})`,
    zero(m, ...names),
    range(n).map((i) => thread(`t${i}`, addAll, m, names)),
  );
}

const readWrite = framed('read_write', function* (m: Mem, own: number, id: boolean): Kfn<void> {
  const r = (yield* load(m, 'x')) as number;
  yield* store(m, 'x', id ? own : r + 2 ** own);
});

/** n threads read x and then write it: (n!)^2. */
export function inc(n: number, ownId = false): Scene {
  const m = cells();
  return scene(
    `${ownId ? 'rw' : 'inc'}(${n})`,
    zero(m, 'x'),
    range(n).map((i) => thread(`t${i}`, readWrite, m, i + 1, ownId)),
  );
}

const casOnce = framed('cas_once', function* (m: Mem, from: number, to: number): Kfn<void> {
  yield* cmpxchg(m, 'x', from, to);
});

/** Thread i of 1..n moves x from i-1 to i, if it is there. */
export function casrot(n: number): Scene {
  const m = cells();
  return scene(
    `casrot(${n})`,
    zero(m, 'x'),
    range(n).map((i) => thread(`t${i + 1}`, casOnce, m, i, i + 1)),
  );
}

/** One thread writes 2, n threads move x from 2 to 3. */
export function wcas(n: number): Scene {
  const m = cells();
  return scene(`wcas(${n})`, zero(m, 'x'), [
    thread('w', writer, m, 'x', 2),
    ...range(n).map((i) => thread(`t${i}`, casOnce, m, 2, 3)),
  ]);
}

/** One thread writes x, n threads add to it: (n+1)!. */
export function wainc(n: number): Scene {
  const m = cells();
  return scene(`wainc(${n})`, zero(m, 'x'), [
    thread('w', writer, m, 'x', 1),
    ...range(n).map((i) => thread(`t${i}`, addAll, m, 'x')),
  ]);
}

/** n+1 threads write x, one reads it: (n+2)!. */
export function nWriters(n: number): Scene {
  const m = cells();
  return scene(`n-writers(${n})`, zero(m, 'x'), [
    ...range(n + 1).map((i) => thread(`w${i}`, writer, m, 'x', i + 1)),
    thread('r', reader, m, 'x'),
  ]);
}

const m0 = mutex('m');
const lockedInc = framed('locked_inc', function* (m: Mem, names: string): Kfn<void> {
  yield* lock(m0);
  for (const n of names) {
    const r = (yield* load(m, n)) as number;
    yield* store(m, n, r + 1);
  }
  yield* unlock(m0);
});

/** n threads increment the cells named under one lock: n!. */
export function lockInc(n: number, names = 'x'): Scene {
  const m = cells();
  return scene(
    `lock${names.length === 1 ? '' : names.length}inc(${n})`,
    zero(m, ...names),
    range(n).map((i) => thread(`t${i}`, lockedInc, m, names)),
  );
}

const dine = framed('dine', function* (first: Lock, second: Lock): Kfn<void> {
  yield* lock(first);
  yield* lock(second);
  yield* unlock(second);
  yield* unlock(first);
});

/** Philosophers that eat once; `ordered` takes the fork with the lower number first. */
export function philosophers(n: number, ordered = false): Scene {
  const forks = range(n).map((i) => mutex(`f${i}`));
  const seat = (i: number): ThreadBody => {
    const [a, b] = [i, (i + 1) % n];
    const swap = ordered && b < a;
    return thread(`p${i}`, dine, forks[swap ? b : a], forks[swap ? a : b]);
  };
  return scene(`philosophers${ordered ? '-ordered' : ''}(${n})`, [], range(n).map(seat));
}

const dineForever = framed(
  'dine_forever',
  (first: Lock, second: Lock): Kfn<void> =>
    repeat('turn', [], function* (): Kfn<[]> {
      yield* dine(first, second);
      return [];
    }),
);

/** Philosophers that eat for ever, left fork first. */
export function philosophersLooping(n: number): Scene {
  const forks = range(n).map((i) => mutex(`f${i}`));
  return scene(
    `philosophers-looping(${n})`,
    [],
    range(n).map((i) => thread(`p${i}`, dineForever, forks[i], forks[(i + 1) % n])),
  );
}

const tryInc = framed('try_inc', function* (m: Mem): Kfn<void> {
  if (!(yield* trylock(m0))) return;
  const r = (yield* load(m, 'x')) as number;
  yield* store(m, 'x', r + 1);
  yield* unlock(m0);
});

/** n threads increment x if they get the lock at once. */
export function trylockUnlock(n: number): Scene {
  const m = cells();
  return scene(
    `trylock_unlock(${n})`,
    zero(m, 'x'),
    range(n).map((i) => thread(`t${i}`, tryInc, m)),
  );
}

/** The example of POPL'14, section 2: 5 classes. */
export function poplExample(): Scene {
  const m = cells();
  const c = framed('c', function* (): Kfn<void> {
    if ((yield* load(m, 'y')) === 0) yield* store(m, 'z', 1);
  });
  const d = framed('d', function* (): Kfn<void> {
    if ((yield* load(m, 'z')) === 1 && (yield* load(m, 'y')) === 0) yield* store(m, 'x', 2);
  });
  return scene('popl-example', zero(m, 'x', 'y', 'z'), [
    thread('a', writer, m, 'x', 1),
    thread('b', writer, m, 'y', 1),
    thread('c', c),
    thread('d', d),
  ]);
}

/** Concuerror's sleeping_races_6: 10 classes. */
export function sleepingRaces6(): Scene {
  const m = cells();
  const p4 = framed('p4', function* (): Kfn<void> {
    yield* load(m, 'y');
    yield* store(m, 'z', 1);
  });
  const p5 = framed('p5', function* (): Kfn<void> {
    for (const n of 'yzx') if ((yield* load(m, n)) === 0) return;
    yield* load(m, 'w');
  });
  return scene('sleeping_races_6', zero(m, 'w', 'x', 'y', 'z'), [
    ...['w', 'x', 'y'].map((n) => thread(`write_${n}`, writer, m, n, 1)),
    thread('p4', p4),
    thread('p5', p5),
  ]);
}

/** Store buffering with an empty critical section between: 4 classes. */
export function sbLocks(): Scene {
  const m = cells();
  const half = framed('half', function* (mine: string, other: string): Kfn<void> {
    yield* store(m, mine, 1);
    yield* lock(m0);
    yield* unlock(m0);
    yield* load(m, other);
  });
  return scene('sb+locks', zero(m, 'x', 'y'), [
    thread('p0', half, 'y', 'x'),
    thread('p1', half, 'x', 'y'),
  ]);
}

/** Two locks taken in opposite orders: 2 complete classes and a deadlock. */
export function abba(): Scene {
  const [a, b] = [mutex('a'), mutex('b')];
  return scene('ab/ba', [], [thread('p0', dine, a, b), thread('p1', dine, b, a)]);
}
