// SPDX-License-Identifier: GPL-2.0-only
// The report for a terminal: what holds, what does not, how far was looked, and the first race.

import { columns, ellipsis, fitted, plural, printable, textColumns, wrap } from '#base/text';
import type { Baseline } from '#finding/baseline';
import type { Finding } from '#finding/finding';
import type {
  CheckReport,
  Outcome,
  Undecided,
  Verdict,
  WindowOutcome,
  WindowVerdict,
} from '#finding/report';
import { alikeTold, avoidedTold, type HeadedList } from './alike.ts';
import { nothingLines } from './board.ts';
import { withoutBuffers } from './buffers.ts';
import { coverageLines } from './coverage.ts';
import { moreLines, type Show, shownOf, summaryLines } from './summary.ts';
import { raceTable, stacksTitle, stackTable } from './table.ts';
import { whyLines } from './why.ts';
import {
  cutWords,
  deviceText,
  findingTitle,
  preemptionText,
  storesText,
  windowText,
} from './words.ts';

/** How words are painted; every painter returns its text unchanged where colour is off. */
export interface Paint {
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly good: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

const same = (text: string): string => text;

/** No colour: for files, pipes and tests. */
export const plain: Paint = { bad: same, warn: same, good: same, dim: same, strong: same };

/** What the summary needs beside the report. */
export interface TextOptions {
  readonly paint?: Paint;
  /** Name of each property, a word or two; its rule in full stands with its findings. */
  readonly rules?: ReadonlyMap<string, string>;
  /** Name of each window of the catalogue: a word or two. */
  readonly windows?: ReadonlyMap<string, string>;
  /** Known findings, where the user named a baseline. */
  readonly baseline?: Baseline | null;
  /** Which findings to tell in full; the gravest unless told. */
  readonly show?: Show;
}

/** The whole report, ending in a line feed. */
export function textReport(report: CheckReport, options: TextOptions = {}): string {
  const paint = options.paint ?? plain;
  if (report.nothing !== undefined) {
    const why = ['nothing was checked', ...nothingLines(report.nothing, textColumns())];
    return `${[...heading(report, paint), '', ...why].join('\n')}\n`;
  }
  const baseline = options.baseline ?? null;
  // What a baseline knows is counted, and told only where it is asked for by its number.
  const { show = 'gravest' } = options;
  const counted = baseline === null || typeof show === 'number';
  const all = counted ? report.findings : baseline.fresh;
  const shown = shownOf(all, show);
  const counting = report.input === null ? byClass : byDevice;
  const isAsked = report.properties !== undefined;
  const { head, reach } = coverageLines(report);
  const covered = head.map(({ text, isLimit }) => (isLimit ? paint.warn(text) : text));
  const noticed = noticedLines(report);
  const sections = [
    heading(report, paint),
    verdictTable('window', report.windows ?? [], options.windows, counting, paint),
    summary(report, baseline?.fresh ?? report.findings, paint),
    verdictTable('rule', report.verdicts, options.rules, counting, paint, isAsked),
    [...covered, ...(shown.length === 0 ? reach : [])],
    findingTable(report, options, paint),
    ...(shown.length === 0 ? [noticed] : []),
    baselineLines(baseline, paint),
    ...shown.map((finding) => findingText(finding, paint)),
    avoidHint(report, shown),
    // What is told of a finding comes first; a screen has no room for both.
    ...(shown.length === 0 ? [] : [farLines(reach), noticed]),
    moreLines(baseline?.fresh ?? all, shown.length),
  ];
  const texts = sections.filter((s) => s.length > 0).map((s) => s.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

/** Who acts in what was covered, and what was not, where that stands apart from what was. */
function farLines(reach: readonly string[]): string[] {
  return reach.length === 0 ? [] : ['How far that reaches:', ...reach];
}

/** One finding: the rule, the table, where the threads stood, and what was assumed. */
export function findingText(given: Finding, paint: Paint = plain): string[] {
  const finding = withoutBuffers(given);
  const stores = storesText(finding);
  const title = findingTitle(finding);
  const out = [
    ...wrap(printable(title), { rest: '  ' }).map(paint.strong),
    ...wrap(printable(`breaks ${finding.property}: ${finding.rule}`), {
      first: '  ',
      rest: '    ',
    }),
    ...wrap(printable(`because ${finding.witness.because}`), { first: '  ', rest: '    ' }),
    ...consequenceLines(finding),
    ...wrap(`takes ${preemptionText(finding)}`, { first: '  ', rest: '    ' }),
    ...(stores === null ? [] : wrap(`in this order ${stores}`, { first: '  ', rest: '    ' })),
    ...finding.assumed.flatMap((a) =>
      wrap(printable(`assumed: ${a}`), { first: '  ', rest: '    ' }),
    ),
    '',
    ...raceTable(finding),
    '',
    ...wrap(stacksTitle(finding)),
    '',
    ...stackTable(finding),
  ];
  const why = whyLines(finding);
  if (why.length > 0) out.push('', ...why);
  for (const told of [alikeTold(finding), avoidedTold(finding)]) {
    const lines = toldLines(told);
    if (lines.length > 0) out.push('', ...lines);
  }
  if (finding.symptom !== null) {
    out.push('', ...wrap(printable(`Seen as: ${finding.symptom}`), { rest: '  ' }));
  }
  for (const fix of finding.fixes) out.push(printable(`Fixes: ${fix}`));
  for (const closer of finding.closers ?? []) {
    out.push(...wrap(printable(`Closed by: ${closer}`), { rest: '  ' }));
  }
  for (const link of finding.links) out.push(printable(`Link: ${link}`));
  return out;
}

/** A heading with its items below it; none where there are none. */
function toldLines({ head, items }: HeadedList): string[] {
  if (items.length === 0) return [];
  return [
    ...wrap(printable(head), { rest: '  ' }),
    ...items.flatMap((item) => wrap(printable(item), { first: '  ', rest: '    ' })),
  ];
}

/** How to ask which options avoid what is @shown, where they were not asked. */
function avoidHint({ input, coverage }: CheckReport, shown: readonly Finding[]): string[] {
  const isOpen = ({ window, avoided, source }: Finding): boolean =>
    window !== null && avoided === undefined && source === undefined;
  if (input === null || coverage.memory !== undefined || !shown.some(isOpen)) return [];
  return wrap('Which boot options avoid that on this board: add --avoid', { rest: '  ' });
}

function consequenceLines({ consequence }: Finding): string[] {
  if (consequence === undefined) return [];
  return wrap(printable(`so that ${consequence}`), { first: '  ', rest: '    ' });
}

function summary(report: CheckReport, told: readonly Finding[], paint: Paint): string[] {
  const [head, ...rows] = summaryLines(report, told);
  if (head === undefined) return [];
  return [paint.dim(head), ...rows.map((row) => row.replace(/^(C\d+|new\?) /, paint.bad))];
}

function heading(report: CheckReport, paint: Paint): string[] {
  const { tool, kernel, input } = report;
  const board = input === null ? 'generic worlds' : input.basename;
  const fixes = kernel.userFixes.length === 0 ? '' : `, with ${kernel.userFixes.join(', ')}`;
  const text = `${tool.name} ${tool.version}: ${board} under ${kernel.name}${fixes}`;
  return wrap(printable(text)).map(paint.strong);
}

const painterOf: Readonly<Record<Outcome | WindowOutcome, keyof Paint>> = {
  violated: 'bad',
  found: 'bad',
  bounded: 'warn',
  holds: 'good',
  absent: 'good',
  'not reached': 'warn',
  'n.a.': 'dim',
};

/** What the rows of a table count. */
interface Counting {
  readonly nouns: readonly [one: string, several: string];
  readonly of: (v: Verdict | WindowVerdict) => number;
}

const byDevice: Counting = { nouns: ['device', 'devices'], of: (v) => v.devices.length };

/** In the generic worlds one name stands for clients of several classes. */
const byClass: Counting = {
  nouns: ['class', 'classes'],
  of: (v) => v.classes ?? v.devices.length,
};

/** What was asked, a row each, and under it why nothing was decided. */
function verdictTable(
  what: 'rule' | 'window',
  given: readonly (Verdict | WindowVerdict)[],
  names: ReadonlyMap<string, string> | undefined,
  { nouns, of }: Counting,
  paint: Paint,
  isAsked = true,
): string[] {
  const [folded, verdicts] = foldedVerdicts(given, { nouns, of });
  if (verdicts.length === 0) return folded;
  const ids = verdicts.map((v) => ('property' in v ? v.property : v.window));
  const rows = verdicts.map((v, i) => [ids[i]!, v.outcome, String(of(v))]);
  const [head = '', ...lines] = columns([[what, 'outcome', nouns[1]], ...rows]);
  const room = textColumns() - head.length - 2;
  const told = verdicts.flatMap((verdict, i) => {
    const { outcome } = verdict;
    const name = printable(names?.get(ids[i]!) ?? '');
    // A name that no room is left for stands below.
    const isApart = name.split(' ').some((word) => word.length > room);
    const [first = '', ...rest] = isApart ? [] : wrap(name, { width: room });
    const line = `${lines[i]!.padEnd(head.length + 2)}${first}`.trimEnd();
    const below = isApart ? wrap(name, { first: '  ' }) : [];
    const painted = line.replace(` ${outcome}`, () => ` ${paint[painterOf[outcome]](outcome)}`);
    const indented = rest.map((text) => `${' '.repeat(head.length + 2)}${text}`);
    // One reason for all rules is told once.
    const before = verdicts[i - 1];
    const isTold = before !== undefined && undecidedText(verdict) === undecidedText(before);
    return [painted, ...below, ...indented, ...(isTold ? [] : undecidedLines(verdict, isAsked))];
  });
  return [paint.dim(head), ...told, ...folded];
}

/** More rules with one outcome for the same number of devices are told in one line. */
const ROWS_ALIKE_MAX = 3;

/** What is told of rules in one line. */
const FOLDED = { violated: 'rules that are broken', holds: 'rules that hold' } as const;

/** Lines for rules that all break or hold, where they are many, and the rows of the others. */
function foldedVerdicts(
  verdicts: readonly (Verdict | WindowVerdict)[],
  { nouns, of }: Counting,
): [string[], readonly (Verdict | WindowVerdict)[]] {
  const most = Math.max(0, ...verdicts.map(of));
  const alike = Object.entries(FOLDED).map(([outcome, words]) => ({
    words,
    rows: verdicts.filter((v) => v.outcome === outcome && of(v) === most),
  }));
  const folded = alike.filter(({ rows }) => rows.length > ROWS_ALIKE_MAX);
  const lines = folded.flatMap(({ words, rows }) => {
    const ids = rows.map((v) => ('property' in v ? v.property : v.window));
    return wrap(`${words} for ${plural(most, ...nouns)}: ${ids.join(' ')}`, { rest: '  ' });
  });
  const left = verdicts.filter((v) => folded.every(({ rows }) => !rows.includes(v)));
  return [lines, left];
}

/** Why nothing was decided; of what nobody asked for, what would come to it is enough. */
function undecidedLines(verdict: Undecided, isAsked: boolean): string[] {
  const { reach } = verdict;
  const text = isAsked || reach === undefined ? undecidedText(verdict) : reachText(reach);
  return text === null ? [] : wrap(printable(text), { first: '  ', rest: '    ' });
}

function undecidedText({ reason, reach }: Undecided): string | null {
  if (reason === undefined) return null;
  return reach === undefined ? reason : `${reason}; ${reachText(reach)}`;
}

function reachText(reach: readonly string[]): string {
  return reach.length === 0
    ? 'nothing that is known reaches it on this kernel'
    : `what reaches it: ${reach.join('; or ')}`;
}

/** Findings to list one by one. */
const ROWS_MAX = 8;
/** Columns that what a window is called needs at least to be of use. */
const TITLE_LEAST = 12;

function findingTable(report: CheckReport, options: TextOptions, paint: Paint): string[] {
  const told = options.baseline?.fresh ?? report.findings;
  // Many are told by their windows: the summary has the numbers of each.
  if (told.length === 0 || told.length > ROWS_MAX) return [];
  const rows = (cell: (text: string) => string) =>
    told.map((f) => [
      String(report.findings.indexOf(f) + 1),
      f.window ?? 'new?',
      f.property,
      `${f.preemptions}${f.minimal ? '' : '+'}`,
      cell(deviceText(f)),
    ]);
  const head = ['', 'window', 'rule', 'preempt', 'devices'];
  const narrow = fitted([head, ...rows((text) => ellipsis(text, 26))], { isHeaded: true });
  const room = textColumns() - Math.max(...narrow.map((line) => line.length)) - 2;
  // Where a row does not fit, it has a line for each column, and there is room for all of it.
  const asTable = narrow[0]?.trim().startsWith('window') === true && room >= TITLE_LEAST;
  const cell = (text: string): string => (asTable ? ellipsis(text, 26) : text);
  const titles = told.map((f) => printable(titleOf(f, options)));
  const all = rows(cell).map((row, i) => [
    ...row,
    asTable ? cutWords(titles[i]!, Math.min(room, 26)) : titles[i]!,
  ]);
  const lines = fitted([[...head, ''], ...all], { isHeaded: true });
  const isTable = lines[0]?.trim().startsWith('window');
  return lines.map((line, i) =>
    isTable && i === 0 ? paint.dim(line) : paintWindow(line, paint.bad),
  );
}

const noticedWords = {
  'data-race': 'data race',
  'lock-order-class': 'order of kinds of locks',
} as const;
/** Cycles of locks to print. */
const CYCLES_MAX = 5;

/** Cycles of locks, which break P9 whether a run deadlocks or not; the rest in numbers. */
function noticedLines(report: CheckReport): string[] {
  const noticed = report.noticed ?? [];
  const asked = report.verdicts.some((v) => v.property === 'P9' && v.outcome === 'violated');
  const orders = asked ? noticed.filter((n) => n.kind === 'lock-order') : [];
  const cycles = orders
    .slice(0, CYCLES_MAX)
    .flatMap((n) => wrap(`P9, could deadlock: ${n.because}`, { rest: '  ' }));
  if (orders.length > CYCLES_MAX) cycles.push(`and ${orders.length - CYCLES_MAX} more in JSON`);
  const counts = Object.entries(noticedWords).flatMap(([kind, word]) => {
    const count = noticed.filter((n) => n.kind === kind).length;
    const words = word.replace(/^(order|data race)/, '$1s');
    return count === 0 ? [] : [plural(count, word, words)];
  });
  if (counts.length === 0) return cycles;
  const text = `noticed, no failure by itself: ${counts.join(', ')}; --format json lists them`;
  return [...cycles, ...wrap(text, { rest: '  ' })];
}

function paintWindow(line: string, paint: (text: string) => string): string {
  return line.replace(/^(\d+ +)(\S+)/, (_, id: string, word: string) => id + paint(word));
}

function titleOf(finding: Finding, options: TextOptions): string {
  if (finding.window === null) return 'fits no known window';
  return options.windows?.get(finding.window) ?? '';
}

function baselineLines(baseline: Baseline | null, paint: Paint): string[] {
  if (baseline === null) return [];
  const [head = '', ...rest] = baselineRows(baseline);
  return [...wrap(head, { rest: '  ' }), ...rest.map(paint.dim)];
}

/** Rows of findings that are gone; more are counted. */
const GONE_MAX = 20;

/** What a baseline comes to: numbers, then a row for each finding that is gone. */
export function baselineRows({ known, fresh, gone, unsure }: Baseline): string[] {
  const counts = [
    plural(known.length, 'known finding'),
    plural(fresh.length, 'new finding'),
    `${gone.length} gone`,
  ];
  const open = unsure === null ? '' : `; whether more are gone is not known: ${unsure}`;
  const rows = gone.slice(0, GONE_MAX).map((f) => {
    const text = `  gone: ${windowText(f)} ${f.property} ${printable(f.class)}`;
    return cutWords(text, textColumns());
  });
  const more = gone.length - rows.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  return [`baseline: ${counts.join(', ')}${open}`, ...rows, ...rest];
}
