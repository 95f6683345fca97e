// SPDX-License-Identifier: GPL-2.0-only
// A finding as a picture: the race table, with the window as a band and the deciding pair linked.
//
// It is drawn on a grid of characters, in a font of one width. Time runs downward; each thread has
// a column. Nothing is told by colour alone, and nothing is fetched or run.

import { printable } from '#base/text';
import type { Finding } from '#finding/finding';
import { withoutBuffers } from './buffers.ts';
import { castLine, castOf } from './cast.ts';
import { selectSteps } from './select.ts';
import { type TableLine, tableLines, wrapCell } from './table.ts';
import { findingTitle } from './words.ts';

const ROW = 17;
const CHARACTER = 7.3;
const MARGIN = 16;
const CELL = 42;
const GUTTER = 24;
/** The base line of the first line under the title. */
const HEADS = 45;
/** As in the text report. */
const STEPS_SHOWN = 32;

const style = `text{font:12px ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre}
text{fill:#1a1d21}.t{font-weight:700;font-size:15px}.d,.w{fill:#5a626c}
.m{fill:#b3161b;font-weight:700}.bg{fill:#fff}.band{fill:#fdeede;stroke:#a3520a}
.rule{stroke:#d9dde3}.pair{fill:none;stroke:#b3161b;stroke-width:1.6}
@media (prefers-color-scheme:dark){text{fill:#e8ebef}.d,.w{fill:#a3adb9}.m{fill:#ff9494}
.bg{fill:#12161b}.band{fill:#33261a;stroke:#f0a860}.rule{stroke:#343c47}.pair{stroke:#ff9494}}`;

/** A line of the picture. */
interface Placed {
  readonly line: TableLine;
  readonly text: string;
  readonly column: number;
  readonly row: number;
  /** The first line of one of the two accesses that decide. */
  readonly marked: boolean;
}

/** The picture, a whole document. */
export function svgReport(given: Finding): string {
  const finding = withoutBuffers(given);
  const cast = castOf(finding);
  const lines = tableLines(finding, selectSteps(finding, STEPS_SHOWN), cast);
  const threads = [...new Set(lines.map((l) => l.thread))];
  const placed = placedLines(lines, threads);
  const rows = (placed.at(-1)?.row ?? 0) + 1;
  const width = MARGIN * 2 + threads.length * columnWidth() - GUTTER;
  const title = findingTitle(finding);
  const because = `breaks ${finding.property}: ${finding.witness.because}`;
  const wide = Math.max(width, MARGIN * 2 + Math.max(title.length * 1.3, 64) * CHARACTER);
  const fit = Math.floor((wide - MARGIN * 2) / CHARACTER);
  const heads = [because, castLine(cast)].flatMap((text) => wrapCell(printable(text), fit));
  // Under the heads stand the names of the threads, then the first row.
  const top = HEADS + heads.length * ROW + 13;
  const height = top + rows * ROW + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(wide)} ${height}"`,
    ` width="${Math.ceil(wide)}" height="${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escaped(title)}</title>`,
    `<desc id="d">${escaped(because)}</desc>`,
    `<style>${style}</style>`,
    `<rect class="bg" width="100%" height="100%"/>`,
    textAt(MARGIN, 26, 't', title),
    ...heads.map((text, i) => textAt(MARGIN, HEADS + i * ROW, 'd', text)),
    ...bandOf(finding, placed, threads, top),
    ...threads.map((thread, i) => textAt(xOf(i), top - 9, 't', thread)),
    `<path class="rule" d="M${MARGIN} ${top - 3}H${Math.ceil(wide) - MARGIN}"/>`,
    ...placed.map(({ text, column, row, marked, line }) => {
      const kind = marked ? 'm' : line.text.startsWith('  ') ? 's' : 'w';
      return textAt(xOf(column), yOf(row, top) + 12, kind, marked ? `◆${text.slice(1)}` : text);
    }),
    ...pairOf(placed, top),
    '</svg>\n',
  ].join('\n');
}

function columnWidth(): number {
  return CELL * CHARACTER + GUTTER;
}

function xOf(column: number): number {
  return Math.round(MARGIN + column * columnWidth());
}

function yOf(row: number, top: number): number {
  return top + row * ROW;
}

function placedLines(lines: readonly TableLine[], threads: readonly string[]): Placed[] {
  const placed: Placed[] = [];
  for (const line of lines) {
    const column = threads.indexOf(line.thread);
    wrapCell(printable(line.text), CELL).forEach((text, i) => {
      const marked = line.decides && i === 0;
      placed.push({ line, text, column, row: placed.length, marked });
    });
  }
  return placed;
}

/** The window in the column of its thread, from the step that opens it to what closes it. */
function bandOf(
  { why }: Finding,
  placed: readonly Placed[],
  threads: readonly string[],
  top: number,
): readonly string[] {
  const { window } = why ?? {};
  if (!window || why?.always) return [];
  const column = threads.indexOf(window.victim);
  const { opens, closes } = window;
  const inside = placed.filter(
    ({ line }) => line.step >= (opens ?? 0) && (closes === null || line.step <= closes),
  );
  const [first, last] = [inside[0], inside.at(-1)];
  if (column < 0 || first === undefined || last === undefined) return [];
  const height = (last.row - first.row + 1) * ROW;
  const width = Math.round(columnWidth() - GUTTER + 8);
  const at = `x="${xOf(column) - 6}" y="${yOf(first.row, top)}"`;
  return [
    `<g><title>the window of ${escaped(window.victim)}</title>`,
    `<rect class="band" ${at} width="${width}" height="${height}"/></g>`,
  ];
}

/** The line from the first of the two accesses that decide to the second. */
function pairOf(placed: readonly Placed[], top: number): readonly string[] {
  const [a, b] = placed.filter((p) => p.marked);
  if (a === undefined || b === undefined) return [];
  const right = b.column >= a.column;
  const gutter = xOf(right ? b.column : b.column + 1) - 12;
  const [from, to] = [yOf(a.row, top) + 8, yOf(b.row, top) + 8];
  const start = right ? xOf(a.column) + Math.round(a.text.length * CHARACTER) + 6 : xOf(a.column);
  const end = right ? xOf(b.column) - 2 : xOf(b.column) + Math.round(b.text.length * CHARACTER) + 6;
  return [`<path class="pair" d="M${start} ${from}H${gutter}V${to}H${end}"/>`];
}

function textAt(x: number, y: number, kind: string, text: string): string {
  return `<text x="${x}" y="${y}" class="${kind}" xml:space="preserve">${escaped(text)}</text>`;
}

/** What came from an input has no markup and no characters that XML does not allow. */
function escaped(text: string): string {
  return [...text]
    .map((c) => (c === '◆' ? c : printable(c)))
    .join('')
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
