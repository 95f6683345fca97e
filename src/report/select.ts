// SPDX-License-Identifier: GPL-2.0-only
// Which of the many steps of a trace a person needs to see.
//
// A trace has some hundred steps, most of which no other thread could have noticed. A step is
// worth more the closer it is to the race, and the table takes as many grades as fit:
//
//   4  the two accesses that decide
//   3  a step that opens or closes the window, or makes the failure certain; where two locks
//      decide, what one thread wrote under its lock and the other reads under its own; an event
//      about the subject of the witness, or the registration of an IOMMU; a store that reaches
//      memory late
//   2  an access to the subject that conflicts with another thread's; a lock passed on by another
//      thread
//   1  any other event, conflicting access, or lock; what the driver core keeps its books with
//   0  the rest
//
// Example: of "T1 reads gpu->iommu, T1 reads gpu->refs, T2 writes gpu->iommu", the first and the
// third step conflict (grade 2); the second touches what T1 alone uses (grade 0).

import { aboutOf, type EventName } from '#env/events';
import type { Finding, TraceStep } from '#finding/finding';
import { deviceOf } from './cast.ts';
import { eventText, parseEvent, type StoreEvent } from './phrases.ts';

/** Grade of a step, 0 to 4. */
type Grade = 0 | 1 | 2 | 3 | 4;

const writes: ReadonlySet<string> = new Set(['store', 'add', 'cas', 'xchg', 'free']);
const locks: ReadonlySet<string> = new Set(['lock', 'trylock', 'read_lock', 'write_lock']);
const unlocks: ReadonlySet<string> = new Set(['unlock', 'read_unlock', 'write_unlock']);

/** Events about the registration of an instance, and late stores, matter whoever the subject is. */
const alwaysTold: ReadonlySet<string> = new Set<EventName | StoreEvent>([
  'instance-listed',
  'instance-ready',
  'register-end',
  'release-begin',
  'bug-on',
  'deferral-timeout',
  'store-waits',
  'store-seen',
  'store-first',
]);

function cellOf(step: TraceStep): string {
  return `${step.object}\u0000${step.field}`;
}

function isWrite(step: TraceStep): boolean {
  return writes.has(step.op);
}

/** Cells that at least two threads touch, at least one of them writing. */
function conflictingCells(trace: readonly TraceStep[]): ReadonlySet<string> {
  const threads = new Map<string, { all: Set<string>; written: boolean }>();
  for (const step of trace) {
    if (!touchesCell(step)) continue;
    const cell = cellOf(step);
    const known = threads.get(cell) ?? { all: new Set<string>(), written: false };
    known.all.add(step.thread);
    known.written ||= isWrite(step);
    threads.set(cell, known);
  }
  const found = [...threads].filter(([, t]) => t.written && t.all.size > 1);
  return new Set(found.map(([cell]) => cell));
}

/** An allocation names its site, which is no field; a lock has none. */
function touchesCell(step: TraceStep): boolean {
  return step.op !== 'alloc' && !locks.has(step.op) && !unlocks.has(step.op);
}

/** Reads that tell their thread nothing new: it wrote or read the same value there before. */
function staleReads(trace: readonly TraceStep[]): ReadonlySet<number> {
  const known = new Map<string, string>();
  const found = new Set<number>();
  trace.forEach((step, i) => {
    if (!touchesCell(step)) return;
    const key = `${step.thread}\u0000${cellOf(step)}`;
    const value = isWrite(step) ? step.after : step.result;
    if (step.op === 'load' && known.get(key) === value) found.add(i);
    known.set(key, value);
  });
  return found;
}

/** Steps that take a lock which another thread released last. */
function handOvers(trace: readonly TraceStep[]): ReadonlySet<number> {
  const released = new Map<string, string>();
  const found = new Set<number>();
  trace.forEach((step, i) => {
    if (unlocks.has(step.op)) released.set(step.object, step.thread);
    else if (locks.has(step.op)) {
      const by = released.get(step.object);
      if (by !== undefined && by !== step.thread) found.add(i);
    }
  });
  return found;
}

/** Fields through which the driver core keeps its books: they decide little, so they come last. */
const bookkeeping: ReadonlySet<string> = new Set(['links_status', 'suppliers', 'consumers']);

/** Locks that everybody takes in passing. */
const bookLocks =
  /k_lock$|xa_lock$|^(device_links_lock|deferred_probe_mutex|iommu_device_lock|.*_work)$/;

/** True where @name is @subject or an object that belongs to it (`subject.iommu#1`). */
function belongs(name: string, subject: string): boolean {
  return name === subject || name.startsWith(`${subject}.`);
}

/** Indices of the accesses that decide: two, or the one that an older finding names, or none. */
export function decidingSteps({ deciding, why }: Finding): number[] {
  if (why?.pair) return [why.pair.victim, why.pair.intruder].sort((a, b) => a - b);
  return deciding === null ? [] : [deciding];
}

/** Indices of the steps that the sentences below a table name. */
function namedSteps({ why }: Finding): ReadonlySet<number> {
  if (!why) return new Set();
  const named = [why.window?.opens, why.window?.closes, why.odds?.noReturn];
  return new Set(named.filter((i) => i !== null && i !== undefined));
}

/**
 * Where the two accesses that decide take locks, what that is about: reads of the thread that came
 * later, under its lock, of what the other wrote since it had its own; and these writes. Where
 * there are none, reads of the earlier one that a write of the later one would have changed.
 */
function flowSteps(finding: Finding): ReadonlySet<number> {
  const { trace } = finding;
  const [first, second] = decidingSteps(finding);
  if (first === undefined || second === undefined) return new Set();
  const [a, b] = [trace[first]!, trace[second]!];
  if (!locks.has(a.op) || !locks.has(b.op)) return new Set();
  const [early, late] = [sectionOf(trace, first), sectionOf(trace, second)];
  const found = new Set<number>();
  for (const read of late.filter((i) => trace[i]!.op === 'load')) {
    const write = findWrite(trace, read);
    if (write === null || write < first || trace[write]!.thread !== a.thread) continue;
    const known = [...found].some((i) => cellOf(trace[i]!) === cellOf(trace[read]!));
    if (!known) found.add(write).add(read);
  }
  if (found.size > 0) return found;
  for (const read of early.filter((i) => trace[i]!.op === 'load')) {
    const cell = cellOf(trace[read]!);
    const write = late.find((i) => isWrite(trace[i]!) && cellOf(trace[i]!) === cell);
    if (write !== undefined) found.add(read).add(write);
  }
  return found;
}

/** Steps of the thread of @at, from there to where it gives back the lock that it takes there. */
function sectionOf(trace: readonly TraceStep[], at: number): number[] {
  const { thread, object } = trace[at]!;
  const own = [...trace.keys()].filter((i) => i > at && trace[i]!.thread === thread);
  const end = own.findIndex((i) => unlocks.has(trace[i]!.op) && trace[i]!.object === object);
  return end < 0 ? own : own.slice(0, end);
}

/** The write whose value step @read has read; null: it was there from the beginning. */
function findWrite(trace: readonly TraceStep[], read: number): number | null {
  const cell = cellOf(trace[read]!);
  for (let i = read - 1; i >= 0; i--) {
    if (isWrite(trace[i]!) && cellOf(trace[i]!) === cell) return i;
  }
  return null;
}

/** Grade every step of the trace of @finding. */
export function grades(finding: Finding): Grade[] {
  const { trace, witness } = finding;
  const cells = conflictingCells(trace);
  const handedOver = handOvers(trace);
  const stale = staleReads(trace);
  const subject = deviceOf(finding) ?? witness.subject;
  const deciding = new Set(decidingSteps(finding));
  const named = new Set([...namedSteps(finding), ...flowSteps(finding)]);
  return trace.map((step, i): Grade => {
    if (deciding.has(i)) return 4;
    if (named.has(i)) return 3;
    const events = step.events.map(parseEvent);
    if (events.some((e) => alwaysTold.has(e.name))) return 3;
    if (events.some((e) => aboutOf(e) === subject && eventText(e) !== null)) return 3;
    const conflict = touchesCell(step) && cells.has(cellOf(step)) && !stale.has(i);
    if (conflict && belongs(step.object, subject) && !bookkeeping.has(step.field)) return 2;
    if (handedOver.has(i)) return bookLocks.test(step.object) ? 1 : 2;
    return conflict || step.events.length > 0 ? 1 : 0;
  });
}

/** A table of fewer rows tells too little. */
const rowsFew = 6;

/** The steps to show: index into the trace, and whether the access is shown beside its events. */
export interface Shown {
  readonly index: number;
  readonly access: boolean;
}

/**
 * The steps of grade 2 and more, if that is at most @rowsMax rows, else those of grade 3; where
 * they are few, those of grade 1 as well.
 */
export function selectSteps(finding: Finding, rowsMax: number): Shown[] {
  const all = grades(finding);
  const shown = pick(finding, all, 2);
  if (shown.length > rowsMax) return pick(finding, all, 3);
  if (shown.length >= rowsFew) return shown;
  const more = pick(finding, all, 1);
  return more.length <= rowsFew * 2 ? more : shown;
}

function pick(finding: Finding, all: readonly Grade[], least: Grade): Shown[] {
  const cells = conflictingCells(finding.trace);
  const told = new Set([...decidingSteps(finding), ...namedSteps(finding), ...flowSteps(finding)]);
  return finding.trace.flatMap((step, index) => {
    if (all[index]! < least) return [];
    const conflict = least < 3 && touchesCell(step) && cells.has(cellOf(step));
    const access = step.events.length === 0 || told.has(index) || conflict;
    return [{ index, access }];
  });
}
