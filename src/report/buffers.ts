// SPDX-License-Identifier: GPL-2.0-only
// The trace of a run with store buffers, as a person thinks of it.
//
// In the trace a buffer is an object with a thread of its own, which stores what it holds when the
// scheduler lets it (checker/program/store-buffers.ts). Here a store is a step of the thread that
// does it. Where another thread could tell that it came late, it is told twice: when it begins to
// wait, and when it reaches memory. All else about buffers is left out.
//
//   in the trace                             as told
//   T0         buffer.s0 = [x, 1]            T0  x = 1, x waits in a store buffer
//   T1         x is 0                        T1  x is 0
//   T0:buffer  x = 1, buffer.head = 1        T0  x reaches memory

import type { Finding, TraceStep, Why } from '#finding/finding';

/** A thread's buffer, or what guards it. */
const bufferName = /^(.+):buffer(?::|$)/;

/** The frame around a thread's own functions. */
const wrapper = / (tso|pso)$/;

/** A store on its way: steps are indices into the trace. */
interface Delayed {
  readonly owner: string;
  readonly object: string;
  readonly field: string;
  readonly value: string;
  readonly put: number;
  /** Null where the run ends before. */
  commit: number | null;
}

/** @finding with its trace, and all that names a step of it, told without buffers. */
export function withoutBuffers(finding: Finding): Finding {
  const { trace } = finding;
  if (!trace.some((s) => s.stack.some((fn) => wrapper.test(fn)))) return finding;
  const delayed = delayedStores(trace);
  const named = new Set<number | null>(stepsNamed(finding));
  const telling: Telling = { trace, puts: new Map(), commits: new Map() };
  for (const store of delayed) {
    const late = isLate(store, delayed, trace);
    const moved =
      !named.has(store.put) && (overtakesAny(store, delayed) || named.has(store.commit));
    const as = late ? 'late' : moved ? 'first' : 'plain';
    telling.puts.set(store.put, { store, as });
    if (as !== 'plain' && store.commit !== null) telling.commits.set(store.commit, { store, as });
  }
  const told: TraceStep[] = [];
  const at: number[] = [];
  trace.forEach((step, i) => {
    const fresh = retold(step, i, telling);
    if (fresh !== null) told.push(fresh);
    else if (step.events.length > 0 && !telling.puts.has(i)) inherit(told, step);
    at.push(Math.max(told.length - 1, 0));
  });
  return renumbered({ ...finding, trace: told }, at);
}

/** The thread that @name buffers for; null where it is no buffer. */
function ownerOf(name: string): string | null {
  return bufferName.exec(name)?.[1] ?? null;
}

/** The thread of the program that @name is, or buffers for. */
function threadOf(name: string): string {
  return ownerOf(name) ?? name;
}

/** Every store that went through a buffer. */
function delayedStores(trace: readonly TraceStep[]): Delayed[] {
  const waiting = new Map<string, Delayed[]>();
  const all: Delayed[] = [];
  trace.forEach((step, i) => {
    const owner = ownerOf(step.object);
    const entry = /^\[(.+?), (.+?), (.*), (?:true|false)\]$/.exec(step.after);
    if (step.op === 'store' && owner === step.thread && entry !== null) {
      const [, object = '', field = '', value = ''] = entry;
      const one: Delayed = { owner, object, field, value, put: i, commit: null };
      waiting.set(step.object, [...(waiting.get(step.object) ?? []), one]);
      all.push(one);
    } else if (step.op === 'store' && owner === null) {
      const first = waiting.get(step.thread)?.shift();
      if (first) first.commit = i;
    }
  });
  return all;
}

/** True where @step is a step of a program's thread at the cell of @store. */
function isAt(step: TraceStep, store: Delayed): boolean {
  const same = step.object === store.object && step.field === store.field;
  return same && ownerOf(step.thread) === null;
}

/** True where another thread came to the cell meanwhile, or the owner's next store overtook. */
function isLate(store: Delayed, all: readonly Delayed[], trace: readonly TraceStep[]): boolean {
  const end = store.commit ?? trace.length;
  for (let i = store.put + 1; i < end; i++) {
    if (trace[i]!.thread !== store.owner && isAt(trace[i]!, store)) return true;
  }
  return all.some((other) => overtakes(other, store));
}

function overtakesAny(store: Delayed, all: readonly Delayed[]): boolean {
  return all.some((other) => overtakes(store, other));
}

/** True where @later, put into a buffer by the thread that did @earlier before, is seen first. */
function overtakes(later: Delayed, earlier: Delayed): boolean {
  if (later.owner !== earlier.owner || later.put <= earlier.put) return false;
  return later.commit !== null && later.commit < (earlier.commit ?? Number.POSITIVE_INFINITY);
}

/**
 * How a store is told. late: when it begins to wait, and when it reaches memory; first: when it
 * reaches memory, ahead of others; plain: as if it had reached memory at once.
 */
interface Told {
  readonly store: Delayed;
  readonly as: 'late' | 'first' | 'plain';
}

interface Telling {
  readonly trace: readonly TraceStep[];
  /** By the index of the step that puts the store into its buffer. */
  readonly puts: Map<number, Told>;
  /** By the index of the step that takes it to memory. */
  readonly commits: Map<number, Told>;
}

/** Step @i as it is told; null where it is left out. */
function retold(step: TraceStep, i: number, { trace, puts, commits }: Telling): TraceStep | null {
  const put = puts.get(i);
  if (put) {
    if (put.as === 'first') return null;
    const { object, field, value: after } = put.store;
    const waits = put.as === 'late' ? [`store-waits ${object} ${field}`] : [];
    const events = [...step.events, ...waits];
    return { ...unwrapped(step, trace, i), object, field, before: '', after, events };
  }
  const commit = commits.get(i);
  if (commit) {
    const { owner: thread, object, field, put: from } = commit.store;
    const { events: done, ...place } = unwrapped(trace[from]!, trace, from);
    const { before, after } = step;
    const events =
      commit.as === 'late'
        ? [`store-seen ${object} ${field}`]
        : [...done, `store-first ${object} ${field}`];
    return { ...place, thread, object, field, before, after, events };
  }
  if (ownerOf(step.thread) !== null || ownerOf(step.object) !== null) return null;
  return unwrapped(step, trace, i);
}

/** @step without the frame around its thread; where nothing is left, as its thread's last step. */
function unwrapped(step: TraceStep, trace: readonly TraceStep[], i: number): TraceStep {
  const stack = step.stack.filter((fn) => !wrapper.test(fn));
  const locks = step.locks.filter((name) => ownerOf(name) === null);
  if (stack.length > 0) return { ...step, stack, locks };
  for (let j = i - 1; j >= 0; j--) {
    const { thread, stack: before, function: name } = trace[j]!;
    const left = before.filter((fn) => !wrapper.test(fn));
    if (thread === step.thread && left.length > 0)
      return { ...step, locks, function: name, stack: left };
  }
  return { ...step, locks, function: step.thread, stack };
}

/** A step that is left out passes its events on to what its thread has done last. */
function inherit(told: TraceStep[], step: TraceStep): void {
  const last = told.findLastIndex((s) => s.thread === step.thread);
  if (last < 0) return;
  told[last] = { ...told[last]!, events: [...told[last]!.events, ...step.events] };
}

/** Indices of the steps that @finding names. */
function stepsNamed({ deciding, why }: Finding): number[] {
  const { window, pair, odds } = why ?? {};
  const named = [deciding, window?.opens, window?.closes, pair?.victim, pair?.intruder];
  return [...named, odds?.noReturn].filter((i) => i !== null && i !== undefined);
}

/** @finding with @at for the steps that it names. */
function renumbered(finding: Finding, at: readonly number[]): Finding {
  const to = (i: number): number => at[i] ?? i;
  const toOrNull = (i: number | null): number | null => (i === null ? null : to(i));
  const { deciding, why, failure: broken } = finding;
  const failure = broken && { ...broken, step: to(broken.step) };
  const base = { ...finding, deciding: toOrNull(deciding), ...(failure && { failure }) };
  if (!why) return base;
  const { window: given, pair, odds } = why;
  const end = given?.end && {
    ...given.end,
    thread: threadOf(given.end.thread),
    step: toOrNull(given.end.step),
  };
  // What comes between a thread and its own buffers is told by the table.
  const window = given && threadOf(given.victim) !== threadOf(given.intruder) ? given : null;
  const told: Why = {
    ...why,
    window: window && {
      ...window,
      victim: threadOf(window.victim),
      intruder: threadOf(window.intruder),
      opens: toOrNull(window.opens),
      closes: toOrNull(window.closes),
      end: end ?? null,
    },
    pair: pair && { ...pair, victim: to(pair.victim), intruder: to(pair.intruder) },
    odds: { ...odds, noReturn: toOrNull(odds.noReturn) },
  };
  return { ...base, why: told };
}
