// SPDX-License-Identifier: GPL-2.0-only
// The dependence table for views by number: each pair is asked once.

import { type DependenceFaults, dependent } from './dependence.ts';
import type { OpView } from './program.ts';

const INDEPENDENT = 1;
const DEPENDENT = 2;

/** Answers of dependent(), kept. */
export class DependenceMatrix {
  private readonly rows: Uint8Array[] = [];
  private readonly views: readonly OpView[];
  private readonly faults: DependenceFaults | undefined;

  constructor(views: readonly OpView[], faults?: DependenceFaults) {
    this.views = views;
    this.faults = faults;
  }

  /** True if the order of the views @a and @b can matter. */
  dependent(a: number, b: number): boolean {
    const row = this.row(a, b);
    if (row[b] === 0) {
      const answer = dependent(this.views[a]!, this.views[b]!, this.faults);
      row[b] = answer ? DEPENDENT : INDEPENDENT;
    }
    return row[b] === DEPENDENT;
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
