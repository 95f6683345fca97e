// SPDX-License-Identifier: GPL-2.0-only
// From findings to the data of a page: what fits into one file, and what each is stripped of.

import type { Finding } from '#finding/finding';
import { gravestFirst } from '#finding/harm';
import { findingKey } from '#finding/key';
import type { CheckReport } from '#finding/report';
import { windowText } from '#report/words';
import { producer } from '#run/producer';
import type { InOurWords } from '#run/told';
import { windows } from '#windows/index';
import { notRunnable } from './engine/session.ts';
import { cardsOf } from './model/cards.ts';
import type { PageData, Unreadable } from './model/data.ts';
import { packed } from './model/packed.ts';
import { noViews, type PageViews } from './model/views.ts';

/** Findings in one file at most: a page that is mailed has to stay small. */
const FILE_FINDINGS_MAX = 24;

const names: ReadonlyMap<string, string> = new Map(windows.map((w) => [w.id, w.name]));

/** What a page needs of @finding: what it can run again it need not bring. */
function stripped(finding: Finding): Finding {
  const { code: _, alike, why, ...rest } = finding;
  if (notRunnable(finding) !== null) {
    return { ...rest, ...(why ? { why } : {}), ...(alike ? { alike } : {}) };
  }
  if (!why?.pair?.trace) return why ? { ...rest, why } : rest;
  const { trace: __, ...pair } = why.pair;
  return { ...rest, why: { ...why, pair } };
}

const common = { format: 'racewindow/page@1', unreadable: [], views: noViews } as const;

/** A page that holds all it shows: one finding, or an index and the gravest of each card. */
export function filePage(
  told: readonly InOurWords[],
  title: string,
  unreadable: readonly Unreadable[] = [],
  views: PageViews = noViews,
): PageData {
  const findings = told.map((t) => t.finding);
  const held = heldOf(findings);
  const alone = findings.length === 1 && views === noViews;
  return {
    ...common,
    ...{ producer: producer(), home: 'file', unreadable, views: viewsWith(views, held) },
    title: alone ? titleOf(findings[0]!) : title,
    cards: cardsOf(findings, names, (at) => ({
      isHeld: held.includes(at),
      remarks: told[at]!.remarks,
    })).map((card) => ({
      ...card,
      entries: card.entries.map((e) => ({ ...e, at: e.at === null ? null : held.indexOf(e.at) })),
    })),
    findings: held.map((at) => packedOf(told[at]!)),
    shown: alone ? 0 : null,
  };
}

/** @views, whose findings are those that the page holds, at their places in it. */
function viewsWith(views: PageViews, held: readonly number[]): PageViews {
  const placed = <T extends { readonly at: number | null }>(one: T): T => {
    const at = one.at === null ? -1 : held.indexOf(one.at);
    return { ...one, at: at < 0 ? null : at };
  };
  const { board, matrix, log } = views;
  const rows = board?.rows.map((row) => ({ ...row, clients: row.clients.map(placed) })) ?? [];
  const cells = matrix?.rows.map((row) => ({ ...row, cells: row.cells.map(placed) })) ?? [];
  return {
    board: board && { ...board, rows },
    matrix: matrix && { ...matrix, rows: cells },
    log,
  };
}

function packedOf({ finding, ...besides }: InOurWords): PageData['findings'][number] {
  return packed(stripped(finding), besides);
}

/** Places of the findings that go into a file: the gravest of each card, then others. */
function heldOf(findings: readonly Finding[]): number[] {
  const sorted = gravestFirst(findings);
  const seen = new Set<string>();
  const firsts = sorted.filter((f) => {
    const key = findingKey(f);
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
  const rest = sorted.filter((f) => !firsts.includes(f));
  const place = new Map(findings.map((finding, at) => [finding, at]));
  return [...firsts, ...rest].slice(0, FILE_FINDINGS_MAX).map((f) => place.get(f)!);
}

/** The index that a server shows. */
export function indexPage(
  told: readonly InOurWords[],
  title: string,
  unreadable: readonly Unreadable[],
  views: PageViews,
): PageData {
  const findings = told.map((t) => t.finding);
  const cards = cardsOf(findings, names, (at) => ({ isHeld: true, remarks: told[at]!.remarks }));
  const page = { producer: producer(), home: 'server', title, cards, unreadable, views } as const;
  return { ...common, ...page, findings: [], shown: null };
}

/** The page of one finding that a server shows. */
export function findingPage(told: readonly InOurWords[], at: number): PageData {
  const one = told[at]!;
  const page = { producer: producer(), home: 'server', title: titleOf(one.finding) } as const;
  return { ...common, ...page, cards: [], findings: [packedOf(one)], shown: at };
}

/** What the page of a whole report is called. */
export function titleOfReport({ input, kernel }: Pick<CheckReport, 'input' | 'kernel'>): string {
  return `${input?.basename ?? 'generic worlds'} under ${kernel.name}`;
}

function titleOf(finding: Finding): string {
  return `${windowText(finding)} on ${finding.witness.subject}, ${finding.revision.name}`;
}
