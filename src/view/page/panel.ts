// SPDX-License-Identifier: GPL-2.0-only
// What is known of the step that is looked at: what it changed, why it saw what it saw, what else
// could have gone on there, who holds which lock, and where it stands.

import { html, nothing, type TemplateResult } from 'lit-html';
import { alikeTold, type HeadedList } from '#report/alike';
import { castOf, shorten } from '#report/cast';
import { placeOf } from '#report/frames';
import { accessText, stepLines } from '#report/phrases';
import { whyLines } from '#report/why';
import { alternativeWords, glyphs } from '#view/model/glyphs';
import { reasonsOf } from '#view/model/reasons';
import { locksAlong } from '#view/model/rows';
import type { Pane } from './pane.ts';
import { chanceAfter } from './percent.ts';

/** The panel for step @at of @pane; @refused: why no alternative can be run. */
export function panelTemplate(pane: Pane, at: number, refused: string | null): TemplateResult {
  const { finding, story, threads } = pane;
  const step = story.trace[at];
  if (step === undefined) return html`<p>This run has no such step.</p>`;
  const cast = castOf(finding);
  const told = stepLines(step, false)
    .map((l) => shorten(l.text, cast))
    .filter((text) => text !== shorten(accessText(step), cast));
  const changed = step.before !== step.after;
  const reasons = reasonsOf(story.trace, at);
  return html`
    <h2 aria-live="polite">
      <span class="no">step ${at + 1}</span>
      <span class="t${threads.indexOf(step.thread) % 8}">${step.thread}</span> in
      ${placeOf(step)}()
    </h2>
    <p class="access">${shorten(accessText(step), cast)}</p>
    ${told.map((text) => html`<p class="access">${text}</p>`)}
    <h3>Changed</h3>
    ${
      changed
        ? html`<p>
          <code>${step.field === '' ? step.object : `${step.object}.${step.field}`}</code><br />
          <span class="old">${step.before}</span> → <b>${step.after}</b>
        </p>`
        : html`<p class="dim">nothing</p>`
    }
    ${reasons.length === 0 ? nothing : html`<h3>Why</h3>`}
    ${reasons.map(
      (r) => html`<p>
        ${r.text}
        ${r.step === null ? nothing : jumpTo(pane, r.step)}
      </p>`,
    )}
    <h3>What if, in place of this step</h3>
    ${alternatives(pane, at, refused)} ${odds(pane, at)}
    <h3>Locks held after it</h3>
    ${locksOf(pane, at)}
    <h3>Call stack</h3>
    <ol class="stack">
      ${step.stack.map((fn) => {
        const place = finding.places?.functions[fn];
        const where = place && `${place.file}:${place.line}`;
        return html`<li>${fn}${where ? html` <span class="dim">${where}</span>` : nothing}</li>`;
      })}
    </ol>
    ${summary(pane)}
  `;
}

function jumpTo(pane: Pane, step: number): TemplateResult {
  return html`<button class="jump" @click=${() => pane.onStep(step)}>step ${step + 1}</button>`;
}

function alternatives(pane: Pane, at: number, refused: string | null): TemplateResult {
  const here = pane.story.alternatives.filter((a) => a.step === at);
  if (here.length === 0) return html`<p class="dim">no other thread could go on here</p>`;
  const items = here.map((a, nth) => {
    const words = html`<span class="alt ${a.verdict}" aria-hidden="true">${glyphs[a.verdict]}</span>
      <b>${a.thread}</b>: ${a.op} ${a.object}${a.field === '' ? '' : `.${a.field}`}
      <span class="dim">${alternativeWords(a)}</span>`;
    const { onFork } = pane;
    if (onFork === null) return html`<li>${words}</li>`;
    return html`<li>
      <button class="fork" @click=${() => onFork(at, nth)}>
        <kbd>${nth + 1}</kbd> ${words}
      </button>
    </li>`;
  });
  return html`<ul class="forks">${items}</ul>
    ${
      refused === null
        ? nothing
        : html`<p class="dim">As the file says; it can not be run here: ${refused}.</p>`
    }`;
}

function odds({ reasons }: Pane, at: number): TemplateResult | typeof nothing {
  const chance = reasons?.chance;
  if (chance?.after[at + 1] === undefined) return nothing;
  const [before, after] = [chanceAfter(chance, at), chanceAfter(chance, at + 1)];
  const change = before === after ? `${after}, as before it` : `${before} → ${after}`;
  return html`<h3>Odds that the rule is broken</h3>
    <p>${change} <span class="dim">each runnable thread equally likely; exact</span></p>`;
}

function locksOf({ story, threads }: Pane, at: number): TemplateResult {
  const held = locksAlong({ trace: story.trace.slice(0, at + 1) }).at(-1);
  const rows = threads.flatMap((thread) => {
    const locks = held?.get(thread) ?? [];
    if (locks.length === 0) return [];
    const name = html`<b class="t${threads.indexOf(thread) % 8}">${thread}</b>`;
    return [html`<li>${name} ${locks.map((lock) => html`<code>${lock}</code> `)}</li>`];
  });
  return rows.length === 0 ? html`<p class="dim">none</p>` : html`<ul>${rows}</ul>`;
}

const notKnown = 'what decides has not been looked for';

/** A heading with its items below it, where there are any. */
function toldList({ head, items }: HeadedList): TemplateResult | typeof nothing {
  if (items.length === 0) return nothing;
  return html`<h3>${head.replace(/:$/, '')}</h3>
    <ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

function summary({ finding, story, reasons, options }: Pane): TemplateResult | typeof nothing {
  if (story.outcome.property === null) return nothing;
  // The sentences of the text report, whose lines are broken for a terminal.
  const sentences = whyLines(finding)
    .map((line) => line.replace(/^ {2}/, '\u0001'))
    .join('\n')
    .replaceAll('\n\u0001', ' ')
    .split('\n')
    .filter((text) => text !== '');
  return html`<details open>
    <summary>Why it fails</summary>
    ${reasons === null ? html`<p class="dim">${finding.why ? '' : notKnown}</p>` : nothing}
    ${sentences.map((text) => html`<p>${text}</p>`)}
    ${toldList(alikeTold(reasons ?? {}))}
    ${options === null ? nothing : toldList(options)}
    ${finding.symptom === null ? nothing : html`<p>Seen as: ${finding.symptom}</p>`}
    ${finding.fixes.map((fix) => html`<p>Fixes: <code>${fix}</code></p>`)}
    ${(finding.closers ?? []).map((c) => html`<p>Closed by: <code>${c}</code></p>`)}
    ${finding.links.map((link) => html`<p class="dim">Link: ${link}</p>`)}
  </details>`;
}
