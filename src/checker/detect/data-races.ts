// SPDX-License-Identifier: GPL-2.0-only
// Data races: two accesses of one cell that are both possible at once, one of them a plain one.
//
// What the kernel's memory model calls a race, and KCSAN reports: in some state two threads are
// about to access the same cell, at least one writes, and at least one is plain. If both are plain
// or the write is, the report is a data race; a plain read against a marked write is one, too.
// A store of what the cell holds already is no write, as with KCSAN_REPORT_VALUE_CHANGE_ONLY, which
// is on unless told: nobody can tell whether it has happened, and no search need order it.
// Two marked accesses (READ_ONCE, WRITE_ONCE, atomics) may race: that is what the marks are for.
//
//   T1: dev->driver = drv        T2: if (READ_ONCE(dev->driver))     race: the write is plain
//   T1: WRITE_ONCE(x, 1)         T2: READ_ONCE(x)                    none
//
// Being enabled at once in a state that is reached is exact: no false alarms from locks unknown.
//
// Marco Elver, Concurrency bugs should fear the big bad data-race detector, LWN 2020.

import { type Kept, sameVersion } from '#base/saved';
import type { Machine } from '#checker/machine/machine';
import type { OpView, Report } from '#checker/program/program';
import type { Found } from '#checker/program/run';
import { PairTable } from '#checker/tables/pair-table';
import { type Detector, detected, type StateView, sorted } from './detector.ts';

const ACCESSES = new Set(['load', 'store', 'add', 'cas', 'xchg', 'wait']);

/** Collects data races, one for each pair of places. */
export class DataRaces implements Detector {
  private readonly found = new Map<string, Found>();

  state(view: StateView): void {
    const { enabled, pending, program } = view;
    for (let i = 0; i < enabled.length; i++) {
      for (let j = i + 1; j < enabled.length; j++) {
        const [t, u] = [enabled[i]!, enabled[j]!];
        const [a, b] = [pending.get(t)!, pending.get(u)!];
        if (!races(a, b, program.isSilent?.(t) ?? false, program.isSilent?.(u) ?? false)) continue;
        const names = [t, u].map((w) => program.threadName(w));
        const { key, report } = reportOf(a, b, names);
        if (!this.found.has(key)) this.found.set(key, { report, run: view.path() });
      }
    }
  }

  reports(): Found[] {
    return sorted(this.found);
  }
}

/**
 * The same during a reduced search, which must show each state that it stores. That is enough: in
 * a state where two threads are about to race, both their Ops are switch points; the quiet steps of
 * the others change nothing about that, and the state after them is stored.
 */
export class RaceWatch implements Kept {
  private readonly machine: Machine;
  private readonly known = new PairTable();
  private readonly found = new Map<string, Report>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** The machine is in a state that is stored. */
  look(): void {
    const { machine } = this;
    const able: number[] = [];
    for (let t = 0; t < machine.threadCount(); t++) if (machine.enabled(t)) able.push(t);
    for (let i = 1; i < able.length; i++) {
      const b = machine.view(able[i]!);
      for (let j = 0; j < i; j++) this.pair(machine.view(able[j]!), b, able[j]!, able[i]!);
    }
  }

  private pair(a: number, b: number, t: number, u: number): void {
    if (this.known.get(a, b) >= 0) return;
    const { machine } = this;
    const [one, other] = [machine.views.all[a]!, machine.views.all[b]!];
    const mayRace = races(one, other, false, false);
    if (mayRace && !races(one, other, machine.isSilent(t), machine.isSilent(u))) return;
    this.known.add(a, b, 0);
    if (!mayRace) return;
    const names = [machine.threadName(t), machine.threadName(u)];
    const { key, report } = reportOf(one, other, names);
    if (!this.found.has(key)) this.found.set(key, report);
  }

  /** In an order that does not depend on the search. */
  reports(): Report[] {
    return [...this.found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, report]) => report);
  }

  save() {
    return { version: 1, known: this.known.save(), found: [...this.found] };
  }

  load(saved: ReturnType<RaceWatch['save']>): void {
    sameVersion(saved, 1, 'races');
    this.known.load(saved.known);
    this.found.clear();
    for (const [key, report] of saved.found) this.found.set(key, report);
  }
}

function reportOf(a: OpView, b: OpView, threads: readonly string[]) {
  const sides = [describe(a), describe(b)].sort();
  const subject = `${a.objectName}.${a.field}`;
  const facts = {
    threads: [...threads].sort().join(', '),
    kind: a.plain && b.plain ? 'both plain' : 'one is marked',
  };
  const report = detected('data-race', subject, `${sides[0]} and ${sides[1]} at once`, facts);
  return { key: `${subject} ${sides.join(' ')}`, report };
}

/** True if @a and @b, of which some are silent stores, race. */
function races(a: OpView, b: OpView, aIsSilent: boolean, bIsSilent: boolean): boolean {
  if (a.cell !== b.cell || a.cell < 0) return false;
  if (!ACCESSES.has(a.kind) || !ACCESSES.has(b.kind)) return false;
  const changes = (a.effect === 'write' && !aIsSilent) || (b.effect === 'write' && !bIsSilent);
  return changes && (a.plain || b.plain);
}

function describe(op: OpView): string {
  const what = op.effect === 'write' ? 'write' : 'read';
  return `${op.plain ? 'plain' : 'marked'} ${what}${op.fn === '' ? '' : ` in ${op.fn}()`}`;
}
