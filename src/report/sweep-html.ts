// SPDX-License-Identifier: GPL-2.0-only
// A sweep as one page that asks for nothing: tables, and a plot of boards by window and kernel.

import type { SweepReport } from '#finding/sweep';
import { breakCounts, breakText, kernelLetter, sweptKernel, sweptWord } from './sweep.ts';

const barHeight = 12;
const labelWidth = 90;
const plotWidth = 600;
const fills = ['#9b2d20', '#2f6690', '#5b8c3a', '#8a6d1d', '#6b4c9a', '#3a7d7c', '#a0527a', '#555'];

/** The page. Its policy allows nothing to be fetched, run or styled from within. */
export function sweepHtml(report: SweepReport): string {
  const { kernels, boards, unread, complete } = report;
  const legend = kernels.map(
    (k, i) => `<li><b>${kernelLetter(i)}</b> ${escaped(sweptKernel(k))}</li>`,
  );
  const head = kernels.map((_, i) => `<th scope="col">${kernelLetter(i)}</th>`).join('');
  const rows = boards.map(({ name, answers }) => {
    const cells = answers.map((a) => {
      const breaks = a?.breaks.map(breakText).join(' ') ?? '';
      return `<td>${escaped(`${sweptWord(a)} ${breaks}`.trim())}</td>`;
    });
    return `<tr><th scope="row" align="left">${escaped(name)}</th>${cells.join('')}</tr>`;
  });
  const failed = unread.map(
    ({ name, code, message }) => `<li>${escaped(`${name}: ${code}: ${message}`)}</li>`,
  );
  const unreadPart =
    failed.length === 0 ? '' : `<h2>Could not be read</h2>\n<ul>${failed.join('')}</ul>\n`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>Race windows by board</title></head><body>
<h1>Race windows by board</h1>
<p>${boards.length} boards${complete ? '' : '; stopped before it was done'}</p>
<ul>${legend.join('')}</ul>
<h2>Boards by window and rule</h2>
${plot(report)}
<h2>Boards</h2>
<table border="1" cellspacing="0" cellpadding="3"><tr><th></th>${head}</tr>
${rows.join('\n')}
</table>
${unreadPart}</body></html>
`;
}

/** A bar for each window and kernel, as long as there are boards. */
function plot(report: SweepReport): string {
  const counts = [...breakCounts(report)];
  const most = Math.max(1, ...counts.flatMap(([, row]) => row));
  const step = barHeight * (report.kernels.length + 1);
  const groups = counts.map(([text, row], i) => {
    const top = i * step;
    const bars = row.map((n, k) => {
      const y = top + k * barHeight;
      const width = Math.round((n / most) * plotWidth);
      const fill = fills[k % fills.length];
      return (
        `<rect x="${labelWidth}" y="${y}" width="${width}" height="${barHeight - 1}" ` +
        `fill="${fill}"/><text x="${labelWidth + width + 4}" y="${y + barHeight - 2}">` +
        `${kernelLetter(k)} ${n}</text>`
      );
    });
    return `<text x="0" y="${top + barHeight - 2}">${escaped(text)}</text>${bars.join('')}`;
  });
  const height = Math.max(1, counts.length) * step;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${labelWidth + plotWidth + 80}" \
height="${height}" font-size="11" font-family="monospace" role="img" \
aria-label="boards by window and rule">${groups.join('\n')}</svg>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
