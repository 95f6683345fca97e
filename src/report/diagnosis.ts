// SPDX-License-Identifier: GPL-2.0-only
// A diagnosis as text: the verdict, the devices in their order, the windows, and what to do.

import { ellipsis, fitted, plural, printable, textColumns, wrap } from '#base/text';
import type { DiagnosedDevice, Diagnosis, ModelAnswer, WeighedWindow } from '#finding/diagnosis';
import { type Paint, plain } from './text.ts';

/** Devices that are told in full, and rows of the table of groups. */
const DEVICES_MAX = 6;
const GROUPS_MAX = 24;

/** What the text needs beside the diagnosis. */
interface DiagnosisOptions {
  readonly paint?: Paint;
  /** What the log is called. */
  readonly name: string;
  /** Titles of the windows. */
  readonly titles: ReadonlyMap<string, string>;
}

/** The whole text, ending in a line feed. */
export function diagnosisText(d: Diagnosis, options: DiagnosisOptions): string {
  const paint = options.paint ?? plain;
  const sections = [
    heading(d, options.name, paint),
    verdictLines(d, paint),
    groupLines(d),
    deviceLines(d),
    windowLines(d, options.titles, paint),
    ...d.model.map((m) => modelLines(m)),
    ...[true, false].map((ofIommu) =>
      listed(
        ofIommu ? 'besides, of an IOMMU:' : 'besides, nothing of an IOMMU:',
        d.besides.filter((b) => b.ofIommu === ofIommu).map((b) => `line ${b.line}: ${b.what}`),
      ),
    ),
    listed('the log lacks:', d.missing),
    listed('to do:', d.do),
  ];
  const texts = sections.filter((s) => s.length > 0).map((s) => s.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

/** The JSON text, keys in the order of their types. */
export function diagnosisJson(d: Diagnosis): string {
  const { format, verdict, cause, because, lines, kernel, board, devices, windows } = d;
  const { model, besides, missing, do: todo } = d;
  const first = { format, verdict, cause, because, lines, kernel, board, devices, windows };
  return `${JSON.stringify({ ...first, model, besides, missing, do: todo }, null, 2)}\n`;
}

function heading({ kernel, board }: Diagnosis, name: string, paint: Paint): string[] {
  const release = kernel.release ?? 'an unknown kernel';
  const model = kernel.model === null ? 'no kernel of the model' : `taken as ${kernel.model}`;
  const named = kernel.model === release ? release : `${release}, ${model}`;
  const on = board === null ? '' : `, on ${board.file}`;
  return [
    ...wrap(printable(`${name}: ${named}${on}`)).map(paint.strong),
    ...wrap(printable(kernel.because), { first: '  ', rest: '  ' }),
  ];
}

function verdictLines({ verdict, cause, because, lines }: Diagnosis, paint: Paint): string[] {
  const painter = verdict === 'race' ? paint.bad : verdict === 'no race' ? paint.good : paint.warn;
  const where = lines.length === 0 ? '' : ` (${linesText(lines)})`;
  return [
    ...wrap(printable(`${verdict}: ${cause}`), { rest: '  ' }).map(painter),
    ...wrap(printable(`${because}${where}`), { first: '  ', rest: '  ' }),
  ];
}

function linesText(lines: readonly number[]): string {
  const shown = lines.slice(0, 6).join(', ');
  const more = lines.length > 6 ? `, and ${lines.length - 6} more` : '';
  return `${lines.length === 1 ? 'line' : 'lines'} ${shown}${more}`;
}

function groupLines({ devices }: Diagnosis): string[] {
  const grouped = devices.filter((d) => d.group !== null);
  if (grouped.length === 0) return [];
  const rows = grouped.slice(0, GROUPS_MAX).map((d) => {
    const joins = d.history.filter((t) => t.what.startsWith('joins group'));
    const by = /\(([^)]*)\)/.exec(joins[joins.length - 1]?.what ?? '')?.[1] ?? '';
    const line = joins[joins.length - 1]?.line ?? '';
    const names = [ellipsis(printable(d.name), 32), ellipsis(printable(by), 20)];
    return [String(d.group), ...names, String(line)];
  });
  const rest = grouped.length - rows.length;
  return [
    ...fitted([['group', 'device', 'named by', 'line'], ...rows], { isHeaded: true }),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
}

/** Devices to which more happened than that they joined a group. */
function deviceLines({ devices }: Diagnosis): string[] {
  const told = devices.filter(isEventful);
  const lines = told.slice(0, DEVICES_MAX).flatMap((d) => [
    printable(`${ellipsis(d.name, textColumns() - 5)}:`),
    ...d.history.slice(0, 16).flatMap((t) =>
      wrap(printable(t.what), {
        first: `  ${String(t.line).padStart(6)}  `,
        rest: ' '.repeat(10),
      }),
    ),
  ]);
  const rest = told.length - DEVICES_MAX;
  return rest > 0
    ? [...lines, `and ${plural(rest, 'device')} more; --format json has them`]
    : lines;
}

function isEventful({ history }: DiagnosedDevice): boolean {
  return history.some((t) => /late|defer|waits|fault|cannot join|fails/.test(t.what));
}

/** Windows with something to say; the others in one line. */
function windowLines(
  { windows }: Diagnosis,
  titles: ReadonlyMap<string, string>,
  paint: Paint,
): string[] {
  const near = windows.filter(isNear);
  const shared = ofAll(near);
  const rest = windows.filter((w) => !isNear(w));
  const lines = near.flatMap((w) => {
    const title = titles.get(w.window) ?? '';
    const where = w.lines.length === 0 ? '' : ` (${linesText(w.lines)})`;
    const own = w.missing.filter((m) => !shared.includes(m));
    const head = `${w.window} ${w.fits}: ${title}`;
    const painted = w.fits === 'certain' || w.fits === 'fits' ? paint.bad : paint.dim;
    return [
      ...wrap(printable(head), { rest: '     ' }).map((line, i) =>
        i === 0 ? painted(line) : line,
      ),
      ...wrap(printable(`${w.because}${where}`), { first: '     ', rest: '     ' }),
      ...(own.length === 0
        ? []
        : wrap(printable(`missing: ${own.join('; ')}`), { first: '     ', rest: '       ' })),
    ];
  });
  const no = rest.filter((w) => w.fits === 'no').length;
  const open = rest.length - no;
  const counts = [
    ...(no > 0 ? [`${plural(no, 'other window')}: no`] : []),
    ...(open > 0 ? [`${plural(open, 'window')} that the log cannot tell`] : []),
  ];
  const tail = counts.length === 0 ? [] : wrap(`${counts.join('; ')}; --format json has why`);
  const all =
    shared.length === 0
      ? []
      : wrap(printable(`missing for each that is open: ${shared.join('; ')}`), { rest: '  ' });
  return [...lines, ...all, ...tail];
}

/** What every window that is open lacks, where there are several: it is told once. */
function ofAll(near: readonly WeighedWindow[]): string[] {
  const [first, ...others] = near.filter(({ fits }) => fits === 'can not tell' || fits === 'fits');
  if (first === undefined || others.length === 0) return [];
  return first.missing.filter((m) => others.every(({ missing }) => missing.includes(m)));
}

function isNear({ fits, lines, missing }: WeighedWindow): boolean {
  if (fits === 'no') return lines.length > 1;
  return fits !== 'can not tell' || (lines.length > 0 && missing.length > 0);
}

function modelLines(m: ModelAnswer): string[] {
  return [
    ...wrap(printable(`the model, asked for ${m.window} on ${m.device}: ${m.because}`), {
      rest: '  ',
    }),
    ...(m.table.length === 0 ? [] : ['', ...m.table.map(printable)]),
    ...(m.prevented.length === 0 ? [] : ['', 'would have prevented it:']),
    ...m.prevented.flatMap((p) =>
      wrap(printable(`${p.prevents}: ${p.what}${p.because === '' ? '' : `: ${p.because}`}`), {
        first: '  ',
        rest: '    ',
      }),
    ),
    ...(m.openIn === null
      ? []
      : [printable(`${m.openIn.open ? 'open' : 'not found'} in ${m.openIn.kernel}`)]),
  ];
}

function listed(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return [title, ...items.flatMap((i) => wrap(printable(i), { first: '  ', rest: '    ' }))];
}
