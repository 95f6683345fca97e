// SPDX-License-Identifier: GPL-2.0-only
// The page of a finding: its head, one run or two beside each other, and the panel.

import { html, nothing, type TemplateResult } from 'lit-html';
import { castLine, castOf } from '#report/cast';
import { harmText } from '#report/summary';
import { kernelText, preemptionText, windowText } from '#report/words';
import type { PageData } from '#view/model/data';
import { glyphs, outcomeText, verdictWords } from '#view/model/glyphs';
import type { PaneRow } from '#view/model/rows';
import { compareTemplate } from './compare-view.ts';
import { type Pane, paneTemplate } from './pane.ts';
import { panelTemplate } from './panel.ts';
import { percent } from './percent.ts';
import type { OpenFinding } from './state.ts';

/** A key, what its button is called, and what it does. */
export interface Command {
  readonly keys: readonly string[];
  readonly name: string;
  readonly does: () => void;
}

/** The whole page. */
export function findingTemplate(
  data: PageData,
  shown: OpenFinding,
  panes: readonly Pane[],
  rows: readonly (readonly PaneRow[])[],
  commands: readonly Command[],
  on: { readonly choose: (id: string) => void; readonly explore: () => void },
): TemplateResult {
  const active = panes[Math.min(shown.active, panes.length - 1)]!;
  return html`${headTemplate(data, shown)}
    ${shown.forks.length === 0 ? nothing : trailTemplate(shown)} ${compareTemplate(shown, on)}
    ${shown.remarks.map((text) => html`<p class="notice" role="note">⚠ ${text}</p>`)}
    ${shown.notice === null ? nothing : html`<p class="notice" role="alert">${shown.notice}</p>`}
    <div class="body ${panes.length > 1 ? 'two' : 'one'}">
      <main class="panes" tabindex="0" aria-label="steps; j and k go on and back">
        ${panes.map((pane, i) => paneTemplate(pane, rows[i]!))}
      </main>
      <aside class="panel" tabindex="0" aria-label="the step that is looked at">
        ${panelTemplate(active, shown.step, shown.refused)}
      </aside>
    </div>
    ${legendTemplate(data, shown, commands)} ${shown.help ? helpTemplate(commands) : nothing}`;
}

function headTemplate(data: PageData, { finding, chances }: OpenFinding): TemplateResult {
  const cast = castLine(castOf(finding));
  const chance = chances[0]?.after[0];
  const facts = [
    preemptionText(finding),
    ...(chance === undefined ? [] : [`${percent(chance)} of all orders break the rule`]),
    ...finding.assumed.map((a) => `assumed: ${a}`),
  ];
  const home = data.home === 'server' ? '/' : '#';
  const back = data.home === 'server' || data.cards.length > 0;
  return html`<header class="top">
    ${back && data.shown !== 0 ? html`<a class="back" href=${home}>all findings</a>` : nothing}
    <h1>
      <span class="badge">${windowText(finding)}</span> ${finding.witness.subject}
      <small>${kernelText(finding)}, ${finding.source ? "the kernel's own C" : 'model'}</small>
      ${finding.harm ? html`<span class="harm">${harmText(finding)}</span>` : nothing}
    </h1>
    <p>
      breaks <b>${finding.property}</b>: ${finding.rule}${
        finding.consequence ? html`, so that ${finding.consequence}` : nothing
      }
    </p>
    <p class="dim">${[...(cast === '' ? [] : [cast]), ...facts].join(' · ')}</p>
  </header>`;
}

/** The way from the finding to the branch that is shown, and what that came to. */
function trailTemplate(shown: OpenFinding): TemplateResult {
  const { outcome } = shown.stories.at(-1)!;
  const way = shown.forks.map(({ step, thread }, i) => {
    const words = `at step ${step + 1} ${thread} goes on`;
    return html` › ${i === shown.forks.length - 1 ? html`<b>${words}</b>` : words}`;
  });
  return html`<p class="trail ${outcome.verdict}" role="status">
    <span class="alt ${outcome.verdict}" aria-hidden="true">${glyphs[outcome.verdict]}</span>
    What if: the finding${way}. <b>${outcomeText(outcome)}</b>
  </p>`;
}

function legendTemplate(data: PageData, shown: OpenFinding, commands: readonly Command[]) {
  const { engine, finding } = shown;
  const chance = shown.chances.at(-1);
  const states =
    chance == null
      ? 'odds not counted'
      : `odds exact on ${chance.states.toLocaleString('en')} states`;
  const said =
    engine === 'starting' ? 'starting the checker' : engine === 'ready' ? states : engine.refused;
  const other =
    finding.producer === null || finding.producer.model === data.producer.model
      ? ''
      : `; the finding was written by ${finding.producer.version}, another build`;
  return html`<footer>
    <span class="legend">
      ${(['passes', 'fails', 'other'] as const).map(
        (v) =>
          html`<span>
            <span class="alt ${v}" aria-hidden="true">${glyphs[v]}</span> ${verdictWords[v]}
          </span>`,
      )}
      <span class="dim">if another thread goes on there</span>
    </span>
    <span class="buttons">
      ${commands.map(
        ({ keys, name, does }) =>
          html`<button @click=${does}>${keys.map((k) => html`<kbd>${k}</kbd>`)} ${name}</button>`,
      )}
    </span>
    <span class="dim" id="engine" data-engine=${typeof engine === 'string' ? engine : 'refused'}>
      ${said} · racewindow ${data.producer.version}${other}
    </span>
  </footer>`;
}

function helpTemplate(commands: readonly Command[]): TemplateResult {
  return html`<div class="help" role="dialog" aria-label="Keys">
    <h2>Keys</h2>
    <dl>
      ${commands.map(
        ({ keys, name }) =>
          html`<dt>${keys.map((k) => html`<kbd>${k}</kbd>`)}</dt><dd>${name}</dd>`,
      )}
      <dt><kbd>1</kbd> … <kbd>9</kbd></dt>
      <dd>what if: take that alternative of the step</dd>
    </dl>
  </div>`;
}
