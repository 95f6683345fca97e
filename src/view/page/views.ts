// SPDX-License-Identifier: GPL-2.0-only
// The pages of a board, of a matrix and of a boot log.
//
// What can be gone to by keys has data-stop: its row and its column. Signs and words tell what
// colours tell, too.

import { html, nothing, type TemplateResult } from 'lit-html';
import { harmText } from '#report/summary';
import type { PageData } from '#view/model/data';
import { linkTo } from '#view/model/link';
import {
  type BoardClient,
  type BoardView,
  type LogView,
  type MatrixView,
  type OptionRow,
  type ViewName,
  viewNames,
} from '#view/model/views';

/** How each view is called where one chooses it. */
const viewTitles: Readonly<Record<ViewName, string>> = {
  board: 'Board',
  matrix: 'Matrix',
  log: 'Boot log',
};

/** The address of the finding at @at. */
export function findingLink(data: PageData, at: number): string {
  if (data.home === 'server') return `/finding/${at + 1}`;
  return linkTo({ finding: at, branch: [], step: null, view: null });
}

/** Links to all that the page shows; @here: where one is, null for the findings. */
export function navTemplate(data: PageData, here: ViewName | null): TemplateResult {
  const there = viewNames.filter((name) => data.views[name] !== null);
  if (there.length === 0) return html``;
  const link = (name: ViewName | null, text: string) => html`<a
    href=${linkTo({ finding: null, branch: [], step: null, view: name }) || '#'}
    aria-current=${name === here ? 'page' : nothing}
    >${text}</a
  >`;
  return html`<nav class="views" aria-label="views">
    ${data.cards.length > 0 ? link(null, 'Findings') : nothing}
    ${there.map((name) => link(name, viewTitles[name]))}
  </nav>`;
}

/** The view @name of @data, which has it. */
export function viewTemplate(data: PageData, name: ViewName): TemplateResult {
  const { board, matrix, log } = data.views;
  const body =
    name === 'board' && board !== null
      ? boardTemplate(data, board)
      : name === 'matrix' && matrix !== null
        ? matrixTemplate(data, matrix)
        : log !== null
          ? logTemplate(log)
          : nothing;
  return html`<header class="top">
      ${navTemplate(data, name)}
      <h1>${viewTitles[name]}: ${name === 'board' && board ? board.title : data.title}</h1>
    </header>
    <main class="view" tabindex="0" aria-label=${viewTitles[name]}>${body}</main>
    <footer>
      <span><kbd>j</kbd> <kbd>k</kbd> next, before</span>
      <span><kbd>h</kbd> <kbd>l</kbd> left, right</span>
      <span><kbd>Enter</kbd> opens</span>
      <span class="dim">racewindow ${data.producer.version}</span>
    </footer>`;
}

const clientSigns: Readonly<Record<BoardClient['state'], string>> = {
  crash: '✗✗',
  memory: '✗✗',
  dead: '✗',
  isolation: '✗',
  warning: '!',
  order: '!',
  unknown: '✗?',
  holds: '✓',
  'not decided': '?',
  'not asked': '·',
};

/** What a client comes to, in words. */
function stateText({ state, windows }: BoardClient): string {
  if (state === 'holds') return 'all rules that were asked hold';
  if (state === 'not decided' || state === 'not asked') return state;
  const harm = state === 'unknown' ? harmText({}) : harmText({ harm: state });
  return `${harm}: ${windows.join(' ')}`;
}

/** What avoids windows of @client, in words. */
function avoidedText({ options }: BoardClient): string {
  const helping = options.filter(({ avoids }) => avoids.length > 0);
  return helping.map(({ what, avoids }) => `${what} avoids ${avoids.join(' ')}`).join('; ');
}

/** What boot options do to the windows of the whole board, where that was asked. */
function optionsTemplate(options: readonly OptionRow[]): TemplateResult | typeof nothing {
  if (options.length === 0) return nothing;
  const ids = (list: readonly string[]) => (list.length === 0 ? '–' : list.join(' '));
  return html`<section class="options">
    <h2>Boot options <small>asked of every order of the worlds of each device</small></h2>
    <table>
      <thead>
        <tr>
          <th scope="col">option</th>
          <th scope="col">avoids wherever found</th>
          <th scope="col">does not avoid</th>
          <th scope="col">not known everywhere</th>
        </tr>
      </thead>
      <tbody>
        ${options.map(
          ({ what, avoids, leaves, open }) => html`<tr>
            <th scope="row">${what}</th>
            <td>${ids(avoids)}</td>
            <td>${ids(leaves)}</td>
            <td>${ids(open)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function boardTemplate(data: PageData, { rows, options, notes }: BoardView): TemplateResult {
  let stop = 0;
  return html`${rows.map(
    (row) => html`<section class="iommu">
      <h2>${row.name} <small>${row.facts}</small></h2>
      ${row.clients.length === 0 ? html`<p class="dim">nobody is behind it</p>` : nothing}
      <ul class="clients">
        ${row.clients.map((client) => {
          const sign = clientSigns[client.state];
          const by = avoidedText(client);
          const avoided = by === '' ? nothing : html`<small class="by">${by}</small>`;
          const inner = html`<span class="sign" aria-hidden="true">${sign}</span>
            <b>${client.name}</b> <span class="said">${stateText(client)}</span>
            <small>${client.facts}</small>${avoided}`;
          const at = stop++;
          return html`<li class="client ${client.state.replace(' ', '-')}">
            ${
              client.at === null
                ? html`<span tabindex="-1" data-stop="${at},0">${inner}</span>`
                : html`<a href=${findingLink(data, client.at)} data-stop="${at},0">${inner}</a>`
            }
          </li>`;
        })}
      </ul>
    </section>`,
  )}
  ${optionsTemplate(options)} ${notes.map((note) => html`<p class="dim">${note}</p>`)}`;
}

const cellSigns = { found: '✗', absent: '✓', bounded: '?', 'n.a.': '·' } as const;

function matrixTemplate(data: PageData, { kernels, rows }: MatrixView): TemplateResult {
  return html`<table class="matrix">
      <thead>
        <tr>
          <th scope="col">window</th>
          ${kernels.map((kernel) => html`<th scope="col">${kernel}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ window, title, cells }, y) => html`<tr>
            <th scope="row">${window} <small>${title}</small></th>
            ${cells.map(({ state, note, at }, x) => {
              const sign = html`<span aria-hidden="true">${cellSigns[state]}</span
                ><span class="hear">${state}</span>`;
              return html`<td class="cell ${state.replace('.a.', 'a')}" title=${`${state} ${note}`}>
                ${
                  at === null
                    ? html`<span tabindex="-1" data-stop="${y},${x}">${sign}</span>`
                    : html`<a href=${findingLink(data, at)} data-stop="${y},${x}">${sign}</a>`
                }
              </td>`;
            })}
          </tr>`,
        )}
      </tbody>
    </table>
    <p class="dim">
      ✗ found, ✓ absent: its precondition was reached, and everything explored; ? not found within
      the limits; · cannot be told, or cannot come about. A link opens the finding of its cell.
    </p>`;
}

/** In the order in which the rows stand: what fits comes first. */
const fitSigns = { certain: '✗', fits: '≈', 'can not tell': '?', no: '–' } as const;
const fits = Object.keys(fitSigns);

/** What would tell. */
function wanted(missing: readonly string[]): TemplateResult | typeof nothing {
  return missing.length === 0 ? nothing : html` <i>not known: ${missing.join('; ')}</i>`;
}

function logTemplate({ diagnosis, titles }: LogView): TemplateResult {
  const { verdict, cause, because, lines, kernel, board, devices, windows, model } = diagnosis;
  const rest = diagnosis.besides;
  const rows = [...windows].sort((a, b) => fits.indexOf(a.fits) - fits.indexOf(b.fits));
  const list = (title: string, texts: readonly string[]) =>
    texts.length === 0
      ? nothing
      : html`<h2>${title}</h2><ul class="plain">${texts.map((t) => html`<li>${t}</li>`)}</ul>`;
  return html`<p class="verdict ${verdict.replaceAll(' ', '-')}">
      <b>${verdict}</b>: ${cause}${lines.length === 0 ? '' : ` (${linesText(lines)})`}, ${because}
    </p>
    <p class="dim">
      kernel ${kernel.release ?? 'not known'}: ${kernel.because}${
        board === null ? '' : `; board ${board.model}`
      }. All of this is as the file says.
    </p>
    <h2>Windows</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">window</th><th scope="col">fits</th><th scope="col">because</th>
          <th scope="col">lines</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (w, y) => html`<tr class="fit ${w.fits.replaceAll(' ', '-')}">
            <th scope="row"><span tabindex="-1" data-stop="${y},0">${w.window}</span>
              <small>${titles[w.window] ?? ''}</small></th>
            <td><span aria-hidden="true">${fitSigns[w.fits]}</span> ${w.fits}</td>
            <td>${w.because}${wanted(w.missing)}</td>
            <td>${w.lines.join(', ')}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${model.map(
      (
        m,
      ) => html`<h2>${m.window} on ${m.device} in the model: ${m.shown ? 'shown' : 'not shown'}</h2>
        <p>${m.because}</p>
        ${m.table.length === 0 ? nothing : html`<pre tabindex="0">${m.table.join('\n')}</pre>`}
        <ul class="plain">
          ${m.prevented.map(
            (p) => html`<li><b>${p.what}</b> prevents it: ${p.prevents}. ${p.because}</li>`,
          )}
        </ul>`,
    )}
    ${devicesTemplate(devices, windows.length)}
    ${list(
      'Beside it',
      rest.map((r) => `line ${r.line}: ${r.what}`),
    )}
    ${list('What the log lacks', diagnosis.missing)} ${list('What to do', diagnosis.do)}`;
}

type Devices = LogView['diagnosis']['devices'];

function devicesTemplate(devices: Devices, first: number): TemplateResult {
  return html`<h2>Devices</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">device</th><th scope="col">driver</th><th scope="col">group</th>
          <th scope="col">what the log says</th>
        </tr>
      </thead>
      <tbody>
        ${devices.map(
          (d, y) => html`<tr>
            <th scope="row">
              <span tabindex="-1" data-stop="${first + y},0">${d.name}</span>
            </th>
            <td>${d.driver ?? '-'}</td>
            <td>${d.group ?? '-'}</td>
            <td>${d.history.map((h) => html`<div>line ${h.line}: ${h.what}</div>`)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
}

function linesText(lines: readonly number[]): string {
  return `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
}

/** Move the focus in a view by @key; false where it is no key of it. */
export function moveStop(root: HTMLElement, key: string): boolean {
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ...{ j: [1, 0], ArrowDown: [1, 0], k: [-1, 0], ArrowUp: [-1, 0] },
    ...{ h: [0, -1], ArrowLeft: [0, -1], l: [0, 1], ArrowRight: [0, 1] },
  };
  const move = moves[key];
  if (move === undefined) return false;
  const here = document.activeElement?.getAttribute('data-stop')?.split(',').map(Number);
  const to = here === undefined ? [0, 0] : [here[0]! + move[0], here[1]! + move[1]];
  const stop = root.querySelector<HTMLElement>(`[data-stop="${to[0]},${to[1]}"]`);
  stop?.focus();
  stop?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return true;
}
