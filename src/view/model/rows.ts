// SPDX-License-Identifier: GPL-2.0-only
// The rows of a run: steps that are told, with the very lines of the text report, and between them
// folds of steps that nobody else could have noticed.
//
// A fold never hides a turn of the story: it ends where another thread goes on, where what the
// alternatives come to changes, where a thread begins or ends to wait for a lock, where the window
// opens or closes, and at the point of no return.

import type { Finding } from '#finding/finding';
import type { Alternative } from '#finding/why';
import { castOf, shorten } from '#report/cast';
import { placeOf } from '#report/frames';
import { accessText } from '#report/phrases';
import { selectSteps } from '#report/select';
import { type TableLine, tableLines } from '#report/table';

/** A row: a step that is told, or several that are folded. */
export interface PaneRow {
  /** Indices of its first and its last step. */
  readonly from: number;
  readonly to: number;
  readonly thread: string;
  /** True where another thread goes on than before. */
  readonly switches: boolean;
  /** What is told; empty: the row is a fold. */
  readonly lines: readonly TableLine[];
  /** Of a fold: what it hides, in a line. */
  readonly folded: string;
}

/** What rows are made of beside the trace. */
interface RowOptions {
  /** Show every step. */
  readonly all: boolean;
  /** Steps before this one are one fold: they are the same in another column. */
  readonly common: number;
  /** Steps that begin a row of their own, whatever happens there. */
  readonly cuts: ReadonlySet<number>;
}

const ROWS_SHOWN = 48;

/** The rows of @finding, whose trace is that of the run. */
export function rowsOf(finding: Finding, { all, common, cuts }: RowOptions): PaneRow[] {
  const { trace } = finding;
  const shown = all
    ? trace.map((_, index) => ({ index, access: true }))
    : selectSteps(finding, ROWS_SHOWN);
  const from = all ? 0 : common;
  const told = shown.filter(({ index }) => index >= from);
  const lines = new Map<number, TableLine[]>();
  for (const line of tableLines(finding, told, castOf(finding))) {
    const known = lines.get(line.step);
    if (known === undefined) lines.set(line.step, [line]);
    else known.push(line);
  }
  const rows: PaneRow[] = [];
  const push = (a: number, b: number): void => {
    const { thread } = trace[a]!;
    const switches = a > 0 && trace[a - 1]!.thread !== thread && a >= from;
    const own = a === b ? (lines.get(a) ?? []) : [];
    rows.push({ from: a, to: b, thread, switches, lines: own, folded: foldText(finding, a, b) });
  };
  if (from > 0) push(0, from - 1);
  for (let a = from; a < trace.length; ) {
    let b = a;
    if (!lines.has(a)) {
      const same = (i: number): boolean =>
        !lines.has(i) && !cuts.has(i) && trace[i]!.thread === trace[a]!.thread;
      while (b + 1 < trace.length && same(b + 1)) b++;
    }
    push(a, b);
    a = b + 1;
  }
  return rows;
}

/** Steps at which what alternatives come to is another than at the step before. */
export function verdictCuts(alternatives: readonly Alternative[], length: number): Set<number> {
  const at: string[] = new Array<string>(length).fill('');
  for (const a of alternatives) if (a.step < length) at[a.step] += `${a.thread} ${a.verdict};`;
  return new Set(at.flatMap((text, i) => (i > 0 && at[i - 1] !== text ? [i] : [])));
}

/** `17 steps in klist_add_tail() ... really_probe(), takes dev`. */
function foldText(finding: Finding, from: number, to: number): string {
  const { trace } = finding;
  const cast = castOf(finding);
  const steps = trace.slice(from, to + 1);
  const [only, second] = steps;
  if (only !== undefined && second === undefined) {
    return shorten(`${accessText(only)} in ${placeOf(only)}()`, cast);
  }
  const places = [...new Set(steps.map(placeOf))];
  const [first, last] = [places[0]!, places.at(-1)!];
  const where = first === last ? `${first}()` : `${first}() … ${last}()`;
  const before = trace.slice(0, from).findLast((s) => s.thread === only!.thread)?.locks ?? [];
  const after = steps.at(-1)!.locks;
  const oneThread = steps.every((s) => s.thread === only!.thread);
  const taken = after.filter((lock) => !before.includes(lock));
  const given = before.filter((lock) => !after.includes(lock));
  const locks = [
    ...(taken.length > 0 ? [`takes ${taken.join(', ')}`] : []),
    ...(given.length > 0 ? [`gives back ${given.join(', ')}`] : []),
  ];
  const text = [`${steps.length} steps in ${where}`, ...(oneThread ? locks : [])].join(', ');
  return shorten(text, cast);
}

/** The locks that each thread holds after each step, in the order taken. */
export function locksAlong({ trace }: Pick<Finding, 'trace'>): ReadonlyMap<string, string[]>[] {
  const held = new Map<string, string[]>();
  return trace.map((step) => {
    held.set(step.thread, [...step.locks]);
    return new Map(held);
  });
}
