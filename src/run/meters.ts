// SPDX-License-Identifier: GPL-2.0-only
// How far each world has come, in memory that worker threads share with the one that shows it.
//
// A row of numbers for each world, written by the thread that explores it, at most every tenth of a
// second, and read whenever somebody looks. A row that is read while it is written shows a little
// of both; it is for people to look at, and no result depends on it.

import type { Meter } from '#checker/index';

/** Where a thread writes to. */
export interface Row {
  readonly shared: SharedArrayBuffer;
  readonly row: number;
}

/** How far a world has come. */
interface WorldProgress {
  readonly index: number;
  readonly states: number;
  readonly open: number;
  readonly low: number;
  readonly high: number | null;
}

const WIDTH = 5;
const [UNDER_WAY, STATES, OPEN, LOW, HIGH] = [0, 1, 2, 3, 4];
const EVERY_MS = 100;

/** Rows for @worlds. */
export class Meters {
  private readonly shared: SharedArrayBuffer;
  private readonly numbers: Float64Array;

  constructor(worlds: number) {
    this.shared = new SharedArrayBuffer(Math.max(1, worlds) * WIDTH * 8);
    this.numbers = new Float64Array(this.shared);
  }

  /** The row of world @index. */
  row(index: number): Row {
    return { shared: this.shared, row: index };
  }

  /** World @index is done. */
  done(index: number): void {
    this.numbers[index * WIDTH + UNDER_WAY] = 0;
  }

  /** The worlds under way, in their order. */
  underWay(): WorldProgress[] {
    const found: WorldProgress[] = [];
    for (let index = 0; index * WIDTH < this.numbers.length; index++) {
      const n = this.numbers.subarray(index * WIDTH, (index + 1) * WIDTH);
      if (n[UNDER_WAY] === 0) continue;
      const high = n[HIGH]!;
      found.push({
        index,
        states: n[STATES]!,
        open: n[OPEN]!,
        low: n[LOW]!,
        high: high < 0 ? null : high,
      });
    }
    return found;
  }
}

/** A meter that writes into @row, and then calls @written; @clock: milliseconds of any time. */
export function meterInto(
  { shared, row }: Row,
  written: () => void = () => {},
  clock = () => performance.now(),
): Meter {
  const n = new Float64Array(shared).subarray(row * WIDTH, (row + 1) * WIDTH);
  let latest = Number.NEGATIVE_INFINITY;
  return (sample) => {
    const now = clock();
    if (now - latest < EVERY_MS) return;
    latest = now;
    const { states, open, low, high } = sample();
    n[STATES] = states;
    n[OPEN] = open;
    n[LOW] = low;
    n[HIGH] = high ?? -1;
    n[UNDER_WAY] = 1;
    written();
  };
}
