// SPDX-License-Identifier: GPL-2.0-only
// The page of a finding: its head, one run or two beside each other, and the panel.

import { html, nothing, type TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { castLine, castOf } from '#report/cast';
import { mailReport } from '#report/mail';
import { harmText } from '#report/summary';
import { fileStem, kernelText, preemptionText, windowText } from '#report/words';
import type { PageData, Reasons } from '#view/model/data';
import { glyphs, outcomeText, verdictWords } from '#view/model/glyphs';
import type { PaneRow } from '#view/model/rows';
import type { Command } from './commands.ts';
import { compareTemplate } from './compare-view.ts';
import { type Pane, paneTemplate } from './pane.ts';
import { panelTemplate } from './panel.ts';
import { percent } from './percent.ts';
import { saveFile } from './save.ts';
import type { OpenFinding } from './state.ts';

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
    ${shown.forks.length === 0 ? nothing : trailTemplate(shown)} ${swappedTemplate(shown)}
    ${compareTemplate(shown, on)}
    ${shown.remarks.map((text) => html`<p class="notice" role="note">⚠ ${text}</p>`)}
    ${shown.notice === null ? nothing : html`<p class="notice" role="alert">${shown.notice}</p>`}
    <div class="body ${panes.length > 1 ? 'two' : 'one'}">
      <main class="panes" tabindex="0" aria-label="steps; j and k go on and back">
        ${panes.map((pane, i) => guard([pane, rows[i]], () => paneTemplate(pane, rows[i]!)))}
      </main>
      <aside class="panel" tabindex="0" aria-label="the step that is looked at">
        ${panelTemplate(active, shown.step, shown.refused)}
      </aside>
    </div>
    ${legendTemplate(data, shown, commands)} ${shown.help ? helpTemplate(commands) : nothing}
    ${shown.mail ? mailTemplate(shown) : nothing}`;
}

function headTemplate(data: PageData, { finding, reasons }: OpenFinding): TemplateResult {
  const cast = castLine(castOf(finding));
  const chance = reasons[0]?.chance?.after[0];
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

/** What the run with the two that decide the other way round came to. */
function swappedTemplate({ swapped }: OpenFinding): TemplateResult | typeof nothing {
  if (swapped === null) return nothing;
  const { verdict } = swapped.outcome;
  return html`<p class="trail ${verdict}" role="status" id="swapped">
    <span class="alt ${verdict}" aria-hidden="true">${glyphs[verdict]}</span>
    What if: the two that decide the other way round.
    <b>${outcomeText(swapped.outcome)}</b>
  </p>`;
}

function legendTemplate(data: PageData, shown: OpenFinding, commands: readonly Command[]) {
  const { engine, finding } = shown;
  const states = oddsSaid(shown.compared ? shown.comparedReasons : shown.reasons.at(-1));
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

/** The mail that `--format mail` prints. */
function mailTemplate({ finding }: OpenFinding): TemplateResult {
  const text = mailReport(finding);
  return html`<div class="help mail" role="dialog" aria-label="The finding as a mail">
    <h2>
      As a mail
      <button @click=${() => saveFile(`${fileStem(finding)}.mail`, text)}>save</button>
    </h2>
    <pre tabindex="0">${text}</pre>
  </div>`;
}

/** How the odds that are shown came about. */
function oddsSaid(reasons: Reasons | null | undefined): string {
  if (!reasons) return 'counting the odds';
  const { chance } = reasons;
  if (chance) return `odds exact on ${chance.states.toLocaleString('en')} states`;
  return 'odds not counted here: the world has too many states';
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
