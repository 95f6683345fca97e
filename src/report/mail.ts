// SPDX-License-Identifier: GPL-2.0-only
// A finding as the mail a kernel developer would send: 75 columns, 7 bits, made from it alone.

import { inColumns, plural, printable, reportColumns, wrap } from '#base/text';
import type { Finding } from '#finding/finding';
import { withoutBuffers } from './buffers.ts';
import { deviceOf } from './cast.ts';
import { harmText } from './summary.ts';
import { raceTable, stacksTitle, stackTable } from './table.ts';
import { whyLines } from './why.ts';
import { ended, fileStem, kernelText, preemptionText, storesText, windowText } from './words.ts';

/** The whole mail, ending in a line feed; it is as wide wherever it is written. */
export function mailReport(given: Finding): string {
  return inColumns(reportColumns, () => mailText(given));
}

function mailText(given: Finding): string {
  const finding = withoutBuffers(given);
  const stores = storesText(finding);
  const sections = [
    [subjectLine(finding)],
    opening(finding),
    stores === null ? [] : wrap(`In this order ${stores}.`),
    raceTable(finding),
    deciding(finding),
    [stacksTitle(finding), '', ...stackTable(finding)],
    whyLines(finding),
    symptom(finding),
    assumed(finding),
    fixesInUse(finding),
    replaying(finding),
    trailers(finding),
  ];
  const lines = sections.filter((s) => s.length > 0).map((s) => s.join('\n'));
  return `${lines.join('\n\n')}\n`;
}

function subjectLine(finding: Finding): string {
  const device = deviceOf(finding) ?? finding.witness.subject;
  const start = `Subject: [RACE] ${windowText(finding)} on ${device}`;
  const why = finding.harm === undefined ? finding.property : harmText(finding);
  return printable(`${start}: ${why}`);
}

function opening(finding: Finding): string[] {
  const { witness, devices } = finding;
  const others = devices.filter((d) => d !== witness.subject);
  const same =
    others.length === 0
      ? ''
      : ` So can ${plural(others.length, 'more device')} of its class` +
        ` (${ellipsisList(others)}).`;
  const text =
    `Under ${kernelText(finding)}, ${witness.subject} can break the rule` +
    ` "${finding.rule}" (${finding.property}): ${ended(witness.because)}${same}` +
    (finding.consequence === undefined ? '' : ` So ${finding.consequence}.`) +
    ` The order below shows it; it takes ${preemptionText(finding)}.`;
  return wrap(printable(text));
}

function ellipsisList(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, ...`;
}

function deciding(finding: Finding): string[] {
  const facts = Object.keys(finding.witness.facts)
    .sort()
    .map((key) => `${key}=${String(finding.witness.facts[key])}`);
  const text = `Witness: ${finding.witness.subject}: ${finding.witness.because}`;
  const tail = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return wrap(printable(text + tail), { rest: '  ' });
}

function symptom(finding: Finding): string[] {
  if (finding.symptom === null) return [];
  return ['Seen on a real machine as:', ...wrap(printable(finding.symptom), { first: '  ' })];
}

function assumed(finding: Finding): string[] {
  if (finding.assumed.length === 0) return [];
  const items = finding.assumed.flatMap((a) => wrap(printable(a), { first: ' - ' }));
  return ['Assumed:', ...items];
}

function fixesInUse(finding: Finding): string[] {
  return finding.revision.userFixes.flatMap((f) =>
    wrap(`With the fix ${printable(f.name)}, sha256 ${f.sha256.slice(0, 16)}.`, { rest: '  ' }),
  );
}

function replaying(finding: Finding): string[] {
  // A finding of the kernel's own C needs the tree that it was found in (RW311).
  const [how, tree] = finding.source ? ['source check', ' --tree TREE'] : ['check', ''];
  const command = `  racewindow replay ${fileStem(finding)}.json${tree}`;
  return [`Replay (the finding is written by racewindow ${how} --out DIR):`, command];
}

/** Trailers are never wrapped: tools read them line by line. */
function trailers(finding: Finding): string[] {
  return [
    ...finding.fixes.map((f) => `Fixes: ${printable(f)}`),
    ...finding.links.map((l) => `Link: ${printable(l)}`),
  ];
}
