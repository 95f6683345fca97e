// SPDX-License-Identifier: GPL-2.0-only
// A report as results of tests, for those who count them: a group for each rule, a case for each
// device. What JUnit and KTAP have in common.
//
// Nothing passes but what holds: a rule that no run came to, or a search that was cut short, is
// skipped with its reason, and so is what a baseline knows.

import type { Baseline } from '#finding/baseline';
import type { Finding } from '#finding/finding';
import type { CheckReport, Verdict, WindowVerdict } from '#finding/report';
import type { SweepReport, SweptAnswer, SweptBoard } from '#finding/sweep';
import { breakText, sweptKernel } from './sweep.ts';
import { findingText } from './text.ts';
import { deviceText, windowText } from './words.ts';

/** One answer. */
export interface TestCase {
  readonly name: string;
  readonly result: 'pass' | 'fail' | 'skip' | 'error';
  /** Why it is not a pass; one line. */
  readonly reason?: string;
  /** What broke: ids of windows. */
  readonly kind?: string;
  /** Lines that tell how. */
  readonly detail?: readonly string[];
}

/** A rule, a window, or a board of a sweep. */
export interface TestGroup {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/** What was asked, and what it came to. */
export interface TestSuite {
  readonly name: string;
  readonly groups: readonly TestGroup[];
}

/** What a name of a rule or a window is followed by. */
interface ResultOptions {
  readonly names?: ReadonlyMap<string, string>;
  readonly baseline?: Pick<Baseline, 'fresh'> | null;
}

type Row = Verdict | WindowVerdict;

/** Worst first: where one name stands for devices of several classes, they share a case. */
const worstFirst: readonly Row['outcome'][] = [
  'violated',
  'found',
  'bounded',
  'not reached',
  'n.a.',
  'holds',
  'absent',
];

/** @report as results. */
export function checkResults(report: CheckReport, options: ResultOptions = {}): TestSuite {
  const { kernel, input, nothing, windows = [], verdicts } = report;
  const board = input === null ? 'generic worlds' : input.basename;
  const name = `${board} under ${sweptKernel(kernel)}`;
  if (nothing !== undefined) {
    const reason = `nothing was checked: ${nothing.because.join('; ')}`;
    return { name, groups: [{ name: 'board', cases: [{ name: board, result: 'skip', reason }] }] };
  }
  const named = (id: string): string => [id, options.names?.get(id) ?? ''].join(' ').trim();
  const groups = [
    ...groupsOf(windows, (row) => row.window).map(([id, rows]) => {
      const isMine = (f: Finding): boolean => f.window === id;
      return { name: named(id), cases: casesOf(rows, report, isMine, options) };
    }),
    ...groupsOf(verdicts, (row) => row.property).map(([id, rows]) => {
      const isMine = (f: Finding): boolean => f.property === id;
      return { name: named(id), cases: casesOf(rows, report, isMine, options) };
    }),
  ];
  return { name, groups };
}

/** @rows by @idOf, in their order. */
function groupsOf<R>(rows: readonly R[], idOf: (row: R) => string): [string, R[]][] {
  const groups = new Map<string, R[]>();
  for (const row of rows) groups.set(idOf(row), [...(groups.get(idOf(row)) ?? []), row]);
  return [...groups];
}

function casesOf(
  rows: readonly Row[],
  { findings }: CheckReport,
  isMine: (f: Finding) => boolean,
  { baseline }: ResultOptions,
): TestCase[] {
  const byName = new Map<string, Row>();
  const rank = ({ outcome }: Row): number => worstFirst.indexOf(outcome);
  for (const row of [...rows].sort((a, b) => rank(a) - rank(b))) {
    for (const name of row.devices) if (!byName.has(name)) byName.set(name, row);
  }
  const names = [...byName.keys()].sort();
  return names.map((name): TestCase => {
    const row = byName.get(name)!;
    const mine = findings.filter((f) => isMine(f) && f.devices.includes(name));
    if (row.outcome !== 'violated' && row.outcome !== 'found') return quietCase(name, row);
    const told = baseline ? mine.filter((f) => baseline.fresh.includes(f)) : mine;
    if (baseline && told.length === 0) {
      return { name, result: 'skip', reason: 'nothing that the baseline does not know' };
    }
    return brokenCase(name, row, told);
  });
}

/** Of what was not broken. */
function quietCase(name: string, { outcome, reason }: Row): TestCase {
  if (outcome === 'holds' || outcome === 'absent') return { name, result: 'pass' };
  const words = outcome === 'bounded' ? 'bounded: a limit was hit first' : outcome;
  return { name, result: 'skip', reason: reason === undefined ? words : `${words}: ${reason}` };
}

/** A finding is told in full with the device that it is about, and named with the others. */
function brokenCase(name: string, row: Row, told: readonly Finding[]): TestCase {
  const said = told.map((f) => `${windowText(f)}: ${f.witness.because}`);
  const own = told.filter((f) => subjectOf(f) === name);
  const others = told.filter((f) => subjectOf(f) !== name);
  return {
    name,
    result: 'fail',
    reason: said.length > 0 ? said.join('; ') : (row.reason ?? `${row.outcome}: see the report`),
    kind: [...new Set(told.map(windowText))].join(' ') || row.outcome,
    detail: [
      ...own.flatMap((f, i) => [...(i > 0 ? [''] : []), ...findingText(f)]),
      ...others.map((f) => `${windowText(f)} as on ${deviceText(f)}`),
    ],
  };
}

function subjectOf({ devices, witness }: Finding): string {
  return devices.includes(witness.subject) ? witness.subject : (devices[0] ?? witness.subject);
}

/** @report as results: a suite for each kernel, a group for each board, a case for each rule. */
export function sweepResults({ kernels, boards, unread }: SweepReport): TestSuite[] {
  const notRead = unread.map(({ name, code, message }): TestGroup => {
    return { name, cases: [{ name: 'read', result: 'error', kind: code, reason: message }] };
  });
  return kernels.map((kernel, k) => ({
    name: `sweep under ${sweptKernel(kernel)}`,
    groups: [...boards.map((board) => boardGroup(board, k)), ...notRead],
  }));
}

function boardGroup({ name, answers }: SweptBoard, k: number): TestGroup {
  const answer = answers[k] ?? null;
  const skipped = (reason: string): TestGroup => {
    return { name, cases: [{ name: 'board', result: 'skip', reason }] };
  };
  if (answer === null) return skipped('not done: the sweep was stopped');
  if (answer.nothing) return skipped('no client is behind an IOMMU');
  const rules = groupsOf(answer.verdicts, (row) => row.property);
  const windows = groupsOf(answer.windows ?? [], (row) => row.window);
  return {
    name,
    cases: [
      ...windows.map(([id, rows]) => sweptCase(id, rows, answer)),
      ...rules.map(([id, rows]) => sweptCase(id, rows, answer)),
    ],
  };
}

/** What one board came to by one rule or window: the worst of its devices. */
function sweptCase(
  id: string,
  rows: readonly Pick<Row, 'outcome' | 'devices'>[],
  { breaks }: SweptAnswer,
): TestCase {
  const outcomes = worstFirst.filter((outcome) => rows.some((row) => row.outcome === outcome));
  const [worst] = outcomes;
  if (worst === 'holds' || worst === 'absent') return { name: id, result: 'pass' };
  if (worst !== 'violated' && worst !== 'found') {
    const reason = worst === 'bounded' ? 'bounded: a limit was hit first' : (worst ?? 'not asked');
    return { name: id, result: 'skip', reason };
  }
  const mine = breaks.filter(({ property, window }) => property === id || window === id);
  const devices = [...new Set(mine.flatMap((b) => b.devices))].sort();
  const shown = `${devices.slice(0, 3).join(', ')}${devices.length > 3 ? ', ...' : ''}`;
  const said = mine.map(breakText);
  const on = devices.length === 0 ? '' : ` on ${shown}`;
  const kind = said.join(' ') || worst;
  return { name: id, result: 'fail', kind, reason: `${kind}${on}` };
}
