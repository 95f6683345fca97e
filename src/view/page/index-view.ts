// SPDX-License-Identifier: GPL-2.0-only
// The index: a card for each rule and window, the gravest first.

import { html, nothing, type TemplateResult } from 'lit-html';
import { harmText } from '#report/summary';
import type { Card, CardEntry, PageData } from '#view/model/data';
import { percent } from './percent.ts';
import { findingLink, navTemplate } from './views.ts';

const ENTRIES_SHOWN = 6;

/** The index of @data; @filter: words that a card must have. */
export function indexTemplate(
  data: PageData,
  filter: string,
  onFilter: (text: string) => void,
): TemplateResult {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const cards = data.cards.filter((c) => {
    const text = textOf(c);
    return words.every((w) => text.includes(w));
  });
  const count = data.cards.reduce((n, c) => n + c.entries.length, 0);
  return html`<header class="top">
      ${navTemplate(data, null)}
      <h1>${data.title}</h1>
      <p class="dim">
        ${count} ${count === 1 ? 'finding' : 'findings'} of ${data.cards.length}
        ${data.cards.length === 1 ? 'kind' : 'kinds'}, the gravest first
      </p>
      <label class="filter">
        Filter
        <input
          type="search"
          placeholder="window, rule, device, words"
          .value=${filter}
          @input=${(e: Event) => onFilter((e.target as HTMLInputElement).value)}
        />
      </label>
    </header>
    <main class="cards">
      ${data.unreadable.map(
        (u) => html`<section class="card error" role="alert">
          <h2><span aria-hidden="true">⚠</span> ${u.file}</h2>
          <p>${u.because}</p>
        </section>`,
      )}
      ${cards.map((card) => cardTemplate(data, card))}
      ${cards.length === 0 ? html`<p class="dim">No finding fits.</p>` : nothing}
    </main>
    <footer>racewindow ${data.producer.version}</footer>`;
}

function textOf(card: Card): string {
  const { entries, ...rest } = card;
  const names = entries.map((e) => `${e.id} ${e.subject} ${e.kernel}`);
  return JSON.stringify([rest, names]).toLowerCase();
}

function cardTemplate(data: PageData, card: Card): TemplateResult {
  const { window, property, harm, entries, since, closers, devices } = card;
  const least = entries.reduce((a, b) => (b.preemptions < a.preemptions ? b : a));
  const chances = entries.flatMap((e) => e.chance ?? []);
  const [low, high] = [Math.min(...chances), Math.max(...chances)];
  const odds = low === high ? percent(low) : `${percent(low)} to ${percent(high)}`;
  const broken = html`<p>breaks <b>${property}</b>: ${card.rule}</p>`;
  const badge = window ?? 'new?';
  const kind = harm ?? 'unknown';
  const fact = (name: string, value: string | TemplateResult) =>
    html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<section class="card ${kind}" aria-label=${card.name}>
    <h2>
      <span class="badge">${badge}</span> ${card.name}
      <span class="harm">${harm === null ? 'harm not known' : harmText({ harm })}</span>
    </h2>
    ${broken}
    ${card.consequence === null ? nothing : html`<p>so that ${card.consequence}</p>`}
    ${card.symptom === null ? nothing : html`<p class="dim">seen as: ${card.symptom}</p>`}
    <dl>
      ${fact('devices', String(devices))}
      ${fact('preemptions', `${least.preemptions}${least.minimal ? '' : ' or fewer'}`)}
      ${chances.length === 0 ? nothing : fact('odds', odds)}
      ${fact('since', since ?? 'before v6.0, or not known')}
      ${fact('closed by', closers[0] === undefined ? 'open' : closers[0])}
    </dl>
    <ul class="entries">
      ${entries.slice(0, ENTRIES_SHOWN).map((e) => html`<li>${entryTemplate(data, e)}</li>`)}
    </ul>
    ${
      entries.length > ENTRIES_SHOWN
        ? html`<details>
          <summary>${entries.length - ENTRIES_SHOWN} more</summary>
          <ul class="entries">
            ${entries.slice(ENTRIES_SHOWN).map((e) => html`<li>${entryTemplate(data, e)}</li>`)}
          </ul>
        </details>`
        : nothing
    }
  </section>`;
}

function entryTemplate(data: PageData, entry: CardEntry): TemplateResult {
  const more = entry.devices > 1 ? ` and ${entry.devices - 1} more` : '';
  const remark = entry.remarks.length === 0 ? nothing : html` ⚠ ${entry.remarks.join('; ')}`;
  const text = html`${entry.subject}${more} <span class="dim">${entry.kernel}${remark}</span>`;
  if (entry.at === null)
    return html`${text} <span class="dim">not in this file: racewindow view shows it</span>`;
  return html`<a href=${findingLink(data, entry.at)}>${text}</a>`;
}
