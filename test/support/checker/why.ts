// SPDX-License-Identifier: GPL-2.0-only
// What a finding says of itself, computed again by brute force: no graph in arrays, nothing kept
// between orders, every order taken from the start. What differs is said in a sentence each.
import type { Why } from '#checker/index';
import type { TraceStep } from '#finding/step';
import type { Machine } from '../../../src/checker/machine/machine.ts';
import type { Report } from '../../../src/checker/program/program.ts';
import type { Choice } from '../../../src/checker/program/run.ts';
import { replay } from '../../../src/checker/program/schedule.ts';
import { Brute, BruteGraph, type Kept } from './brute-orders.ts';

/** What is checked: a finding of check(), or of a report. */
export interface Explained {
  readonly schedule: string;
  readonly deciding: number | null;
  readonly why?: Why | null;
}

/** How much to compute; odds on large graphs take seconds. */
export interface RecheckOptions {
  /** Which report of the run is meant; the first unless told. */
  readonly is?: (report: Report) => boolean;
  /** States of the graph at most for odds; larger ones are not looked at. */
  readonly statesMax?: number;
  /** The graph of the machine, where it is known already. */
  readonly graph?: () => BruteGraph;
}

/** Everything that is wrong with what @finding says. */
export function recheck(
  machine: Machine,
  { schedule, deciding, why }: Explained,
  { is = () => true, statesMax = 300_000, graph }: RecheckOptions = {},
): string[] {
  const replayed = replay(machine, schedule);
  if (!replayed.ok) return [`the schedule does not replay: ${replayed.error.message}`];
  const { run, trace, reports } = replayed.value;
  const raised = reports.find(({ report }) => is(report));
  if (!raised) return ['the schedule breaks no rule'];
  if (!why) return raised.report.property === 'livelock' ? [] : ['there is no why'];
  const { property, subject } = raised.report;
  const brute = new Brute(machine, (r) => r.property === property && r.subject === subject);
  return [
    ...pairFaults(brute, run, trace, deciding, why),
    ...windowFaults(brute, run, trace, why),
    ...alternativeFaults(brute, run, why),
    ...(why.odds.exact && why.odds.states <= statesMax
      ? oddsFaults(brute, graph?.() ?? new BruteGraph(machine), run, why)
      : []),
  ];
}

type Named = Pick<TraceStep, 'thread' | 'function' | 'op' | 'object' | 'field'> & {
  /** Of a lock: what its thread does next. */
  readonly next?: string;
};

function nameOf({ next = '', ...s }: Named): string {
  return [s.thread, s.function, s.op, s.object, s.field, next].join(' ');
}

/** What @thread would do next in @machine. */
function pendingOf(machine: Machine, thread: number): string {
  if (machine.isDone(thread)) return '';
  const { kind: op, objectName: object, field, fn } = machine.pending(thread);
  return nameOf({ thread: machine.threadName(thread), op, object, field, function: fn });
}

/** The steps of @trace with what follows upon each lock; @machine stands at the end. */
function named(machine: Machine, run: readonly Choice[], trace: readonly TraceStep[]): Named[] {
  return trace.map(({ thread, function: fn, op, object, field }, i) => {
    const step = { thread, function: fn, op, object, field };
    if (!takes(op)) return step;
    const next = run.findIndex((c, k) => k > i && c.thread === run[i]!.thread);
    return { ...step, next: next < 0 ? pendingOf(machine, run[i]!.thread) : nameOf(trace[next]!) };
  });
}

function takes(op: string): boolean {
  return /lock$/.test(op) && !/unlock$/.test(op);
}

/** For how many times the step at @at is done. */
function timesOf(trace: readonly Named[], at: number): number {
  const name = nameOf(trace[at]!);
  return trace.slice(0, at + 1).filter((s) => nameOf(s) === name).length;
}

/** Where @trace does what step @at of @given is; -1: nowhere. */
function placeOf(trace: readonly Named[], given: readonly Named[], at: number): number {
  let times = timesOf(given, at);
  return trace.findIndex((s) => nameOf(s) === nameOf(given[at]!) && --times === 0);
}

function pairFaults(
  brute: Brute,
  run: readonly Choice[],
  trace: readonly TraceStep[],
  deciding: number | null,
  why: Why,
): string[] {
  const { pair } = why;
  if (pair === null) return deciding === null ? [] : ['it has a deciding access and no pair'];
  const faults: string[] = [];
  const [a, b] = [pair.victim, pair.intruder].sort((x, y) => x - y) as [number, number];
  if (deciding !== b) faults.push(`step ${deciding} decides, and the pair is ${a} and ${b}`);
  if (trace[a]!.thread === trace[b]!.thread) faults.push('the pair is of one thread');
  const steps = named(brute.machine, run, trace);
  const { kept: swapped, sooner } = swap(brute, run, steps, a, b);
  if (swapped !== 'kept') faults.push(`swapped, the rule is ${swapped}`);
  if (isLock(trace[a]!) && isLock(trace[b]!)) {
    // Two locks decide where what is done under them does: their order, not that one is late.
    if (sooner !== 'broken') faults.push(`just before step ${b}, the rule is ${sooner}`);
    if (guarded(trace, a, b).length === 0) faults.push(`under ${a} and ${b} nothing conflicts`);
  }
  const again = replay(brute.machine, pair.passing);
  if (!again.ok) return [...faults, `the passing schedule does not replay: ${pair.passing}`];
  const { trace: other, reports } = again.value;
  const others = named(brute.machine, again.value.run, other);
  const [at, bt] = [placeOf(others, steps, a), placeOf(others, steps, b)];
  if (bt < 0 || at < bt) faults.push(`in the passing order the two stand at ${at} and ${bt}`);
  const breaks = [...new Set(reports.map((r) => r.report.property))].sort();
  const told = [...new Set(pair.breaks.map((r) => r.property))].sort();
  if (breaks.join() !== told.join()) faults.push(`the passing order breaks ${breaks}, not ${told}`);
  if (reports.some((r) => brute.breaks(r.report))) faults.push('the passing order fails');
  if (brute.goesOn(-1, -1) !== null) faults.push('the passing order is not at its end');
  return faults;
}

function isLock({ op }: TraceStep): boolean {
  return /^(read_|write_|try)?lock$/.test(op);
}

/** What the threads of locks @a and @b touch under them, of which one writes. */
export function guarded(trace: readonly TraceStep[], a: number, b: number): string[] {
  const { object } = trace[a]!;
  const under = (at: number): Map<string, boolean> => {
    const mine = trace.slice(at + 1).filter((s) => s.thread === trace[at]!.thread);
    const end = mine.findIndex((s) => /unlock$/.test(s.op) && s.object === object);
    const touched = new Map<string, boolean>();
    for (const { op, object: of, field } of end < 0 ? mine : mine.slice(0, end)) {
      if (/lock$/.test(op)) continue;
      const cell = `${of}.${field}`;
      touched.set(cell, touched.get(cell) === true || !/^(load|READ_ONCE|wait)$/.test(op));
    }
    return touched;
  };
  if (object !== trace[b]!.object) return [];
  const [first, second] = [under(a), under(b)];
  return [...first].flatMap(([cell, wrote]) =>
    second.has(cell) && (wrote || second.get(cell) === true) ? cell : [],
  );
}

/**
 * The rule where the thread of step @a waits until step @b has been done; @sooner: where it goes on
 * just before that.
 */
function swap(
  brute: Brute,
  run: readonly Choice[],
  trace: readonly Named[],
  a: number,
  b: number,
): { readonly kept: Kept | 'never swapped'; readonly sooner: Kept | null } {
  const { machine } = brute;
  const waiting = run[a]!.thread;
  const done: Choice[] = run.slice(0, a);
  const seen: Named[] = trace.slice(0, a);
  let left = run.slice(a + 1).filter((s) => s.thread !== waiting);
  machine.reset();
  for (const s of done) machine.step(s.thread, s.choice);
  while (placeOf(seen, trace, b) < 0) {
    const last = done.length > a ? done.at(-1)!.thread : -1;
    const listed = left.find((s) => s.thread < machine.threadCount() && machine.enabled(s.thread));
    const next = listed ?? brute.goesOn(last, waiting);
    if (next === null || done.length > 20_000) return { kept: 'never swapped', sooner: null };
    if (listed) left = left.filter((s) => s !== listed);
    const view = machine.pending(next.thread);
    const { kind: op, objectName: object, field, fn } = view;
    const step = { thread: machine.threadName(next.thread), op, object, field, function: fn };
    machine.step(next.thread, next.choice);
    seen.push(takes(op) ? { ...step, next: pendingOf(machine, next.thread) } : step);
    done.push(next);
  }
  const after = (begun: readonly Choice[]): Kept => {
    const rest = run.filter((s, i) => notDone(run, i, begun, s.thread));
    const missed = rest.filter((s) => s.thread === waiting && run.indexOf(s) <= b);
    const later = rest.filter((s) => !missed.includes(s));
    return brute.verdict(begun, [...missed, ...later]).kept;
  };
  return { kept: after(done), sooner: after(done.slice(0, -1)) };
}

/** True if @done has fewer steps of @thread than @run up to step @i, with it. */
function notDone(run: readonly Choice[], i: number, done: readonly Choice[], thread: number) {
  const before = run.slice(0, i + 1).filter((s) => s.thread === thread).length;
  return before > done.filter((s) => s.thread === thread).length;
}

/** Each alternative taken from the start, and each wait for a lock looked at. */
function alternativeFaults(brute: Brute, run: readonly Choice[], why: Why): string[] {
  const { machine } = brute;
  const faults: string[] = [];
  const names = Array.from({ length: machine.threadCount() }, (_, t) => machine.threadName(t));
  for (const { step, thread, choice, verdict } of why.alternatives) {
    const other = { thread: names.indexOf(thread), choice };
    const { kept, reports } = brute.verdict(run.slice(0, step), [other]);
    const clean = kept === 'kept' && reports.length === 0;
    const mine = kept === 'broken' ? 'fails' : clean ? 'passes' : 'other';
    if (mine !== verdict) faults.push(`${thread} instead of step ${step} ${mine}, not ${verdict}`);
  }
  machine.reset();
  run.forEach((step, at) => {
    const able = (t: number): boolean => machine.enabled(t);
    const told = why.alternatives.filter((a) => a.step === at && a.choice === 0);
    const others = names.filter((_, t) => t !== step.thread && able(t));
    if (
      others.join() !==
      [...new Set(told.map((a) => a.thread))].filter((n) => n !== names[step.thread]).join()
    ) {
      faults.push(`before step ${at} ${others} can move, too`);
    }
    for (const { thread } of why.blocked.filter((b) => b.from <= at && at < b.to)) {
      if (able(names.indexOf(thread))) faults.push(`${thread} is not blocked before step ${at}`);
    }
    machine.step(step.thread, step.choice);
  });
  return faults;
}

function windowFaults(
  brute: Brute,
  run: readonly Choice[],
  trace: readonly TraceStep[],
  why: Why,
): string[] {
  const { window, always } = why;
  if (window === null || always || !window.complete) return [];
  const faults: string[] = [];
  const { machine } = brute;
  const victim = trace.findIndex((s) => s.thread === window.victim);
  const v = run[victim]!.thread;
  const [from, to] = blockOf(run, trace, v, why);
  const block = run.slice(from, to);
  if (!block.some((_, i) => trace[from + i]!.thread === window.intruder)) {
    faults.push(`${window.intruder} has no part in what comes`);
  }
  const own = run.flatMap((s, i) => (s.thread === v && i < from ? [i] : []));
  const opens = own.findLast((i) => {
    const order = [...run.slice(0, i), ...block, ...run.slice(i, from), ...run.slice(to)];
    return brute.verdict([], order).kept === 'kept';
  });
  if ((opens ?? null) !== window.opens) {
    faults.push(`the window opens at step ${opens ?? null}, not ${window.opens}`);
  }
  const held = run.slice(0, from);
  const waiting = new Set(block.map((s) => s.thread));
  let later = run.slice(to);
  for (;;) {
    machine.reset();
    for (const s of held) machine.step(s.thread, s.choice);
    const able = Array.from({ length: machine.threadCount() }, (_, t) => t).filter(
      (t) => !waiting.has(t) && machine.enabled(t),
    );
    const t = able.includes(v) ? v : able[0];
    if (t === undefined || machine.hasCrashed()) break;
    const given = later.find((s) => s.thread === t);
    later = later.filter((s) => s !== given);
    const choice = given && given.choice < machine.choices(t) ? given.choice : 0;
    held.push({ thread: t, choice });
    if (brute.verdict(held, [...block, ...later]).kept === 'kept') {
      return [...faults, ...endFaults(brute, held, window.end)];
    }
  }
  if (window.end !== null) faults.push(`nothing closes it, not ${window.end.access.function}()`);
  return faults;
}

function endFaults(
  { machine }: Brute,
  held: readonly Choice[],
  end: NonNullable<Why['window']>['end'],
): string[] {
  const thread = machine.threadName(held.at(-1)!.thread);
  if (end === null) return [`it is closed by ${thread} after ${held.length} steps`];
  const told = replay(machine, end.held);
  if (!told.ok) return ['the schedule up to the end of the window does not replay'];
  const same =
    told.value.run.length === held.length &&
    told.value.run.every((s, i) => s.thread === held[i]!.thread && s.choice === held[i]!.choice);
  const last = told.value.trace.at(-1)!;
  const named = nameOf(last) === nameOf(end.access) && end.thread === thread;
  return [
    ...(same ? [] : [`it is closed after ${held.length} steps, not ${told.value.run.length}`]),
    ...(named ? [] : [`the step that closes it is ${nameOf(last)}`]),
  ];
}

/** What others did while the victim @v stood: around the intruder's step of the pair. */
function blockOf(
  run: readonly Choice[],
  trace: readonly TraceStep[],
  v: number,
  { pair, window }: Why,
): [from: number, to: number] {
  const around = (at: number): [number, number] => {
    let [from, to] = [at, at];
    while (from > 0 && run[from - 1]!.thread !== v) from--;
    while (to < run.length && run[to]!.thread !== v) to++;
    return [from, to];
  };
  if (pair !== null) return around(pair.intruder);
  // Without a pair any switch will do at which the window is as told: the last that is.
  const starts = run.flatMap((s, i) =>
    i > 0 && run[i - 1]!.thread === v && s.thread !== v ? [i] : [],
  );
  const fits = starts.filter((i) => trace[i]!.thread === window!.intruder);
  return around(fits.at(-1) ?? starts.at(-1)!);
}

/** The graph by names of states, its chances by passes until they settle. */
function oddsFaults(brute: Brute, graph: BruteGraph, run: readonly Choice[], why: Why): string[] {
  const { odds } = why;
  if (!odds.exact) return [];
  const faults: string[] = [];
  if (graph.size !== odds.states) faults.push(`${graph.size} states, not ${odds.states}`);
  const { chances, open } = graph.along(run, brute.breaks);
  const wrong = chances.findIndex((p, i) => Math.abs(p - odds.after[i]!) > 1e-6);
  if (wrong >= 0) {
    faults.push(`the chance after ${wrong} steps is ${chances[wrong]}, not ${odds.after[wrong]}`);
  }
  const shut = open.indexOf(false);
  if (why.always !== (shut === 0)) faults.push(`always is ${why.always}`);
  const noReturn = shut <= 0 ? null : shut - 1;
  if (noReturn !== odds.noReturn) {
    faults.push(`no return after step ${noReturn}, not ${odds.noReturn}`);
  }
  return faults;
}
