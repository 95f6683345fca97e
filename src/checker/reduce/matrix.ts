// SPDX-License-Identifier: GPL-2.0-only
// The dependence table for views by number: each pair is asked once.
//
// It knows one more case than the table does: two stores of the same value into one cell commute.
// Strategies that count runs do not use it, since their counts are known for the table as it is.

import type { Views } from '#checker/machine/code';
import type { Machine } from '#checker/machine/machine';
import { type DependenceFaults, dependent } from '#checker/program/dependence';
import type { ReductionFaults } from './discipline.ts';

type Faults = DependenceFaults & Pick<ReductionFaults, 'neverWake'>;

const INDEPENDENT = 1;
const DEPENDENT = 2;

/** Answers of dependent(), kept. */
export class DependenceMatrix {
  private readonly rows: Uint8Array[] = [];
  private readonly views: Views;
  private readonly faults: Faults | undefined;
  private readonly pending = new Int32Array(32);

  constructor(views: Views, faults?: Faults) {
    this.views = views;
    this.faults = faults;
  }

  /** True if the order of the views @a and @b can matter. */
  dependent(a: number, b: number): boolean {
    const row = this.row(a, b);
    if (row[b] === 0) {
      row[b] = this.ask(a, b) ? DEPENDENT : INDEPENDENT;
    }
    return row[b] === DEPENDENT;
  }

  /** Those of @asleep whose Op is independent of @view; @views: of what each would do. */
  independent(asleep: number, views: Int32Array, view: number): number {
    if (this.faults?.neverWake) return asleep;
    let still = 0;
    for (let rest = asleep; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      if (!this.dependent(views[q]!, view)) still |= 1 << q;
    }
    return still;
  }

  /** The same where @machine stands. */
  notWoken(machine: Machine, asleep: number, view: number): number {
    for (let rest = asleep; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      this.pending[q] = machine.view(q);
    }
    return this.independent(asleep, this.pending, view);
  }

  private ask(a: number, b: number): boolean {
    const { all, stored } = this.views;
    const [first, second] = [all[a]!, all[b]!];
    if (!dependent(first, second, this.faults)) return false;
    if (first.cell !== second.cell || (first.visible && second.visible)) return true;
    return stored[a] !== stored[b] || stored[a] === -1;
  }

  private row(a: number, b: number): Uint8Array {
    while (this.rows.length <= a) this.rows.push(new Uint8Array(0));
    const row = this.rows[a]!;
    if (b < row.length) return row;
    const grown = new Uint8Array(Math.max(256, b * 2));
    grown.set(row);
    this.rows[a] = grown;
    return grown;
  }
}
