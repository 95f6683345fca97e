// SPDX-License-Identifier: GPL-2.0-only
// Data races: two accesses of one cell that are both possible at once, one of them a plain one.
//
// What the kernel's memory model calls a race, and KCSAN reports: in some state two threads are
// about to access the same cell, at least one writes, and at least one is plain. If both are plain
// or the write is, the report is a data race; a plain read against a marked write is one, too.
// Two marked accesses (READ_ONCE, WRITE_ONCE, atomics) may race: that is what the marks are for.
//
//   T1: dev->driver = drv        T2: if (READ_ONCE(dev->driver))     race: the write is plain
//   T1: WRITE_ONCE(x, 1)         T2: READ_ONCE(x)                    none
//
// Being enabled at once in a state that is reached is exact: no false alarms from locks unknown.
//
// Marco Elver, Concurrency bugs should fear the big bad data-race detector, LWN 2020.

import { type Detector, detected, type StateView, sorted } from './detect.ts';
import type { OpView } from './program.ts';
import type { Found } from './run.ts';

const ACCESSES = new Set(['load', 'store', 'add', 'cas', 'xchg', 'wait']);

/** Collects data races, one for each pair of places. */
export class DataRaces implements Detector {
  private readonly found = new Map<string, Found>();

  state(view: StateView): void {
    const { enabled, pending, program } = view;
    for (let i = 0; i < enabled.length; i++) {
      for (let j = i + 1; j < enabled.length; j++) {
        const [a, b] = [pending.get(enabled[i]!)!, pending.get(enabled[j]!)!];
        if (!races(a, b)) continue;
        const sides = [describe(a), describe(b)].sort();
        const key = `${a.objectName}.${a.field} ${sides.join(' ')}`;
        if (this.found.has(key)) continue;
        const names = [enabled[i]!, enabled[j]!].map((t) => program.threadName(t)).sort();
        const because = `${sides[0]} and ${sides[1]} at once`;
        const facts = {
          threads: names.join(', '),
          kind: a.plain && b.plain ? 'both plain' : 'one is marked',
        };
        const report = detected('data-race', `${a.objectName}.${a.field}`, because, facts);
        this.found.set(key, { report, run: view.path() });
      }
    }
  }

  reports(): Found[] {
    return sorted(this.found);
  }
}

function races(a: OpView, b: OpView): boolean {
  if (a.cell !== b.cell || a.cell < 0) return false;
  if (!ACCESSES.has(a.kind) || !ACCESSES.has(b.kind)) return false;
  return (a.effect === 'write' || b.effect === 'write') && (a.plain || b.plain);
}

function describe(op: OpView): string {
  const what = op.effect === 'write' ? 'write' : 'read';
  return `${op.plain ? 'plain' : 'marked'} ${what}${op.fn === '' ? '' : ` in ${op.fn}()`}`;
}
