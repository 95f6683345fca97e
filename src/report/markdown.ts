// SPDX-License-Identifier: GPL-2.0-only
// A finding as Markdown, for a bug tracker or a wiki: what others write in it stays text.

import { inColumns, printable, reportColumns } from '#base/text';
import type { Finding } from '#finding/finding';
import { withoutBuffers } from './buffers.ts';
import { harmText } from './summary.ts';
import { raceTable, stacksTitle, stackTable } from './table.ts';
import { whyLines } from './why.ts';
import { fileStem, findingTitle, preemptionText, storesText } from './words.ts';

/** The whole document, ending in a line feed. */
export function markdownReport(given: Finding): string {
  const finding = withoutBuffers(given);
  const { witness, property, rule, consequence, symptom, fixes, links } = finding;
  const title = findingTitle(finding);
  const stores = storesText(finding);
  const facts: [string, string][] = [
    ['breaks', `${property}: ${rule}`],
    ['because', witness.because],
    ...(consequence === undefined ? [] : [['so that', consequence] as [string, string]]),
    ['harm', harmText(finding)],
    ['takes', preemptionText(finding)],
    ...(stores === null ? [] : [['in this order', stores] as [string, string]]),
    ...finding.assumed.map((text): [string, string] => ['assumed', text]),
    ...(symptom === null ? [] : [['seen as', symptom] as [string, string]]),
    ...fixes.map((text): [string, string] => ['Fixes', text]),
    ...(finding.closers ?? []).map((text): [string, string] => ['closed by', text]),
  ];
  const tree = finding.source ? ' --tree TREE' : '';
  const sections = [
    [`# ${inline(title)}`],
    facts.map(([name, text]) => `- **${name}**: ${inline(text)}`),
    ['## Order'],
    fenced(inColumns(reportColumns, () => raceTable(finding))),
    [`## ${inline(stacksTitle(finding).replace(/:$/, ''))}`],
    fenced(inColumns(reportColumns, () => stackTable(finding))),
    ['## Why'],
    sentences(finding).map((text) => `- ${inline(text)}`),
    ['## Replay'],
    fenced([`racewindow replay ${fileStem(finding)}.json${tree}`]),
    links.map((link) => `- ${linked(link)}`),
  ];
  const whole = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${whole.join('\n\n')}\n`;
}

/** The sentences of whyLines(), each in one line. */
function sentences(finding: Finding): string[] {
  return whyLines(finding).reduce<string[]>((all, line) => {
    const last = all.at(-1);
    if (line.startsWith('  ') && last !== undefined) all[all.length - 1] = `${last} ${line.trim()}`;
    else all.push(line);
    return all;
  }, []);
}

/** @lines as they are, between fences that are longer than any in them. */
function fenced(lines: readonly string[]): string[] {
  const longest = Math.max(2, ...lines.flatMap((l) => l.match(/`+/g) ?? []).map((t) => t.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence];
}

/** @text in a paragraph: nothing in it is markup. */
function inline(text: string): string {
  return printable(text)
    .replace(/[\\`*_[\]<>&#|~@]/g, (c) => `\\${c}`)
    .replace(/:(?=\/\/)|^[-+=]/g, (c) => `\\${c}`)
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/\bwww\./gi, (c) => `${c.slice(0, -1)}\\.`);
}

/** A link that can be followed; what is no address of the web is text. */
function linked(link: string): string {
  return /^https:\/\/[\w./~%?=&@:+-]+$/.test(link) ? `<${link}>` : inline(link);
}
