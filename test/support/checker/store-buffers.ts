// SPDX-License-Identifier: GPL-2.0-only
// The oracle for store buffers: a machine with explicit buffers, every state of it, no reduction.
//
// It shares nothing with the checker. A program is a list of instructions for each thread; the
// machine below has the buffers as lists, the checker gets the same program as generators.
//
//   put x 1; event            [x = 1] waits in the buffer; the event happens when it is put there

import {
  event,
  fetch_add,
  framed,
  Handle,
  type Kfn,
  type Lock,
  load,
  lock,
  spawn,
  store,
  type ThreadBody,
  unlock,
  type Value,
  xchg,
} from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';

/** One instruction; `r` is the only register of a thread. */
export type Step =
  | { readonly do: 'put'; readonly cell: string; readonly value: number }
  | { readonly do: 'copy' | 'load' | 'add'; readonly cell: string }
  | { readonly do: 'swap'; readonly cell: string; readonly value: number }
  | { readonly do: 'lock' | 'unlock'; readonly on: number }
  | { readonly do: 'event' }
  /** Start worker @fn with the register as its own. */
  | { readonly do: 'spawn'; readonly fn: number }
  /** Leave out the next @count instructions if the register is 0. */
  | { readonly do: 'skip'; readonly count: number };

export interface BufferProgram {
  readonly threads: readonly (readonly Step[])[];
  /** Names of the threads; equal ones have equal instructions. */
  readonly names: readonly string[];
  readonly workers: readonly (readonly Step[])[];
}

const CELLS = ['x', 'y'];

/** A program drawn with @random (0 to 1). */
export function drawBufferProgram(random: () => number): BufferProgram {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const simple = (mayStart: boolean): Step => {
    const cell = pick(CELLS);
    const kinds = ['put', 'put', 'put', 'copy', 'load', 'load', 'load', 'add', 'swap'];
    const kind = pick([...kinds, 'event', 'event', ...(mayStart ? ['spawn', 'spawn'] : [])]);
    if (kind === 'put' || kind === 'swap') return { do: kind, cell, value: 1 + below(2) };
    if (kind === 'spawn') return { do: 'spawn', fn: below(2) };
    if (kind === 'event') return { do: 'event' };
    return { do: kind as 'copy' | 'load' | 'add', cell };
  };
  const steps = (mayStart: boolean): Step[] => {
    const one = simple(mayStart);
    return below(10) === 0 ? [{ do: 'skip', count: 1 }, one] : [one];
  };
  const section = (): Step[] => {
    const on = below(2);
    const inner = Array.from({ length: 1 + below(2) }, () => steps(false)).flat();
    const told: Step[] = below(2) === 0 ? [{ do: 'event' }] : [];
    return [{ do: 'lock', on }, ...inner, { do: 'unlock', on }, ...told];
  };
  const list = (length: number, mayStart: boolean): Step[] =>
    Array.from({ length }, () => (below(5) > 0 ? steps(mayStart) : section())).flat();
  const workers = [list(1 + below(2), false), list(1, false)];
  const shape = below(4);
  if (shape === 0) return { threads: [list(2 + below(2), true)], names: ['t'], workers };
  const first = list(1 + below(3), shape === 3);
  if (shape === 1) return { threads: [first, first], names: ['t', 't'], workers };
  return { threads: [first, list(1 + below(3), false)], names: ['t', 'u'], workers };
}

// The machine ---------------------------------------------------------------------------------

interface Running {
  pc: number;
  r: number;
  readonly code: readonly Step[];
  /** Stores that wait, oldest first; each with its number. */
  buffer: [cell: string, value: number, nth: number][];
  puts: number;
  /** PSO: an unlock that was passed, and the stores before it. */
  late: { readonly on: number; readonly upTo: number } | null;
}

interface State {
  mem: Record<string, number>;
  locks: (string | null)[];
  threads: Record<string, Running>;
  counts: Record<string, number>;
  heard: number[];
}

/** How a run may end: in words, or 'deadlock'. Null where there are more than @max states. */
export function endsOf(p: BufferProgram, model: 'tso' | 'pso', max: number): Set<string> | null {
  const state: State = {
    mem: { x: 0, y: 0 },
    locks: [null, null],
    threads: {},
    counts: {},
    heard: [],
  };
  for (const [i, code] of p.threads.entries()) begin(state, p.names[i]!, code, 0);
  const ends = new Set<string>();
  const known = new Set([JSON.stringify(state)]);
  const stack = [state];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const after = moves(p, next, model);
    if (after.length === 0) ends.add(endOf(next));
    for (const s of after) {
      const key = JSON.stringify(s);
      if (known.has(key)) continue;
      known.add(key);
      stack.push(s);
    }
    if (known.size > max) return null;
  }
  return ends;
}

function endOf(s: State): string {
  if (Object.values(s.threads).some((t) => t.pc < t.code.length)) return 'deadlock';
  return `x=${s.mem['x']} y=${s.mem['y']} heard ${s.heard.join()}`;
}

function begin(s: State, base: string, code: readonly Step[], r: number): void {
  const nth = (s.counts[base] ?? 0) + 1;
  s.counts[base] = nth;
  const name = nth === 1 ? base : `${base}#${nth}`;
  s.threads[name] = { pc: 0, r, code, buffer: [], puts: 0, late: null };
  settle(s, name);
}

/** What costs no step: events and jumps. */
function settle(s: State, name: string): void {
  const t = s.threads[name]!;
  for (;;) {
    const step = t.code[t.pc];
    if (step?.do === 'event') {
      // Only the last few are kept: orders are told apart, and there are not too many states.
      s.heard = [...s.heard, t.r].slice(-4);
      t.pc++;
    } else if (step?.do === 'skip') t.pc += t.r === 0 ? 1 + step.count : 1;
    else return;
  }
}

/** All states that are one step away. */
function moves(p: BufferProgram, s: State, model: 'tso' | 'pso'): State[] {
  const after: State[] = [];
  const go = (change: (s: State) => void): void => {
    const copy = structuredClone(s);
    change(copy);
    after.push(copy);
  };
  for (const [name, t] of Object.entries(s.threads)) {
    if (canStep(s, t, model)) go((c) => take(p, c, name, model));
    commitable(t, model).forEach((i) => {
      go((c) => {
        const [[cell, value]] = c.threads[name]!.buffer.splice(i, 1) as [[string, number, number]];
        c.mem[cell] = value;
      });
    });
    if (t.late !== null && t.buffer.every(([, , nth]) => nth > t.late!.upTo)) {
      go((c) => {
        c.locks[t.late!.on] = null;
        c.threads[name]!.late = null;
      });
    }
  }
  return after;
}

/** Indices of the waiting stores that may reach memory next. */
function commitable(t: Running, model: 'tso' | 'pso'): number[] {
  if (model === 'tso') return t.buffer.length > 0 ? [0] : [];
  return t.buffer.flatMap(([cell], i) => {
    return t.buffer.findIndex(([other]) => other === cell) === i ? [i] : [];
  });
}

function canStep(s: State, t: Running, model: 'tso' | 'pso'): boolean {
  const step = t.code[t.pc];
  if (step === undefined) return false;
  if (step.do === 'put' || step.do === 'copy' || step.do === 'load') return true;
  if (t.late !== null) return false;
  const drained = t.buffer.length === 0;
  if (step.do === 'unlock') return drained || model === 'pso';
  if (step.do === 'lock') return s.locks[step.on] === null && (drained || model === 'pso');
  return drained;
}

function take(p: BufferProgram, s: State, name: string, model: 'tso' | 'pso'): void {
  const t = s.threads[name]!;
  const step = t.code[t.pc]!;
  t.pc++;
  switch (step.do) {
    case 'put':
    case 'copy':
      t.buffer.push([step.cell, step.do === 'put' ? step.value : t.r, ++t.puts]);
      break;
    case 'load':
      t.r = t.buffer.findLast(([cell]) => cell === step.cell)?.[1] ?? s.mem[step.cell]!;
      break;
    case 'add':
      t.r = s.mem[step.cell]!;
      s.mem[step.cell] = t.r + 1;
      break;
    case 'swap':
      t.r = s.mem[step.cell]!;
      s.mem[step.cell] = step.value;
      break;
    case 'lock':
      s.locks[step.on] = name;
      break;
    case 'unlock':
      if (model === 'tso') s.locks[step.on] = null;
      else t.late = { on: step.on, upTo: t.puts };
      break;
    case 'spawn':
      begin(s, `w${step.fn}`, p.workers[step.fn]!, t.r);
      break;
    default:
      throw new Error(`no step: ${step.do}`);
  }
  settle(s, name);
}

// The same program for the checker ------------------------------------------------------------

type Mem = Record<string, Value>;

/** @p as a scene whose rule says how each run ends, in the words of endsOf(). */
export function bufferScene(p: BufferProgram): Scene {
  const mem = new Handle<Mem>('cells', 'mem');
  const locks: readonly Lock[] = [new Handle('mutex', 'm0'), new Handle('mutex', 'm1')];
  const lists = [...p.threads, ...p.workers];
  const body = framed('body', function* (which: number, r: number): Kfn<void> {
    const code = lists[which]!;
    for (let pc = 0; pc < code.length; pc++) {
      const step = code[pc]!;
      switch (step.do) {
        case 'put':
          yield* store(mem, step.cell, step.value);
          break;
        case 'copy':
          yield* store(mem, step.cell, r);
          break;
        case 'load':
          r = (yield* load(mem, step.cell)) as number;
          break;
        case 'add':
          r = yield* fetch_add(mem, step.cell, 1);
          break;
        case 'swap':
          r = (yield* xchg(mem, step.cell, step.value)) as number;
          break;
        case 'lock':
          yield* lock(locks[step.on]!);
          break;
        case 'unlock':
          yield* unlock(locks[step.on]!);
          break;
        case 'event':
          event('seen', r);
          break;
        case 'skip':
          if (r === 0) pc += step.count;
          break;
        default: {
          const fn = p.threads.length + step.fn;
          yield* spawn(mem, { name: `w${step.fn}`, fn: body, args: [fn, r] });
        }
      }
    }
  });
  const threads: ThreadBody[] = p.threads.map((_, i) => {
    // Equal threads are started with equal bodies.
    const which = p.names.indexOf(p.names[i]!);
    return { name: p.names[i]!, fn: body, args: [which, 0] };
  });
  return {
    name: 'store buffers',
    init: CELLS.map((cell) => [mem, cell, 0] as const),
    threads,
    rules: [
      {
        id: 'end',
        events: ['seen'],
        reads: [],
        readsAtEnd: ['cells.x', 'cells.y'],
        initial: [],
        onEvent: (state, { args }) => ({ state: [...(state as Value[]), args[0]!].slice(-4) }),
        atEnd: (peek, state) => {
          const [x, y] = [peek.get(mem, 'x'), peek.get(mem, 'y')];
          const subject = `x=${x} y=${y} heard ${(state as number[]).join()}`;
          return { subject, because: 'the run ends', facts: {} };
        },
      },
    ],
    signatures: [],
    sometimes: [],
  };
}
