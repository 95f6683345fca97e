// SPDX-License-Identifier: GPL-2.0-only
// The race table: time runs downward, one column per thread, only the steps that matter.
//
// After the tables in Documentation/process/maintainer-tip.rst. The two accesses that decide have a
// line of carets under them. More threads than fit side by side are told one below another, each
// line with the name of its thread.

import { printable, textColumns, wrap } from '#base/text';
import type { Finding, TraceStep } from '#finding/finding';
import { castLine, castOf, type ShortNames, shorten } from './cast.ts';
import { placeOf } from './frames.ts';
import { stepLines } from './phrases.ts';
import { decidingSteps, type Shown, selectSteps } from './select.ts';

/** Layout of a table. */
export interface TableOptions {
  /** Columns in all. */
  readonly width?: number;
  /** Steps to show at most; details are left out until they fit. */
  readonly rowsMax?: number;
}

/** A line of one thread's column. */
export interface TableLine {
  readonly thread: string;
  /** Index into the trace of the step that it is about. */
  readonly step: number;
  readonly text: string;
  /** One of the accesses that decide: a line of carets goes under it. */
  readonly decides: boolean;
}

const sideBySideMax = 3;
const rowsUsual = 32;
const gap = 2;

/** Narrower columns can not be read: threads are told one below another. */
const cellLeast = 18;

function cellOf(threads: number, width: number): number {
  return Math.floor((width - gap * (threads - 1)) / threads);
}

/** The table of @finding, as lines of at most `width` columns. */
export function raceTable(finding: Finding, options: TableOptions = {}): string[] {
  const width = options.width ?? textColumns();
  const shown = selectSteps(finding, options.rowsMax ?? rowsUsual);
  const cast = castOf(finding);
  const lines = tableLines(finding, shown, cast);
  const threads = [...new Set(lines.map((l) => l.thread))];
  if (threads.length === 0) return [];
  const told = castLine(cast);
  const names = told === '' ? [] : [...wrap(printable(told), { width }), ''];
  const table =
    threads.length <= sideBySideMax && cellOf(threads.length, width) >= cellLeast
      ? sideBySide(lines, threads, width)
      : oneBelowAnother(lines, width);
  return [...names, ...table];
}

/** What the stacks of @finding are those of. */
export function stacksTitle(finding: Finding): string {
  const marks = decidingSteps(finding).length;
  if (marks === 0)
    return `Call stacks ${finding.failure ? 'where the rule is broken' : 'at the end'}:`;
  return `Call stacks at the marked ${marks === 1 ? 'access' : 'accesses'}:`;
}

/** Stacks of threads at one moment, side by side, innermost function first. */
export function stackTable(finding: Finding, width = textColumns()): string[] {
  const stacks = decidingStacks(finding);
  const threads = stacks.map((s) => s.thread);
  if (threads.length === 0) return [];
  const cell = cellOf(threads.length, width);
  if (cell < cellLeast) {
    return stacks.flatMap(({ thread, stack }) => [
      ...wrapCell(printable(`${thread}:`), width),
      ...stack.flatMap((fn) => wrapCell(printable(` ${fn}`), width)),
    ]);
  }
  const texts = stacks.map((s) => s.stack.flatMap((fn) => wrapCell(printable(` ${fn}`), cell)));
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

/** A thread and where it stood, innermost function first, as a kernel prints it. */
interface ThreadStack {
  readonly thread: string;
  readonly stack: readonly string[];
}

/**
 * Where the thread of the later deciding access (or else of the step that breaks the rule) stood,
 * that of the other deciding access at its own, and where each other thread of the table had come
 * to: at most three. Those that were in the middle of something come before those at the end.
 */
export function decidingStacks(finding: Finding): ThreadStack[] {
  const { trace } = finding;
  const steps = selectSteps(finding, rowsUsual).map((s) => s.index);
  const at = finding.deciding ?? finding.failure?.step ?? steps.at(-1) ?? trace.length - 1;
  const decider = trace[at];
  if (!decider) return [];
  const partner = decidingSteps(finding).find((i) => i !== at);
  const shown = new Set(steps.map((i) => trace[i]!.thread));
  const others: { stack: ThreadStack; rank: number; last: number }[] = [];
  for (const thread of shown) {
    if (thread === decider.thread) continue;
    const last = findLastIndex(trace, at, (s) => s.thread === thread);
    const next = trace.findIndex((s, i) => i > at && s.thread === thread);
    const decides = partner !== undefined && trace[partner]!.thread === thread;
    const step = decides ? trace[partner]! : (trace[last] ?? trace[next]);
    if (!step) continue;
    const rank = decides ? 2 : last >= 0 && next >= 0 ? 1 : 0;
    others.push({ stack: stackOf(step), rank, last });
  }
  others.sort((a, b) => b.rank - a.rank || b.last - a.last);
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

function stackOf(step: TraceStep): ThreadStack {
  return { thread: step.thread, stack: step.stack };
}

/** What is told of the steps @shown, a line each, functions before what happens in them. */
export function tableLines(
  finding: Finding,
  shown: readonly Shown[],
  cast: ShortNames,
): TableLine[] {
  const lines: TableLine[] = [];
  const deciding = new Set(decidingSteps(finding));
  const inside = new Map<string, string>();
  let running = '';
  for (const { index, access } of shown) {
    const step = finding.trace[index]!;
    const { thread } = step;
    stepLines(step, access).forEach(({ text, place: returning }, i) => {
      const place = returning ?? placeOf(step);
      if (inside.get(thread) !== place || running !== thread) {
        lines.push({ thread, step: index, text: `${place}()`, decides: false });
        inside.set(thread, place);
      }
      running = thread;
      const decides = deciding.has(index) && i === 0;
      lines.push({ thread, step: index, text: `  ${shorten(text, cast)}`, decides });
    });
  }
  return lines;
}

function header(threads: readonly string[], cell: number): string[] {
  const rule = threads.map(() => '-'.repeat(cell));
  const names = threads.map((t) => wrapCell(printable(t), cell));
  const most = Math.max(...names.map((lines) => lines.length));
  const lines = Array.from({ length: most }, (_, i) => names.map((own) => own[i] ?? ''));
  return [...lines.map((cells) => joinCells(cells, cell)), joinCells(rule, cell)];
}

function sideBySide(
  lines: readonly TableLine[],
  threads: readonly string[],
  width: number,
): string[] {
  const cell = cellOf(threads.length, width);
  const out = header(threads, cell);
  for (const line of lines) {
    const column = threads.indexOf(line.thread);
    for (const text of cellLines(line, cell)) {
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

function oneBelowAnother(lines: readonly TableLine[], width: number): string[] {
  const out: string[] = [];
  let running = '';
  for (const line of lines) {
    if (line.thread !== running) out.push(...wrapCell(`${printable(line.thread)}:`, width));
    running = line.thread;
    for (const text of cellLines(line, width - 2)) out.push(`  ${text}`);
  }
  return out;
}

/** The lines of a cell, with carets as long as its longest line where it decides. */
function cellLines(line: TableLine, width: number): string[] {
  const texts = wrapCell(printable(line.text), width);
  if (!line.decides) return texts;
  const indent = line.text.length - line.text.trimStart().length;
  const longest = Math.max(...texts.map((t) => t.length));
  return [...texts, ' '.repeat(indent) + '^'.repeat(longest - indent)];
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
