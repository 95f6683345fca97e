// SPDX-License-Identifier: GPL-2.0-only
// Whether a log is admitted, as text and as JSON.

import { plural, printable, wrap } from '#base/text';
import type { Admission } from '#finding/admission';

/** What was held against what. */
interface AdmissionPlace {
  readonly log: string;
  readonly board: string;
  readonly kernel: string;
}

/** The text, ending in a line feed. */
export function admissionText(a: Admission, { log, board, kernel }: AdmissionPlace): string {
  const lines = wrap(printable(`${log} on ${board} under ${kernel}: ${verdict(a)}`), {
    rest: '  ',
  });
  if (a.leaves !== null) {
    const { line, because, possible } = a.leaves;
    lines.push(...wrap(printable(`line ${line}: ${because}`), { first: '  ', rest: '    ' }));
    if (possible.length > 0) lines.push('  possible there:');
    for (const p of possible) lines.push(...wrap(printable(p), { first: '    ', rest: '      ' }));
  }
  for (const open of a.open) {
    lines.push(...wrap(printable(`not decided: ${open}`), { first: '  ', rest: '    ' }));
  }
  return `${lines.join('\n')}\n`;
}

function verdict({ admits, lines }: Admission): string {
  const held = plural(lines, 'line');
  if (admits === 'yes') return `the model can produce it (${held} held against it)`;
  return admits === 'no' ? 'the model cannot produce it' : 'not decided';
}

/** The JSON text. */
export function admissionJson(a: Admission, place: AdmissionPlace): string {
  const { admits, leaves, lines, open } = a;
  const all = { format: 'racewindow/admission@1', ...place, admits, leaves, lines, open };
  return `${JSON.stringify(all, null, 2)}\n`;
}
