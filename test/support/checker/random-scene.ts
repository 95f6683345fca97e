// SPDX-License-Identifier: GPL-2.0-only
// Small random programs, each named by its seed: what every strategy is cross-checked on.
//
// A program is a tree of statements over three integer cells, a pointer, two mutexes and a rwsem,
// run by two to four threads that may start more. A statement that computes keeps its result in a
// local (acc); calls run in frames of their own, return or throw. Programs of a second kind start
// threads of a few names again and again, with what they have computed as an argument.
//
//   seed 7   t0: lock m0 { acc = x; y = acc + 1 }      t1: cas x 0 1; if acc == 1 { x = 2 }

import {
  alloc,
  choose,
  cmpxchg,
  defineStruct,
  event,
  fetch_add,
  frame,
  framed,
  free,
  Handle,
  type Kfn,
  type Lock,
  load,
  lock,
  READ_ONCE,
  read_lock,
  read_unlock,
  spawn,
  store,
  trylock,
  unlock,
  type Value,
  WRITE_ONCE,
  wait,
  write_lock,
  write_unlock,
  xchg,
} from '#env/op';
import { randomFrom } from '../../../src/checker/program/random.ts';
import type { Rule, Scene } from '../../../src/checker/program/scene.ts';

type Cells = Record<string, Value>;
type Box = { n: number };

/** A statement of a random program. */
type Stmt =
  | { readonly s: 'load' | 'read_once' | 'add'; readonly cell: string }
  | { readonly s: 'store' | 'write_once' | 'xchg'; readonly cell: string; readonly v: number }
  | { readonly s: 'copy'; readonly cell: string }
  | { readonly s: 'select'; readonly v: number }
  | { readonly s: 'cas'; readonly cell: string; readonly from: number; readonly v: number }
  | { readonly s: 'wait'; readonly cell: string; readonly v: number }
  | { readonly s: 'lock' | 'trylock' | 'read' | 'write'; readonly on: number; readonly body: Body }
  | { readonly s: 'if'; readonly v: number; readonly body: Body; readonly other: Body }
  | { readonly s: 'loop' | 'call' | 'catch' | 'spawn'; readonly body: Body }
  | { readonly s: 'start'; readonly on: number; readonly body: Body }
  | { readonly s: 'throw' | 'choose' | 'event' | 'make' | 'drop' | 'peek' };
type Body = readonly Stmt[];

class Maker {
  private readonly random: () => number;
  private budget = 0;
  private spawns = 1;
  private starts: number;

  /** Of programs that have up to @starts statements which start a thread with an argument. */
  constructor(seed: number, starts = 0) {
    this.random = randomFrom(seed);
    this.starts = starts;
  }

  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  thread(ops: number): Body {
    this.budget = ops;
    return this.body(0);
  }

  private body(depth: number): Body {
    const made: Stmt[] = [];
    const count = 1 + this.below(depth === 0 ? 4 : 2);
    for (let i = 0; i < count && this.budget > 0; i++) made.push(this.stmt(depth));
    return made;
  }

  private stmt(depth: number): Stmt {
    const cell = this.pick(['x', 'y', 'z', 'x', 'y']);
    const v = this.below(3);
    this.budget--;
    if (depth < 2 && this.below(100) < 40) return this.nested(depth, v);
    const kinds = ['load', 'store', 'copy', 'add', 'cas', 'xchg', 'read_once', 'write_once'];
    const rare = ['wait', 'choose', 'event', 'make', 'drop', 'peek', 'event', 'peek'];
    const s = this.pick(this.below(100) < 75 ? kinds : rare);
    return { s, cell, v, from: this.below(2) } as Stmt;
  }

  private nested(depth: number, v: number): Stmt {
    if (this.starts > 0 && this.below(2) === 0) {
      this.starts--;
      const body = this.body(depth + 1);
      return { s: 'start', on: this.below(2), body: [{ s: 'select', v }, ...body] };
    }
    const kinds = ['lock', 'lock', 'trylock', 'read', 'write', 'if', 'loop', 'call', 'catch'];
    let s = this.pick([...kinds, 'spawn', 'throw']);
    if (s === 'spawn' && this.spawns-- <= 0) s = 'call';
    if (s === 'throw' && depth === 0) s = 'call';
    const locks = s === 'lock' || s === 'read' || s === 'write';
    if (locks || s === 'loop') this.budget--;
    const body = this.body(depth + 1);
    const other = s === 'if' ? this.body(depth + 1) : [];
    return { s, on: this.below(2), v, body, other } as Stmt;
  }
}

const mem = new Handle<Cells>('cells', 'mem');
const mutexes: readonly Lock[] = [new Handle('mutex', 'm0'), new Handle('mutex', 'm1')];
const sem: Lock = new Handle('rwsem', 's');
const boxType = defineStruct<Box>('box', { n: 0 });

class Thrown extends Error {}

const runBody = framed('body', function* (body: Body, first: number): Kfn<number> {
  let acc = first;
  for (const stmt of body) acc = yield* runStmt(stmt, acc);
  return acc;
});

function* runStmt(stmt: Stmt, acc: number): Kfn<number> {
  switch (stmt.s) {
    case 'load':
      return (yield* load(mem, stmt.cell)) as number;
    case 'read_once':
      return (yield* READ_ONCE(mem, stmt.cell)) as number;
    case 'add':
      return yield* fetch_add(mem, stmt.cell, 1);
    case 'store':
      yield* store(mem, stmt.cell, stmt.v);
      return acc;
    case 'write_once':
      yield* WRITE_ONCE(mem, stmt.cell, stmt.v);
      return acc;
    case 'copy':
      yield* store(mem, stmt.cell, (acc + 1) % 4);
      return acc;
    case 'select':
      // Which cell that is goes by what was computed before, and in a thread, by who started it.
      yield* store(mem, ['x', 'y', 'z'][acc % 3]!, stmt.v);
      return acc;
    case 'xchg':
      return (yield* xchg(mem, stmt.cell, stmt.v)) as number;
    case 'cas':
      return (yield* cmpxchg(mem, stmt.cell, stmt.from, stmt.v)) as number;
    case 'wait':
      return (yield* wait(mem, stmt.cell, stmt.v === 0 ? 'ne' : 'ge', stmt.v)) as number;
    case 'choose':
      return yield* choose(mem, 2);
    case 'event':
      event('seen', acc);
      return acc;
    case 'throw':
      throw new Thrown('thrown');
    case 'make':
    case 'drop':
    case 'peek':
      return yield* runPointer(stmt.s, acc);
    default:
      return yield* runNested(stmt, acc);
  }
}

function* runPointer(s: 'make' | 'drop' | 'peek', acc: number): Kfn<number> {
  if (s === 'make') {
    const box = yield* alloc(boxType, mem, 'box');
    yield* store(mem, 'p', box);
    return acc;
  }
  const box = (yield* load(mem, 'p')) as Handle<Box> | null;
  if (box === null) return acc;
  if (s === 'peek') return yield* load(box, 'n');
  yield* store(mem, 'p', null);
  yield* free(box);
  return acc;
}

type Nested = Extract<Stmt, { body: Body }>;

function* runNested(stmt: Nested, acc: number): Kfn<number> {
  switch (stmt.s) {
    case 'lock':
    case 'trylock':
    case 'read':
    case 'write':
      return yield* runLocked(stmt.s, stmt.on, stmt.body, acc);
    case 'if':
      return yield* runBody(acc === stmt.v ? stmt.body : stmt.other, acc);
    case 'loop':
      for (let i = 0; i < 2; i++) acc = yield* frame('turn', [i], () => runBody(stmt.body, i));
      return acc;
    case 'call':
      return yield* runBody(stmt.body, acc);
    case 'catch':
      try {
        return yield* runBody(stmt.body, acc);
      } catch (error) {
        if (!(error instanceof Thrown)) throw error;
        return 3;
      }
    case 'start':
      yield* spawn(mem, { name: `child${stmt.on}`, fn: runThread, args: [stmt.body, acc] });
      return acc;
    default:
      yield* spawn(mem, { name: 'child', fn: runThread, args: [stmt.body, 0] });
      return acc;
  }
}

function* runLocked(s: string, on: number, body: Body, acc: number): Kfn<number> {
  const m = mutexes[on]!;
  if (s === 'trylock') {
    if (!(yield* trylock(m))) return 0;
  } else if (s === 'lock') yield* lock(m);
  else if (s === 'read') yield* read_lock(sem);
  else yield* write_lock(sem);
  try {
    return yield* runBody(body, acc);
  } finally {
    if (s === 'read') yield* read_unlock(sem);
    else if (s === 'write') yield* write_unlock(sem);
    else yield* unlock(m);
  }
}

const runThread = framed('thread', function* (body: Body, first: number): Kfn<void> {
  try {
    yield* runBody(body, first);
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
  }
});

/** A rule over two cells, and one over what the threads have reported. */
function rules(pick: number): Rule[] {
  const sum: Rule = {
    id: 'sum-is-not-three',
    events: [],
    reads: ['cells.x', 'cells.y'],
    always(peek) {
      const [x, y] = [peek.get(mem, 'x'), peek.get(mem, 'y')] as [number, number];
      return x + y === 3 ? { subject: 'mem', because: 'x + y is 3', facts: { x, y } } : undefined;
    },
  };
  const order: Rule = {
    id: 'never-one-after-two',
    events: ['seen'],
    reads: [],
    initial: 0,
    onEvent(state, e) {
      const n = e.args[0] as number;
      const bad = state === 2 && n === 1;
      const report = { subject: 'mem', because: 'a 1 was seen after a 2', facts: {} };
      return bad ? { state: n, report } : { state: n };
    },
  };
  return [[], [sum], [order], [sum, order], [], []][pick] ?? [];
}

/** The random program that @seed names. */
export function randomScene(seed: number): Scene {
  const g = new Maker(seed);
  const count = 2 + (g.below(10) < 5 ? 0 : g.below(10) < 7 ? 1 : 2);
  const ops = [0, 0, 9, 6, 4][count]!;
  const bodies = Array.from({ length: count }, () => g.thread(2 + g.below(ops)));
  return sceneOf(`random(${seed})`, bodies, g);
}

/** The random program that @seed names, of those that start threads with arguments. */
export function randomSpawningScene(seed: number): Scene {
  const g = new Maker(seed, 3);
  return sceneOf(`spawning(${seed})`, [g.thread(4 + g.below(3)), g.thread(2 + g.below(3))], g);
}

/** A program in which no thread reports anything has no event to hear. */
function watched(list: readonly Rule[]): Pick<Scene, 'rules' | 'mayLack'> {
  return { rules: list, mayLack: list.flatMap((rule) => rule.events) };
}

function sceneOf(name: string, bodies: readonly Body[], g: Maker): Scene {
  const threads = bodies.map((body, i) => ({ name: `t${i}`, fn: runThread, args: [body, 0] }));
  const init = ['x', 'y', 'z'].map((n) => [mem, n, 0] as const);
  return {
    name,
    init: [...init, [mem, 'p', null] as const],
    threads,
    ...watched(rules(g.below(6))),
    signatures: [],
    sometimes: [],
  };
}
