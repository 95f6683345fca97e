// SPDX-License-Identifier: GPL-2.0-only
// One run as a table: time runs downward, a column for each thread.

import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { Finding } from '#finding/finding';
import type { LockWait } from '#finding/why';
import type { HeadedList } from '#report/alike';
import { decidingSteps } from '#report/select';
import type { Chance, Reasons, RunStory } from '#view/model/data';
import { alternativeWords, glyphs } from '#view/model/glyphs';
import { locksAlong, type PaneRow, rowsOf, verdictCuts } from '#view/model/rows';
import { chanceAfter } from './percent.ts';

/** What a pane shows. */
export interface Pane {
  /** 0: the finding, or what a branch leaves; 1: the branch. */
  readonly id: number;
  readonly title: string;
  readonly finding: Finding;
  readonly story: RunStory;
  /** Why it breaks what it breaks, with the odds; null: not known, or not yet. */
  readonly reasons: Reasons | null;
  /** Whether boot options avoid its window; null: that was asked about something else. */
  readonly options: HeadedList | null;
  readonly threads: readonly string[];
  readonly all: boolean;
  /** So many steps are the same in both panes. */
  readonly common: number;
  /** The first step in which two kernels differ; null: none is compared, or none does. */
  readonly parts: number | null;
  /** What a click on an alternative does; null: nothing can be run. */
  readonly onFork: ((step: number, nth: number) => void) | null;
  readonly onStep: (step: number) => void;
}

/** @finding as it would be with the run of @story: of that, only what was computed is told. */
export function asFinding(finding: Finding, story: RunStory, reasons: Reasons | null): Finding {
  const { why: stored, failure: _, ...rest } = finding;
  const why = reasons?.why ?? (story.trace === finding.trace ? stored : null);
  const told = { deciding: reasons?.deciding ?? null, ...(why ? { why } : {}) };
  if (story.trace === finding.trace) return { ...finding, ...told };
  const { trace, preemptions, outcome } = story;
  const { property, window, subject, because } = outcome;
  const own = { ...rest, ...told, trace, preemptions };
  if (property === null || subject === null || because === null) return own;
  // What is known of the rule and window of the finding is no word about others.
  const alike = property === finding.property && window === finding.window;
  const words = alike ? {} : { symptom: null, fixes: [], closers: [], links: [] };
  return { ...own, ...words, property, window, witness: { subject, because, facts: {} } };
}

/** Everything that is looked up by step. */
interface Marks {
  readonly pane: Pane;
  readonly window: { readonly victim: string; readonly opens: number; readonly closes: number };
  readonly deciding: readonly number[];
  readonly noReturn: number | null;
  readonly locks: ReturnType<typeof locksAlong>;
}

/** The rows of @pane. */
export function paneRows(pane: Pane): PaneRow[] {
  const { finding, story, all, common } = pane;
  const cuts = verdictCuts(story.alternatives, story.trace.length);
  for (const { from, to } of story.blocked) cuts.add(from).add(to);
  const noReturn = pane.reasons?.chance?.noReturn ?? null;
  if (noReturn !== null) cuts.add(noReturn).add(noReturn + 1);
  cuts.add(story.from).add(story.from + 1);
  if (pane.parts !== null) cuts.add(pane.parts).add(pane.parts + 1);
  return rowsOf(finding, { all, common, cuts });
}

const CHUNK = 40;

/** The table of @pane, whose @rows are those of paneRows(). */
export function paneTemplate(pane: Pane, rows: readonly PaneRow[]): TemplateResult {
  const { story, finding, threads, title } = pane;
  const window = finding.why?.window;
  const marks: Marks = {
    pane,
    window: {
      victim: window?.victim ?? '',
      opens: window ? (window.opens ?? 0) : -1,
      closes: window?.closes ?? story.trace.length - 1,
    },
    deciding: decidingSteps(finding),
    noReturn: pane.reasons?.chance?.noReturn ?? null,
    locks: locksAlong(story),
  };
  const chunks: TemplateResult[] = [];
  for (let i = 0; i < rows.length; i += CHUNK) {
    const some = rows.slice(i, i + CHUNK).map((row, k) => rowTemplate(marks, row, rows[i + k - 1]));
    chunks.push(html`<div class="chunk" role="rowgroup">${some}</div>`);
  }
  return html`<div
    class="pane threads-${Math.min(8, threads.length)}"
    id="pane-${pane.id}"
    role="table"
    aria-label=${title}
  >
    <div role="rowgroup" class="heads">
      <div class="row head" role="row">
        <div role="columnheader" class="c-step">step</div>
        <div role="columnheader" class="c-odds" title="chance that the rule is broken">odds</div>
        <div role="columnheader" class="c-alt" title="what if another thread went on here">if</div>
        ${threads.map((thread) => headTemplate(finding, thread, threads))}
      </div>
    </div>
    ${chunks}
    <svg class="link" aria-hidden="true"></svg>
  </div>`;
}

function headTemplate(finding: Finding, thread: string, threads: readonly string[]) {
  const role = finding.roles.find((r) => r.thread === thread)?.role;
  const { victim, intruder } = finding.why?.window ?? { victim: null, intruder: null };
  const part = thread === victim ? 'has the window' : thread === intruder ? 'comes into it' : '';
  return html`<div role="columnheader" class="c-thread t${threads.indexOf(thread) % 8}">
    <b>${thread}</b> ${role ? html`<span class="role">${role}</span>` : nothing}
    ${part === '' ? nothing : html`<span class="part">${part}</span>`}
  </div>`;
}

function rowTemplate(marks: Marks, row: PaneRow, before: PaneRow | undefined): TemplateResult {
  const { pane, noReturn } = marks;
  const { id, threads, story } = pane;
  const names = ['row'];
  if (row.lines.length === 0) names.push('fold');
  if (row.switches) names.push('switch');
  if (noReturn !== null && row.from <= noReturn && noReturn <= row.to) names.push('no-return');
  if (pane.parts === row.from) names.push('parts');
  const common = row.to < pane.common;
  if (common) names.push('common');
  const label = row.from === row.to ? `${row.from + 1}` : `${row.from + 1}–${row.to + 1}`;
  return html`<div
    class=${names.join(' ')}
    role="row"
    data-from=${row.from}
    data-to=${row.to}
    id="p${id}-${row.from}"
    @click=${() => pane.onStep(row.from)}
  >
    <div role="cell" class="c-step">${label}</div>
    ${oddsCell(pane.reasons?.chance ?? null, row, before)} ${altCell(pane, row)}
    ${
      common
        ? html`<div role="cell" class="c-thread wide">
          ${row.to + 1} ${row.to === 0 ? 'step' : 'steps'}, the same on both sides
        </div>`
        : threads.map((thread) => threadCell(marks, row, thread, story))
    }
  </div>`;
}

function oddsCell(
  chance: Chance | null,
  row: PaneRow,
  before: PaneRow | undefined,
): TemplateResult {
  const p = chance?.after[row.to + 1];
  if (chance === null || p === undefined) return html`<div role="cell" class="c-odds"></div>`;
  const text = chanceAfter(chance, row.to + 1);
  const same = before !== undefined && chanceAfter(chance, before.to + 1) === text;
  // The length of the bar is an attribute: a style would be against the policy.
  return html`<div role="cell" class="c-odds" title="chance after this: ${text}">
    ${same ? html`<span class="hear">${text}</span>` : text}
    <svg viewBox="0 0 48 3" aria-hidden="true" preserveAspectRatio="none">
      <rect class="rail" width="48" height="3"></rect>
      ${svg`<rect class="bar" width=${(48 * p).toFixed(2)} height="3"></rect>`}
    </svg>
  </div>`;
}

function altCell(pane: Pane, row: PaneRow): TemplateResult {
  const here = pane.story.alternatives.filter((a) => a.step === row.from);
  const buttons = here.map((a, nth) => {
    const words = `${a.thread} instead of step ${a.step + 1}: ${alternativeWords(a)}`;
    const sign = html`<span aria-hidden="true">${glyphs[a.verdict]}</span>`;
    const hear = html`<span class="hear">${words}</span>`;
    if (pane.onFork === null)
      return html`<span class="alt ${a.verdict}" title=${words}>${sign}${hear}</span>`;
    const go = (event: Event): void => {
      event.stopPropagation();
      pane.onFork?.(a.step, nth);
    };
    return html`<button
      class="alt ${a.verdict}"
      tabindex="-1"
      title="What if: ${words}"
      @click=${go}
    >
      ${sign}${hear}
    </button>`;
  });
  return html`<div role="cell" class="c-alt">${row.to < pane.common ? nothing : buttons}</div>`;
}

function threadCell(marks: Marks, row: PaneRow, thread: string, story: RunStory): TemplateResult {
  const { window, pane, deciding, noReturn } = marks;
  const names = ['c-thread', `t${pane.threads.indexOf(thread) % 8}`];
  const inside = thread === window.victim && window.opens >= 0;
  const band = inside && row.to >= window.opens && row.from <= window.closes;
  if (band) names.push('band');
  const opens = band && row.from <= window.opens && window.opens <= row.to;
  const closes = band && pane.finding.why?.window?.closes === row.from;
  const waits = story.blocked.find(
    (b) => b.thread === thread && b.from <= row.to && row.from < b.to && row.thread !== thread,
  );
  if (waits) names.push('waits');
  const begins = waits !== undefined && row.from <= waits.from;
  const own = row.thread === thread;
  const locks = marks.locks[row.to]?.get(thread) ?? [];
  const nth = deciding.indexOf(row.from);
  const decides = own && row.from === row.to && nth >= 0;
  const parts = own && pane.parts === row.from;
  const sure = noReturn !== null && row.from <= noReturn && noReturn <= row.to;
  return html`<div role="cell" class=${names.join(' ')}>
    ${locks.map((lock, i) => html`<i class="lock l${Math.min(i, 7)}" title="holds ${lock}"></i>`)}
    ${own ? cellText(row, decides, nth) : nothing}
    ${begins ? html`<span class="note wait">${waitText(waits)}</span>` : nothing}
    ${opens ? html`<span class="note opens">┌ window opens</span>` : nothing}
    ${closes ? html`<span class="note opens">└ window closes</span>` : nothing}
    ${parts ? html`<span class="note parts">≠ first difference</span>` : nothing}
    ${sure && own ? html`<span class="note sure">▼ point of no return</span>` : nothing}
  </div>`;
}

/** @text with places where a long name may be broken. */
function breakable(text: string): TemplateResult {
  const parts = text.split(/(?<=[_.(]|->)/);
  return html`${parts.map((part) => html`${part}<wbr />`)}`;
}

function waitText({ lock, holder }: LockWait): string {
  return holder === null ? `waits for ${lock}` : `waits for ${lock}, held by ${holder}`;
}

function cellText(row: PaneRow, decides: boolean, nth: number): TemplateResult {
  if (row.lines.length === 0) return html`<span class="folded">⋯ ${breakable(row.folded)}</span>`;
  return html`${row.lines.map(({ text }) => {
    const inner = text.startsWith('  ');
    const loud = /^ +WARN|BUG/.test(text) ? ' loud' : '';
    const kind = `line ${inner ? 'what' : 'where'}${loud}`;
    return html`<span class=${kind}>${breakable(text.trim())}</span>`;
  })}${
    decides
      ? html`<span class="pair" data-pair=${nth}>
          ◆ decides: this comes ${nth === 0 ? 'first' : 'after ◆'}
        </span>`
      : nothing
  }`;
}
