// SPDX-License-Identifier: GPL-2.0-only
// The race table: time runs downward, one column per thread, only the steps that matter.
//
// After the tables in Documentation/process/maintainer-tip.rst. The deciding access has a line of
// carets under it. More threads than fit side by side are told one below another, each line with
// the name of its thread.

import { printable, reportColumns } from '#base/text';
import type { Finding, TraceStep } from './finding.ts';
import { stepLines } from './phrases.ts';
import { type Shown, selectSteps } from './select.ts';

/** Layout of a table. */
export interface TableOptions {
  /** Columns in all. */
  readonly width?: number;
  /** Steps to show at most; details are left out until they fit. */
  readonly rowsMax?: number;
}

/** A line of one thread's column. */
interface Line {
  readonly thread: string;
  readonly text: string;
  /** Under the deciding access: carets, never wrapped. */
  readonly carets: boolean;
}

const sideBySideMax = 3;
const gap = 2;

/** The table of @finding, as lines of at most `width` columns. */
export function raceTable(finding: Finding, options: TableOptions = {}): string[] {
  const width = options.width ?? reportColumns;
  const shown = selectSteps(finding, options.rowsMax ?? 32);
  const lines = tellSteps(finding, shown);
  const threads = [...new Set(lines.map((l) => l.thread))];
  if (threads.length === 0) return [];
  return threads.length <= sideBySideMax
    ? sideBySide(lines, threads, width)
    : oneBelowAnother(lines, width);
}

/** Stacks of threads at one moment, in the columns of the table: outermost caller first. */
export function stackTable(finding: Finding, width = reportColumns): string[] {
  const stacks = decidingStacks(finding);
  const lines = stacks.flatMap(({ thread, stack }) =>
    stack.map((fn, depth) => ({ thread, text: `${' '.repeat(depth % 8)}${fn}`, carets: false })),
  );
  const threads = stacks.map((s) => s.thread);
  if (threads.length === 0) return [];
  const columns = threads.map((t) => lines.filter((l) => l.thread === t));
  const cell = Math.floor((width - gap * (threads.length - 1)) / threads.length);
  const texts = columns.map((c) => c.flatMap((l) => wrapCell(printable(l.text), cell)));
  const rows = Math.max(...texts.map((t) => t.length));
  const out = header(threads, cell);
  for (let r = 0; r < rows; r++)
    out.push(
      joinCells(
        texts.map((t) => t[r] ?? ''),
        cell,
      ),
    );
  return out;
}

/** A thread and where it stood, outermost caller first. */
export interface ThreadStack {
  readonly thread: string;
  readonly stack: readonly string[];
}

/**
 * Where the thread of the deciding access stood, and where each other thread of the table (at
 * most two) had come to: those that were in the middle of something come before those at the end.
 */
export function decidingStacks(finding: Finding): ThreadStack[] {
  const { trace } = finding;
  const at = finding.deciding ?? trace.length - 1;
  const decider = trace[at];
  if (!decider) return [];
  const shown = new Set(selectSteps(finding, 32).map((s) => trace[s.index]!.thread));
  const others: { stack: ThreadStack; goesOn: boolean; last: number }[] = [];
  for (const thread of shown) {
    if (thread === decider.thread) continue;
    const last = findLastIndex(trace, at, (s) => s.thread === thread);
    const next = trace.findIndex((s, i) => i > at && s.thread === thread);
    const step = trace[last] ?? trace[next];
    if (!step) continue;
    others.push({ stack: stackOf(step), goesOn: last >= 0 && next >= 0, last });
  }
  others.sort((a, b) => Number(b.goesOn) - Number(a.goesOn) || b.last - a.last);
  return [stackOf(decider), ...others.slice(0, sideBySideMax - 1).map((o) => o.stack)];
}

function findLastIndex(
  trace: readonly TraceStep[],
  before: number,
  test: (step: TraceStep) => boolean,
): number {
  for (let i = before - 1; i >= 0; i--) if (test(trace[i]!)) return i;
  return -1;
}

/** The stack of a trace is innermost first; people read a path from its beginning. */
function stackOf(step: TraceStep): ThreadStack {
  return { thread: step.thread, stack: [...step.stack].reverse() };
}

function tellSteps(finding: Finding, shown: readonly Shown[]): Line[] {
  const lines: Line[] = [];
  const inside = new Map<string, string>();
  let running = '';
  for (const { index, access } of shown) {
    const step = finding.trace[index]!;
    const { thread } = step;
    if (inside.get(thread) !== step.function || running !== thread) {
      lines.push({ thread, text: `${step.function}()`, carets: false });
      inside.set(thread, step.function);
    }
    running = thread;
    const texts = stepLines(step, access);
    texts.forEach((text, i) => {
      lines.push({ thread, text: `  ${text}`, carets: false });
      if (index !== finding.deciding || i > 0) return;
      lines.push({ thread, text: `  ${'^'.repeat(text.length)}`, carets: true });
    });
  }
  return lines;
}

function header(threads: readonly string[], cell: number): string[] {
  const rule = threads.map(() => '-'.repeat(cell));
  const names = threads.map((t) => wrapCell(printable(t), cell)[0] ?? '');
  return [joinCells(names, cell), joinCells(rule, cell)];
}

function sideBySide(lines: readonly Line[], threads: readonly string[], width: number): string[] {
  const cell = Math.floor((width - gap * (threads.length - 1)) / threads.length);
  const out = header(threads, cell);
  for (const line of lines) {
    const column = threads.indexOf(line.thread);
    const texts = line.carets ? [line.text.slice(0, cell)] : wrapCell(printable(line.text), cell);
    for (const text of texts) {
      out.push(
        joinCells(
          threads.map((_, i) => (i === column ? text : '')),
          cell,
        ),
      );
    }
  }
  return out;
}

function oneBelowAnother(lines: readonly Line[], width: number): string[] {
  const out: string[] = [];
  let running = '';
  for (const line of lines) {
    if (line.thread !== running) out.push(`${printable(line.thread)}:`);
    running = line.thread;
    const texts = line.carets ? [line.text] : wrapCell(printable(line.text), width - 2);
    for (const text of texts) out.push(`  ${text.slice(0, width - 2)}`);
  }
  return out;
}

function joinCells(cells: readonly string[], cell: number): string {
  return cells
    .map((c) => c.padEnd(cell))
    .join(' '.repeat(gap))
    .trimEnd();
}

/** Break one line of a cell; further lines are indented by two more. */
export function wrapCell(text: string, width: number): string[] {
  const indent = text.length - text.trimStart().length;
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const cut = breakPoint(rest, width, lines.length === 0 ? indent : indent + 2);
    lines.push(rest.slice(0, cut).trimEnd());
    rest = ' '.repeat(Math.min(indent + 2, width - 8)) + rest.slice(cut).trimStart();
  }
  lines.push(rest);
  return lines;
}

/** Where to break: at the last blank; else after the last `->`, dot, slash or underscore. */
function breakPoint(text: string, width: number, indent: number): number {
  const head = text.slice(0, width + 1);
  const blank = head.lastIndexOf(' ');
  if (blank > indent) return blank;
  const within = text.slice(0, width);
  const mark = Math.max(...['->', '.', '/', '_', '('].map((m) => ends(within, m)));
  return mark > indent ? mark : width;
}

function ends(text: string, mark: string): number {
  const at = text.lastIndexOf(mark);
  return at < 0 ? -1 : at + mark.length;
}
