// SPDX-License-Identifier: GPL-2.0-only
// A sweep as text, CSV and JSON. The text leads with what differs: between kernels, between boards.

import { fitted, plural, printable, wrap } from '#base/text';
import type { ReportKernel } from '#finding/report';
import type { SweepReport, SweptAnswer, SweptBoard, SweptBreak } from '#finding/sweep';
import { type ExitCode, exitCodeOf, exitCodes } from './exit.ts';
import { grouped } from './words.ts';

/** What a board came to under a kernel, in a word. */
type SweptWord = 'violated' | 'holds' | 'not decided' | 'no clients' | 'not done';

const words: readonly SweptWord[] = ['violated', 'not decided', 'holds', 'no clients', 'not done'];

/** What @answer is in a word: what the exit code of a check of this board says. */
export function sweptWord(answer: SweptAnswer | null): SweptWord {
  if (answer === null) return 'not done';
  if (answer.nothing) return 'no clients';
  const code = answerCode(answer);
  if (code === exitCodes.violated) return 'violated';
  return code === exitCodes.holds ? 'holds' : 'not decided';
}

function answerCode({ nothing, verdicts, windows, properties, breaks, bounded }: SweptAnswer) {
  return exitCodeOf({
    ...(nothing ? { nothing } : {}),
    verdicts,
    ...(windows === undefined ? {} : { windows }),
    ...(properties === undefined ? {} : { properties }),
    findings: breaks,
    coverage: { bounded },
  });
}

/** The worst that a check of one of the boards would end with: 1, then 3, then 0. */
export function sweepExit({ boards, unread, complete }: SweepReport): ExitCode {
  const all = boards.flatMap(({ answers }) => answers.map(sweptWord));
  if (all.includes('violated')) return exitCodes.violated;
  const isOpen = !complete || unread.length > 0 || all.some((word) => word !== 'holds');
  return isOpen || all.length === 0 ? exitCodes.bounded : exitCodes.holds;
}

/** `C10/P1`; `new?/P1` for what fits no window. */
export function breakText({ window, property }: Pick<SweptBreak, 'window' | 'property'>): string {
  return `${window ?? 'new?'}/${property}`;
}

function breaksOf(answer: SweptAnswer | null | undefined): readonly string[] {
  return answer?.breaks.map(breakText) ?? [];
}

/** `A`, `B`, ... `Z`, `A1`: what a kernel is called in the columns of a report. */
export function kernelLetter(i: number): string {
  const letter = String.fromCharCode(65 + (i % 26));
  return i < 26 ? letter : `${letter}${Math.floor(i / 26)}`;
}

/** A kernel in words. */
export function sweptKernel({ name, userFixes }: ReportKernel): string {
  const fixes = userFixes.filter((fix) => !name.includes(fix));
  return fixes.length === 0 ? name : `${name} with ${fixes.join(', ')}`;
}

/** How many boards break each rule in each window, kernel by kernel. */
export function breakCounts({ boards, kernels }: SweepReport): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const { answers } of boards) {
    for (const [k, answer] of answers.entries()) {
      for (const text of breaksOf(answer)) {
        const row = counts.get(text) ?? kernels.map(() => 0);
        row[k]!++;
        counts.set(text, row);
      }
    }
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The report as text. */
export function sweepText(report: SweepReport): string {
  const { tool, kernels, boards, unread, complete } = report;
  // What is said of all boards is said of those that are done under each kernel.
  const done = boards.filter(({ answers }) => !answers.includes(null));
  const asked = done.filter(({ answers }) => answers.some((a) => a?.nothing === false));
  const clients = `${grouped(asked.length)} with clients behind an IOMMU`;
  const head = `racewindow ${tool.version}: ${plural(boards.length, 'board')}, of which ${
    complete ? clients : `${grouped(done.length)} done, and of these ${clients}`
  }`;
  const lines = [
    ...wrap(head),
    ...(complete ? [] : ['', 'Stopped before it was done; what was explored is kept.']),
    '',
    ...kernels.flatMap((kernel, i) =>
      wrap(sweptKernel(kernel), { first: `${kernelLetter(i)}  `, rest: '   ' }),
    ),
    '',
    ...changeLines(report),
    ...apartLines(report, asked),
    ...kindLines(asked),
    ...outcomeLines(report),
    ...unread.flatMap(({ name, code, message }, i) => [
      ...(i === 0 ? ['', 'could not be read:'] : []),
      ...wrap(printable(`${name}: ${code}: ${message}`), { first: '  ', rest: '    ' }),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What comes and goes from each kernel to the next. */
function changeLines({ kernels, boards }: SweepReport): string[] {
  const lines: string[] = [];
  for (let k = 1; k < kernels.length; k++) {
    const both = boards.filter(({ answers }) => answers[k - 1] !== null && answers[k] !== null);
    const come = changed(both, k - 1, k);
    const gone = changed(both, k, k - 1);
    const open = sum(come.open, gone.open);
    const first = `from ${kernelLetter(k - 1)} to ${kernelLetter(k)}  `;
    const parts = [
      ...told('gone', gone.sure),
      ...told('new', come.sure),
      ...told('not decided, as a limit was hit', open),
    ];
    const whole = both.every(({ answers }) => !isCutOff(answers[k - 1]) && !isCutOff(answers[k]));
    const none = whole ? 'no board changes' : 'no board changes as far as was explored';
    const text = parts.length === 0 ? none : parts.join('; ');
    lines.push(...wrap(text, { first }));
  }
  return lines.length === 0 ? [] : ['What changes between kernels:', '', ...lines, ''];
}

/** What was not found in @answer may be there all the same. */
function isCutOff(answer: SweptAnswer | null | undefined): boolean {
  return answer == null || answer.bounded.length > 0;
}

type Counts = ReadonlyMap<string, number>;

/**
 * On how many boards each rule is broken under kernel @to and not under @from; open where a limit
 * was hit under @from.
 */
function changed(
  boards: readonly SweptBoard[],
  from: number,
  to: number,
): { sure: Counts; open: Counts } {
  const counts = { sure: new Map<string, number>(), open: new Map<string, number>() };
  for (const { answers } of boards) {
    const before = breaksOf(answers[from]);
    const into = isCutOff(answers[from]) ? counts.open : counts.sure;
    for (const text of breaksOf(answers[to])) {
      if (!before.includes(text)) into.set(text, (into.get(text) ?? 0) + 1);
    }
  }
  return { sure: sum(counts.sure), open: sum(counts.open) };
}

/** All of @maps together, by name. */
function sum(...maps: readonly Counts[]): Counts {
  const all = new Map<string, number>();
  for (const [text, n] of maps.flatMap((m) => [...m])) all.set(text, (all.get(text) ?? 0) + n);
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function told(word: string, counts: Counts): string[] {
  const parts = [...counts].map(([text, n]) => `${text} on ${grouped(n)}`);
  return parts.length === 0 ? [] : [`${word}: ${parts.join(', ')}`];
}

/** How many boards break what, where that is neither none nor all of them. */
function apartLines(report: SweepReport, asked: readonly SweptBoard[]): string[] {
  const counts = breakCounts({ ...report, boards: asked });
  const ofAll = [...counts].filter(([, row]) => row.every((n) => n === asked.length));
  const some = [...counts].filter(([, row]) => row.some((n) => n !== asked.length));
  const rows = some.map(([text, row]) => [text, ...row.map(grouped)]);
  const head = ['window/rule', ...report.kernels.map((_, i) => kernelLetter(i))];
  const table = rows.length === 0 ? [] : fitted([head, ...rows], { isHeaded: true });
  const shared = ofAll.map(([text]) => text).join(' ');
  const outcomes = new Set(asked.map(({ answers }) => answers.map(sweptWord).join()));
  const alike = asked.length > 1 && outcomes.size === 1 ? ['Nothing tells boards apart.', ''] : [];
  return [
    ...(table.length === 0 ? alike : ['What tells boards apart, in boards:', '', ...table, '']),
    ...(shared === '' ? [] : [...wrap(`On each of them, under each kernel: ${shared}`), '']),
  ];
}

/** Kinds told in the text; CSV and JSON have every board. */
const kindsMax = 12;

/** Boards that break the same under all kernels, by number. */
function kindLines(asked: readonly SweptBoard[]): string[] {
  const kinds = new Map<string, SweptBoard[]>();
  for (const board of asked) {
    const key = board.answers.map((a) => `${sweptWord(a)} ${breaksOf(a).join(' ')}`).join('|');
    kinds.set(key, [...(kinds.get(key) ?? []), board]);
  }
  if (kinds.size < 2) return [];
  const sorted = [...kinds.values()].sort((a, b) => b.length - a.length);
  const shared = breaksOfAll(asked);
  const lines = sorted.slice(0, kindsMax).flatMap((boards) => {
    const { name, answers } = boards[0]!;
    const own = answers.map((answer, k) => {
      const breaks = breaksOf(answer).filter((text) => !shared[k]!.has(text));
      const rest = breaksOf(answer).length > 0 ? 'nothing more' : sweptWord(answer);
      return `${kernelLetter(k)}: ${breaks.join(' ') || rest}`;
    });
    return [
      ...wrap(`${plural(boards.length, 'board')} such as ${printable(name)}`),
      ...own.flatMap((text) => wrap(text, { first: '  ', rest: '     ' })),
    ];
  });
  const more = sorted.length - kindsMax;
  const rest = more > 0 ? [`and ${plural(more, 'other kind')}: --format csv has every board`] : [];
  return [`Kinds of boards, and what each has beside the rest:`, '', ...lines, ...rest, ''];
}

/** For each kernel: what every board breaks. */
function breaksOfAll(asked: readonly SweptBoard[]): Set<string>[] {
  const first = asked[0]?.answers ?? [];
  return first.map((answer, k) => {
    const everywhere = breaksOf(answer).filter((text) =>
      asked.every(({ answers }) => breaksOf(answers[k]).includes(text)),
    );
    return new Set(everywhere);
  });
}

function outcomeLines({ boards, kernels }: SweepReport): string[] {
  const head = ['boards', ...kernels.map((_, i) => kernelLetter(i))];
  const rows = words.flatMap((word) => {
    const row = kernels.map((_, k) => boards.filter((b) => sweptWord(b.answers[k]!) === word));
    const counts = row.map((list) => list.length);
    return counts.some((n) => n > 0) ? [[word, ...counts.map(grouped)]] : [];
  });
  return fitted([head, ...rows], { isHeaded: true });
}

/** A row for each board and kernel, and one for each file that could not be read. */
export function sweepCsv({ kernels, boards, unread }: SweepReport): string {
  const head = ['board', 'kernel', 'outcome', 'breaks', 'code'];
  const rows = boards.flatMap(({ name, answers }) =>
    answers.map((answer, k) => {
      const kernel = sweptKernel(kernels[k]!);
      return [name, kernel, sweptWord(answer), breaksOf(answer).join(' '), ''];
    }),
  );
  const failed = unread.map(({ name, code }) => [name, '', 'not read', '', code]);
  return [head, ...rows, ...failed].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** As RFC 4180 has it; what a spreadsheet would take for a formula gets a quote mark. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The report as JSON, with the word for each answer: schema/sweep-1.schema.json. */
export function sweepJson(report: SweepReport): string {
  const boards = report.boards.map(({ name, answers }) => ({
    name,
    answers: answers.map((a) => a && { outcome: sweptWord(a), ...a }),
  }));
  return `${JSON.stringify({ ...report, boards }, null, 1)}\n`;
}
