// SPDX-License-Identifier: GPL-2.0-only
// The table of docs/checker.md that says what kills each fault of mutants.json.

/** Lines between which the table stands. */
const BEGIN = '<!-- mutants: begin -->';
const END = '<!-- mutants: end -->';

/** The text of the document with the table of these faults in it. */
export function withTable(text, mutants) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/checker.md has no line ${BEGIN}, or no ${END}`);
  return `${before}${BEGIN}\n\n${tableOf(mutants)}\n${END}${after}`;
}

function tableOf(mutants) {
  const killed = mutants.filter(({ by }) => by !== undefined).length;
  const argued = mutants.filter(({ equivalent }) => equivalent !== undefined);
  const rows = mutants
    .filter(({ equivalent }) => equivalent === undefined)
    .map((m) => `| \`${m.file}\` | ${m.fault} | ${m.endless ?? m.by ?? 'NOT JUDGED'} |`);
  const reasons = argued.map((m) => `- \`${m.file}\`: ${m.fault}. No difference: ${m.equivalent}.`);
  return [
    `${mutants.length} faults: ${killed} killed, ${argued.length} argued to change no answer.`,
    '',
    '| file | fault | killed by |',
    '|---|---|---|',
    ...rows,
    '',
    'What changes no answer, and why:',
    '',
    ...reasons,
    '',
  ].join('\n');
}
