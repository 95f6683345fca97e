// SPDX-License-Identifier: GPL-2.0-only
// Random small programs, as data.
//
// A program is a list of threads, each a list of statements over registers that live in a frame.
// Everything is drawn from a seed, so that a failing program has a number.

/** One statement; registers are named by number. */
export type Statement =
  | { readonly do: 'load'; readonly cell: number; readonly to: number }
  | { readonly do: 'store'; readonly cell: number; readonly from: number }
  | { readonly do: 'put'; readonly cell: number; readonly value: number }
  | { readonly do: 'add'; readonly cell: number; readonly to: number }
  | { readonly do: 'cas'; readonly cell: number; readonly expect: number; readonly value: number }
  | { readonly do: 'xchg'; readonly cell: number; readonly value: number; readonly to: number }
  | Locked
  | { readonly do: 'take' | 'give'; readonly lock: number }
  | { readonly do: 'if'; readonly reg: number; readonly body: readonly Statement[] }
  | { readonly do: 'call'; readonly fn: number; readonly to: number; readonly args: boolean }
  | { readonly do: 'loop'; readonly cell: number; readonly turns: number }
  | { readonly do: 'spawn'; readonly fn: number; readonly arg?: number }
  | {
      readonly do: 'own';
      readonly how: Hold;
      readonly obj: number;
      readonly body: readonly Statement[];
    }
  | { readonly do: 'free' | 'touch'; readonly obj: number }
  | { readonly do: 'await'; readonly obj: number; readonly value: number }
  | { readonly do: 'times'; readonly count: number; readonly body: readonly Statement[] }
  | { readonly do: 'wait'; readonly cell: number; readonly value: number; readonly ge: boolean }
  | { readonly do: 'choose'; readonly to: number }
  | { readonly do: 'new'; readonly to: number }
  | { readonly do: 'publish' | 'fetch' | 'delete' | 'peek' | 'poke'; readonly reg: number }
  | { readonly do: 'event'; readonly reg: number }
  | { readonly do: 'return' | 'throw'; readonly reg: number };

/** How the lock of an object is held; `keep` never gives it back. */
export type Hold = 'lock' | 'try' | 'read' | 'write' | 'keep';

/** Statements under a lock. */
export interface Locked {
  readonly do: 'lock' | 'try' | 'read' | 'write';
  /** Which mutex; of no meaning for the rwsem. */
  readonly lock: number;
  readonly body: readonly Statement[];
}

/** A drawn program. */
export interface Drawn {
  readonly threads: readonly (readonly Statement[])[];
  readonly functions: readonly (readonly Statement[])[];
  /** Threads that go round for ever, unless they return. */
  readonly forever?: readonly boolean[];
}

/** Numbers from a seed. */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  }
  below(n: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % n;
  }
}

/** The first of the cells that one thread alone touches, two for each. */
const OWN = 4;

const SIMPLE = ['load', 'load', 'store', 'put', 'put', 'put', 'add', 'cas', 'xchg'] as const;
const NESTED = ['lock', 'lock', 'lock', 'try', 'read', 'write', 'if'] as const;
const SPECIAL = ['call', 'call', 'loop', 'wait', 'choose', 'event', 'event'] as const;
const HEAP = ['new', 'publish', 'fetch', 'delete', 'peek', 'poke'] as const;

export const FLAVOURS = ['mixed', 'heap', 'frames', 'readers', 'sleepers', 'rules'] as const;
/** What a program is about; each finds other faults. The last three come only where asked for. */
export type Flavour = (typeof FLAVOURS)[number] | 'spawners' | 'owners' | 'chains';

const list = (...body: readonly Statement[]): readonly Statement[] => body;

/** Whole statements of each flavour, of which its programs are mostly made. */
function recipes(flavour: Flavour, random: Random): readonly Statement[] {
  // Rules look at x and y: only z is invisible.
  const cell = [0, 1, 2, 2][random.below(4)]!;
  const value = 1 + random.below(2);
  const reg = random.below(2);
  const lock = random.below(2);
  const put: Statement = { do: 'put', cell, value };
  const get: Statement = { do: 'load', cell, to: reg };
  const show: Statement = { do: 'event', reg };
  switch (flavour) {
    case 'heap': {
      const use: Statement = { do: random.below(2) === 0 ? 'poke' : 'peek', reg };
      const kind = random.below(5);
      if (kind === 0) return list({ do: 'new', to: reg }, { do: 'publish', reg }, use);
      if (kind === 1) return list({ do: 'fetch', reg }, { do: 'delete', reg });
      if (kind === 2) return list({ do: 'new', to: reg }, use, { do: 'publish', reg });
      if (kind === 3) return list({ do: 'fetch', reg }, use);
      return list({ do: 'lock', lock: 0, body: list({ do: 'fetch', reg }, use) });
    }
    case 'frames': {
      const call: Statement = { do: 'call', fn: random.below(2), to: reg, args: false };
      const then: Statement = { do: 'if', reg: random.below(2), body: list(put) };
      if (random.below(3) === 0) return list(put);
      return list(call, random.below(2) === 0 ? then : { do: 'store', cell, from: reg });
    }
    case 'readers': {
      const how = (['read', 'write', 'read', 'try', 'read'] as const)[random.below(5)]!;
      const body = random.below(2) === 0 ? list(put) : list(get, { do: 'put', cell, value: 1 });
      return list({ do: how, lock, body });
    }
    case 'sleepers':
      if (random.below(3) > 0) return list(random.below(2) === 0 ? put : get);
      return list({ do: 'lock', lock, body: list(random.below(2) === 0 ? put : get) });
    case 'rules':
      return random.below(2) === 0 ? list(get, show) : list(put);
    default:
      return list(random.below(2) === 0 ? put : get);
  }
}

/** Draw a program with about @size statements in each of its threads. */
export function draw(seed: number, size: number, only?: Flavour): Drawn {
  if (only === 'spawners') return drawSpawning(seed, size);
  if (only === 'owners') return drawOwning(seed, size);
  if (only === 'chains') return drawChained(seed);
  const random = new Random(seed);
  const flavour = only ?? FLAVOURS[seed % FLAVOURS.length]!;
  const threads =
    2 +
    (random.below(flavour === 'sleepers' ? 2 : 4) === 0 ? 1 : 0) +
    (random.below(16) === 0 ? 1 : 0);
  const block = (length: number, depth: number, inCall: boolean): Statement[] => {
    const made: Statement[] = [];
    for (let i = 0; i < length; i++) made.push(...statement(depth, inCall));
    return made;
  };
  const statement = (depth: number, inCall: boolean): Statement[] => {
    const kind = random.below(12);
    if (flavour === 'heap' && kind < 3) return heap();
    if (flavour !== 'mixed' && !inCall && kind < 9) return recipes(flavour, random).slice();
    if (kind < 6) return [simple()];
    if (kind < 9 && depth > 0) {
      const body = block(1 + random.below(2), depth - 1, inCall);
      const what = NESTED[random.below(NESTED.length)]!;
      if (what === 'if') return [{ do: 'if', reg: random.below(2), body }];
      return [{ do: what, lock: random.below(2), body }];
    }
    if (inCall && kind === 11) {
      return [{ do: random.below(3) === 0 ? 'throw' : 'return', reg: random.below(2) }];
    }
    return inCall ? [simple()] : [special()];
  };
  const simple = (): Statement => {
    const what = SIMPLE[random.below(SIMPLE.length)]!;
    const cell = random.below(3);
    const value = random.below(3);
    const to = random.below(2);
    if (what === 'load' || what === 'add') return { do: what, cell, to };
    if (what === 'store') return { do: what, cell, from: to };
    if (what === 'put') return { do: what, cell, value };
    if (what === 'cas') return { do: what, cell, expect: random.below(2), value };
    return { do: what, cell, value, to };
  };
  const heap = (): Statement[] => {
    const reg = random.below(2);
    const what = HEAP[random.below(HEAP.length)]!;
    if (what === 'new')
      return [
        { do: 'new', to: reg },
        { do: 'poke', reg },
      ];
    if (what === 'publish' || random.below(4) === 0) return [{ do: what, reg }];
    return [
      { do: 'fetch', reg },
      { do: what, reg },
    ];
  };
  const special = (): Statement => {
    const what = SPECIAL[random.below(SPECIAL.length)]!;
    const cell = random.below(3);
    if (what === 'call') {
      if (random.below(6) === 0) return { do: 'spawn', fn: random.below(2) };
      return { do: what, fn: random.below(2), to: random.below(2), args: random.below(2) === 0 };
    }
    if (what === 'loop') return { do: what, cell, turns: random.below(3) };
    if (what === 'wait') return { do: what, cell, value: random.below(3), ge: random.below(2) > 0 };
    if (what === 'choose') return { do: what, to: random.below(2) };
    return { do: 'event', reg: random.below(2) };
  };
  const ending = (): readonly Statement[] => {
    if (flavour !== 'frames') return [];
    // Throws or returns the same value, as memory says.
    const get: Statement = { do: 'load', cell: random.below(3), to: 1 };
    const out: Statement = { do: 'if', reg: 1, body: list({ do: 'throw', reg: 0 }) };
    const kept: Statement = { do: 'try', lock: 0, body: list({ do: 'throw', reg: 1 }) };
    return [get, [out, kept, get][random.below(3)]!, { do: 'return', reg: random.below(2) }];
  };
  const functions = [
    [...block(1 + random.below(3), 1, true), ...ending()],
    [...block(1 + random.below(2), 0, true), ...ending()],
  ];
  return {
    functions,
    threads: Array.from({ length: threads }, () => block(1 + random.below(size), 2, false)),
  };
}

/** Draw a program whose threads may go on for ever, in a state graph that closes. */
export function drawCyclic(seed: number, size: number): Drawn {
  const random = new Random(seed);
  const cells = 2 + random.below(2);
  const statement = (depth: number): Statement => {
    const cell = random.below(cells);
    // Rules look for 2; what is not 0 lets an `if` go on.
    const [value, to] = [[0, 1, 2, 2][random.below(4)]!, random.below(2)];
    const kind = random.below(depth === 0 ? 8 : 12);
    if (kind < 2) return { do: 'load', cell, to };
    if (kind < 5) return { do: 'put', cell, value };
    if (kind === 5) return { do: 'cas', cell, expect: random.below(2), value };
    if (kind === 6) return { do: 'xchg', cell, value, to };
    if (kind === 7) {
      if (random.below(3) > 0) return { do: 'event', reg: to };
      return { do: 'wait', cell, value, ge: random.below(2) > 0 };
    }
    if (kind === 8) return { do: 'if', reg: to, body: list({ do: 'return', reg: to }) };
    const body = Array.from({ length: 1 + random.below(2) }, () => statement(depth - 1));
    if (kind === 9) return { do: 'if', reg: to, body };
    const how = (['lock', 'lock', 'try', 'read', 'write'] as const)[random.below(5)]!;
    return { do: how, lock: random.below(2), body };
  };
  // Each turn does an Op at least.
  const first = (): Statement => ({ do: 'load', cell: random.below(cells), to: random.below(2) });
  const threads = Array.from({ length: 2 + random.below(2) }, () => [
    ...(random.below(3) > 0 ? [first()] : list({ do: 'put', cell: 0, value: random.below(3) })),
    ...Array.from({ length: random.below(size) }, () => statement(1)),
  ]);
  return { threads, functions: [], forever: threads.map(() => random.below(3) > 0) };
}

/**
 * Draw a program that starts threads: with arguments that go by what was read or chosen, several of
 * one name, from loops and from threads that were started themselves.
 */
function drawSpawning(seed: number, size: number): Drawn {
  const random = new Random(seed);
  const cell = (): number => [0, 1, 2, 2][random.below(4)]!;
  const put = (): Statement => ({ do: 'put', cell: cell(), value: random.below(3) });
  /** What a thread does with register 0, its argument: a number or a pointer. */
  const use = (): Statement => {
    const kind = random.below(6);
    if (kind === 0) return { do: 'peek', reg: 0 };
    if (kind === 1) return { do: 'poke', reg: 0 };
    if (kind === 2) return { do: 'if', reg: 0, body: list(put()) };
    if (kind === 3) return { do: 'event', reg: 0 };
    return random.below(2) === 0 ? put() : { do: 'store', cell: cell(), from: 0 };
  };
  const start = (fn: number): Statement => {
    const what: Statement = random.below(5) > 0 ? { do: 'spawn', fn, arg: 0 } : { do: 'spawn', fn };
    if (random.below(4) > 0) return what;
    return { do: 'times', count: 2, body: random.below(2) === 0 ? list(what) : list(what, put()) };
  };
  /** Something in register 0. */
  const get = (): readonly Statement[] => {
    const kind = random.below(8);
    if (kind === 0) return list({ do: 'choose', to: 0 });
    if (kind === 1) return list({ do: 'new', to: 0 });
    if (kind === 2) return list({ do: 'fetch', reg: 0 });
    if (kind === 3) return list({ do: 'new', to: 0 }, { do: 'publish', reg: 0 });
    return list({ do: random.below(3) === 0 ? 'add' : 'load', cell: cell(), to: 0 });
  };
  const parent = (): readonly Statement[] => {
    const made: Statement[] = [...get(), start(random.below(2))];
    for (let more = random.below(size - 1); more > 0; more--) {
      const kind = random.below(6);
      if (kind === 0) made.push(...get());
      else if (kind === 1) made.push(start(random.below(2)));
      else if (kind === 2) made.push({ do: 'delete', reg: 0 });
      else if (kind === 3) made.push({ do: 'lock', lock: 0, body: list(use()) });
      else made.push(use());
    }
    return made;
  };
  const other = (): readonly Statement[] => {
    const makeUse = (): Statement => (random.below(3) === 0 ? use() : put());
    const made = [...get(), ...Array.from({ length: 1 + random.below(2) }, makeUse)];
    return random.below(3) === 0 ? list({ do: 'lock', lock: 0, body: made }) : made;
  };
  const child = random.below(3) === 0 ? list(use(), start(1)) : list(use());
  const grandchild = random.below(2) === 0 ? list(use()) : list(use(), use());
  return {
    functions: [child, grandchild],
    threads: [parent(), random.below(4) === 0 ? parent() : other()],
  };
}

/**
 * Draw a program over objects that are freed while others hold their locks, wait for these, or wait
 * for what is in them.
 */
function drawOwning(seed: number, size: number): Drawn {
  const random = new Random(seed);
  const objects = 1 + random.below(2);
  const obj = (): number => random.below(objects);
  const plain = (): Statement => {
    const [cell, value] = [random.below(3), random.below(3)];
    if (random.below(3) === 0) return { do: 'touch', obj: obj() };
    if (random.below(3) === 0) return { do: 'load', cell, to: 0 };
    return random.below(4) === 0 ? { do: 'event', reg: 0 } : { do: 'put', cell, value };
  };
  const owning = (): Statement => {
    const how = (['lock', 'lock', 'lock', 'try', 'read', 'read', 'write', 'keep'] as const)[
      random.below(8)
    ]!;
    const inside = (): Statement => {
      if (random.below(5) === 0) return { do: 'free', obj: obj() };
      return random.below(6) === 0 ? { do: 'await', obj: obj(), value: 1 } : plain();
    };
    const body = Array.from({ length: random.below(3) }, inside);
    return { do: 'own', how, obj: obj(), body };
  };
  const statement = (): Statement => {
    const kind = random.below(10);
    if (kind < 4) return owning();
    if (kind < 6) return { do: 'free', obj: obj() };
    if (kind === 6) return { do: 'await', obj: obj(), value: random.below(2) };
    if (kind === 7) return { do: 'if', reg: 0, body: list(owning()) };
    return kind === 8 ? { do: 'choose', to: 0 } : plain();
  };
  /** May keep the lock of object 0; that its caller does not remember. */
  const keep: readonly Statement[] = [
    random.below(2) === 0 ? { do: 'choose', to: 0 } : { do: 'load', cell: 2, to: 0 },
    { do: 'if', reg: 0, body: list({ do: 'own', how: 'keep', obj: 0, body: [] }) },
  ];
  const leak = (): readonly Statement[] =>
    list({ do: 'call', fn: 0, to: 1, args: false }, { do: 'free', obj: 0 });
  const thread = (): readonly Statement[] => [
    ...(random.below(5) === 0 ? leak() : []),
    ...Array.from({ length: 1 + random.below(size - 1) }, statement),
  ];
  const count = random.below(3) === 0 ? 3 : 2;
  return { functions: [keep], threads: Array.from({ length: count }, thread) };
}

/**
 * Draw a program whose threads hold two locks at once, and give either back first. Most take them
 * in one order, so that there is no deadlock. What a thread reads it puts where nobody else looks.
 */
function drawChained(seed: number): Drawn {
  const random = new Random(seed);
  const count = random.below(4) === 0 ? 2 : 3;
  const thread = (_: unknown, t: number): readonly Statement[] => {
    let out = OWN + 2 * t;
    const plain = (most: number): Statement[] => {
      if (random.below(3) >= most) return [];
      const cell = 2 + random.below(2);
      if (random.below(2) === 0 || out === OWN + 2 * t + 2) return [{ do: 'put', cell, value: 1 }];
      return [
        { do: 'load', cell, to: 0 },
        { do: 'store', cell: out++, from: 0 },
      ];
    };
    const block = (): Statement[] => {
      const lock = random.below(3);
      const next = random.below(12) === 0 ? random.below(3) : lock + 1;
      const take: Statement = { do: 'take', lock };
      const give: Statement = { do: 'give', lock };
      const both = next !== lock && next < 3 && random.below(3) > 0;
      if (!both) return [take, ...plain(3), ...plain(2), give];
      const inner: Statement = { do: 'take', lock: next };
      const last: Statement = { do: 'give', lock: next };
      const [a, b] = random.below(4) === 0 ? [last, give] : [give, last];
      return [take, ...plain(1), inner, ...plain(1), a, ...plain(2), b];
    };
    return [...plain(1), ...block(), ...(random.below(4) === 0 ? block() : []), ...plain(1)];
  };
  return { functions: [], threads: Array.from({ length: count }, thread) };
}
