// SPDX-License-Identifier: GPL-2.0-only
// The table that says what kills each fault: of mutants.json in docs/checker.md, and of
// model-faults.json in docs/model-faults.md.

/** Lines between which the table stands. */
const BEGIN = '<!-- mutants: begin -->';
const END = '<!-- mutants: end -->';

/** The @text of the document @doc with the table of these faults in it. */
export function withTable(doc, text, mutants) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${doc} has no line ${BEGIN}, or no ${END}`);
  return `${before}${BEGIN}\n\n${tableOf(mutants)}\n${END}${after}`;
}

function tableOf(mutants) {
  const killed = mutants.filter(({ by }) => by !== undefined).length;
  const argued = mutants.filter(({ equivalent }) => equivalent !== undefined);
  const open = mutants.filter((m) => m.open !== undefined);
  const rows = mutants
    .filter((m) => m.equivalent === undefined && m.open === undefined)
    .map((m) => `| \`${m.file}\` | ${m.fault} | ${m.endless ?? m.by ?? 'NOT JUDGED'} |`);
  const reasons = argued.map((m) => `- \`${m.file}\`: ${m.fault}. No difference: ${m.equivalent}.`);
  const counts = [
    `${killed} killed`,
    ...(argued.length > 0 ? [`${argued.length} argued to change no answer`] : []),
    ...(open.length > 0 ? [`${open.length} noticed by nothing yet`] : []),
  ];
  return [
    `${mutants.length} faults: ${counts.join(', ')}.`,
    '',
    '| file | fault | killed by |',
    '|---|---|---|',
    ...rows,
    '',
    ...(reasons.length > 0 ? ['What changes no answer, and why:', '', ...reasons, ''] : []),
    ...(open.length > 0 ? ['What nothing notices yet, and why:', ''] : []),
    ...open.map((m) => `- \`${m.file}\`: ${m.fault}: ${m.open}.`),
    ...(open.length > 0 ? [''] : []),
  ].join('\n');
}
