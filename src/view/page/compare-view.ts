// SPDX-License-Identifier: GPL-2.0-only
// A finding beside the same order under another kernel: where they part, and what is left there.

import { html, nothing, type TemplateResult } from 'lit-html';
import type { TraceStep } from '#finding/finding';
import { castOf, shorten } from '#report/cast';
import { placeOf } from '#report/frames';
import { eventText, parseEvent, stepLines } from '#report/phrases';
import type { Comparison, ExploredAgain, SeenBroken } from '#view/model/data';
import { glyphs, outcomeText } from '#view/model/glyphs';
import type { OpenFinding } from './state.ts';

/** The choice of a kernel to compare with. */
function chooserTemplate(
  { kernels, compared }: OpenFinding,
  onChoose: (id: string) => void,
): TemplateResult {
  const choose = (event: Event): void => onChoose((event.target as HTMLSelectElement).value);
  return html`<p class="trail">
    <label>
      The same order under
      <select id="kernel" @change=${choose}>
        <option value="" ?selected=${compared === null}>choose a kernel</option>
        ${kernels.map(
          ({ id, name }) =>
            html`<option value=${id} ?selected=${compared?.kernel.id === id}>${name}</option>`,
        )}
      </select>
    </label>
  </p>`;
}

/** Where the kernels part and what the order comes to; @onExplore: look at all orders. */
function comparedTemplate(
  shown: OpenFinding,
  compared: Comparison,
  onExplore: () => void,
): TemplateResult {
  const { outcome } = compared.story;
  const { explored } = shown;
  return html`<p class="trail ${outcome.verdict}" role="status" id="compared">
    <span class="alt ${outcome.verdict}" aria-hidden="true">${glyphs[outcome.verdict]}</span>
    The same order under <b>${compared.kernel.name}</b>: ${partsText(shown, compared)}
    <b>${outcomeText(outcome)}</b>
    ${
      explored === 'not asked'
        ? html`<button @click=${onExplore}><kbd>x</kbd> explore again</button>`
        : html`<br /><span id="explored">${exploredTemplate(explored)}</span>`
    }
  </p>`;
}

/** What the other kernel does at the first step that is another one. */
function partsText({ finding }: OpenFinding, { parts, story }: Comparison): string {
  if (parts === null) return 'no step is another one.';
  const step = story.trace[parts];
  if (step === undefined) return `it ends before step ${parts + 1}.`;
  const cast = castOf(finding);
  const told = stepLines(step, true).map((line) => shorten(line.text, cast));
  const what = `${step.thread} in ${placeOf(step)}(): ${told.join('; ')}`;
  // Where a value is looked at first, what follows from it is what the other kernel is about.
  const next = step.events.length > 0 ? undefined : reportAfter(story.trace, parts);
  const then = next?.events.flatMap((e) => eventText(parseEvent(e)) ?? []) ?? [];
  const follows = then.length === 0 ? '' : `, then ${shorten(then.join('; '), cast)}`;
  return `it parts at step ${parts + 1}: ${what}${follows}.`;
}

/** The next step of the thread of step @at that reports something. */
function reportAfter(trace: readonly TraceStep[], at: number): TraceStep | undefined {
  return trace.find((s, i) => i > at && s.thread === trace[at]!.thread && s.events.length > 0);
}

function exploredTemplate(explored: ExploredAgain | 'asked' | null): TemplateResult | string {
  if (explored === 'asked') return 'looking at all orders ...';
  if (explored === null) return 'Not known: its world has too many states to be looked at here.';
  const { states, closed, opened, left } = explored;
  const part = (name: string, rules: readonly SeenBroken[]) =>
    html`<b>${name}</b>: ${rules.length === 0 ? 'nothing' : listText(rules)}. `;
  return html`In this world, all ${states.toLocaleString('en')} states looked at:
    ${part('closed', closed)} ${part('opened', opened)} ${part('left', left)}`;
}

function listText(rules: readonly SeenBroken[]): string {
  const names = rules.map((r) => `${r.window ?? 'unknown window'} (${r.property}, ${r.subject})`);
  return [...new Set(names)].join(', ');
}

/** Nothing, or what is to be shown of a comparison. */
export function compareTemplate(
  shown: OpenFinding,
  on: { readonly choose: (id: string) => void; readonly explore: () => void },
): TemplateResult | typeof nothing {
  const { compared, choosing } = shown;
  if (!choosing && compared === null) return nothing;
  return html`${choosing ? chooserTemplate(shown, on.choose) : nothing}
  ${compared === null ? nothing : comparedTemplate(shown, compared, on.explore)}`;
}
