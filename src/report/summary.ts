// SPDX-License-Identifier: GPL-2.0-only
// What a check has found, a row for each window, the gravest first; and which findings to tell.

import { fitted, plural, printable, wrap } from '#base/text';
import type { Finding } from '#finding/finding';
import { gravestFirst, type Harm } from '#finding/harm';
import type { CheckReport } from '#finding/report';

/** What each harm is called in a column. */
const harmWords: Readonly<Record<Harm, string>> = {
  crash: 'crash',
  memory: 'stray DMA',
  dead: 'device dead',
  isolation: 'isolation lost',
  warning: 'warning',
  order: 'order',
};

/** What a harm is called; of older findings it is not known. */
export function harmText({ harm }: Pick<Finding, 'harm'>): string {
  return harm === undefined ? 'not known' : harmWords[harm];
}

/** Which findings are told in full: one by its number, all, none, or the gravest. */
export type Show = number | 'all' | 'none' | 'gravest';

/** Those of @findings that @show names; empty where there is none of that number. */
export function shownOf(findings: readonly Finding[], show: Show): readonly Finding[] {
  if (show === 'all') return findings;
  if (show === 'none') return [];
  if (show === 'gravest') return gravestFirst(findings).slice(0, 1);
  return findings.slice(show - 1, show);
}

/** All findings of one window, with the gravest of them. */
interface WindowRow {
  readonly window: string | null;
  readonly gravest: Finding;
  readonly findings: readonly Finding[];
}

/** The windows that were found, the gravest first. */
function rowsOf(findings: readonly Finding[]): WindowRow[] {
  const rows = new Map<string | null, Finding[]>();
  for (const f of gravestFirst(findings)) rows.set(f.window, [...(rows.get(f.window) ?? []), f]);
  return [...rows].map(([window, list]) => ({ window, gravest: list[0]!, findings: list }));
}

/**
 * The table of @told, its head first, and under it what is there to carry back; empty if there are
 * none. They keep the numbers that they have among all.
 */
export function summaryLines(
  { findings, kernel }: CheckReport,
  told: readonly Finding[] = findings,
): string[] {
  const rows = rowsOf(told);
  if (rows.length === 0) return [];
  const cells = rows.map(({ window, gravest, findings: list }) => [
    window ?? 'new?',
    harmText(gravest),
    String(new Set(list.flatMap((f) => f.devices)).size),
    fewest(list),
    sinceText(gravest),
    closerOf(gravest)?.sha ?? 'open',
    numbersOf(list, findings),
  ]);
  const head = ['window', 'harm', 'devices', 'preempt', 'since', 'closed by', '--show'];
  return [...fitted([head, ...cells], { isHeaded: true }), ...backportLines(rows, kernel)];
}

function fewest(findings: readonly Finding[]): string {
  const least = Math.min(...findings.map((f) => f.preemptions));
  const proved = findings.some((f) => f.preemptions === least && f.minimal);
  return `${least}${proved ? '' : '+'}`;
}

function sinceText({ since }: Finding): string {
  if (since === undefined) return '';
  return since ?? 'pre-v6.0';
}

/** The first commit that closes the window of @finding, and the release that has it. */
function closerOf({ closers }: Finding): { sha: string; landed: string } | null {
  const first = closers?.[0];
  if (first === undefined) return null;
  return { sha: /^\S+/.exec(first)?.[0] ?? first, landed: /, (\S+)$/.exec(first)?.[1] ?? '' };
}

/** The numbers of @some among @all, as --show takes them: `3-7`, or `3, 9`. */
function numbersOf(some: readonly Finding[], all: readonly Finding[]): string {
  const numbers = some.map((f) => all.indexOf(f) + 1).sort((a, b) => a - b);
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  if (first === last) return String(first);
  return last - first === numbers.length - 1 ? `${first}-${last}` : `${first}, ...`;
}

/** What closes the windows that are closed later on, and how to carry it back. */
function backportLines(rows: readonly WindowRow[], kernel: CheckReport['kernel']): string[] {
  // A kernel that was put together has no name that another command takes.
  if (kernel.userFixes.length > 0 || /\s/.test(kernel.name)) return [];
  return rows.flatMap(({ window, gravest }) => {
    const closer = closerOf(gravest);
    if (window === null || closer === null || gravest.source !== undefined) return [];
    const command = `racewindow backport ${window} --to ${kernel.name}`;
    return wrap(printable(`${window} is closed in ${closer.landed}: ${command}`), { rest: '  ' });
  });
}

/** How many findings there are beside those that are @shown, and how to see them. */
export function moreLines(findings: readonly Finding[], shown: number): string[] {
  const others = findings.length - shown;
  if (others <= 0) return [];
  const text =
    `${plural(others, 'more finding')}: --show N tells one, --show all tells each;` +
    ' --out DIR writes them to files, for racewindow replay FILE';
  return wrap(text, { rest: '  ' });
}
