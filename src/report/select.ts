// SPDX-License-Identifier: GPL-2.0-only
// Which of the many steps of a trace a person needs to see.
//
// A trace has some hundred steps, most of which no other thread could have noticed. A step is
// worth more the closer it is to the race, and the table takes as many grades as fit:
//
//   4  the deciding access
//   3  an event about the subject of the witness or about an IOMMU instance
//   2  an access to the subject that conflicts with another thread's; a lock passed on by another
//      thread; any other event
//   1  any other access that conflicts with another thread's
//   0  the rest
//
// Example: of "T1 reads gpu->iommu, T1 reads gpu->refs, T2 writes gpu->iommu", the first and the
// third step conflict (grade 2); the second touches what T1 alone uses (grade 0).

import type { Finding, TraceStep } from './finding.ts';

/** Grade of a step, 0 to 4. */
export type Grade = 0 | 1 | 2 | 3 | 4;

const writes: ReadonlySet<string> = new Set(['store', 'add', 'cas', 'xchg', 'free']);
const locks: ReadonlySet<string> = new Set(['lock', 'trylock', 'read_lock', 'write_lock']);
const unlocks: ReadonlySet<string> = new Set(['unlock', 'read_unlock', 'write_unlock']);

/** Events about the registration of an instance matter whatever the subject is. */
const instanceEvents = /^(instance-listed|instance-ready|register-end|bug-on|deferral-timeout)\b/;

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
    if (locks.has(step.op) || unlocks.has(step.op)) continue;
    const cell = cellOf(step);
    const known = threads.get(cell) ?? { all: new Set<string>(), written: false };
    known.all.add(step.thread);
    known.written ||= isWrite(step);
    threads.set(cell, known);
  }
  const found = [...threads].filter(([, t]) => t.written && t.all.size > 1);
  return new Set(found.map(([cell]) => cell));
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

/** True where @name is @subject or an object that belongs to it (`subject.iommu#1`). */
function belongs(name: string, subject: string): boolean {
  return name === subject || name.startsWith(`${subject}.`);
}

/** Grade every step of the trace of @finding. */
export function grades(finding: Finding): Grade[] {
  const { trace, witness } = finding;
  const cells = conflictingCells(trace);
  const handedOver = handOvers(trace);
  return trace.map((step, i): Grade => {
    if (i === finding.deciding) return 4;
    const about = step.events.some((e) => e.includes(witness.subject) || instanceEvents.test(e));
    if (about) return 3;
    const conflict = cells.has(cellOf(step));
    if (conflict && belongs(step.object, witness.subject)) return 2;
    if (handedOver.has(i) || step.events.length > 0) return 2;
    return conflict ? 1 : 0;
  });
}

/** The steps to show: index into the trace, and whether the access is shown beside its events. */
export interface Shown {
  readonly index: number;
  readonly access: boolean;
}

/**
 * The steps of the lowest grade with which at most @rowsMax rows are shown; at least those of
 * grade 3. Reads that repeat what their thread showed of the same cell just before are left out.
 */
export function selectSteps(finding: Finding, rowsMax: number): Shown[] {
  const all = grades(finding);
  const cells = conflictingCells(finding.trace);
  for (const least of [1, 2] as const) {
    const shown = pick(finding, all, least, cells);
    if (shown.length <= rowsMax) return shown;
  }
  return pick(finding, all, 3, cells);
}

function pick(
  finding: Finding,
  all: readonly Grade[],
  least: Grade,
  cells: ReadonlySet<string>,
): Shown[] {
  const shown: Shown[] = [];
  const latest = new Map<string, string>();
  finding.trace.forEach((step, index) => {
    if (all[index]! < least) return;
    const said = `${step.op} ${cellOf(step)} ${step.result} ${step.after}`;
    const repeats = step.op === 'load' && step.events.length === 0;
    if (repeats && latest.get(step.thread) === said && index !== finding.deciding) return;
    latest.set(step.thread, said);
    const deciding = index === finding.deciding;
    const access = step.events.length === 0 || deciding || (least < 3 && cells.has(cellOf(step)));
    shown.push({ index, access });
  });
  return shown;
}
