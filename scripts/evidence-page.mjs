// SPDX-License-Identifier: GPL-2.0-only
// docs/evidence.md: a row for each window, and a row for each finding that was booted.
import { cellsOf } from './matrix-cells.mjs';

/** What the columns say, and where it is from. */
const columns = [
  [
    'model',
    'the kernels from the first to the last under which an order of the worlds of ' +
      '[matrix.md](matrix.md) shows it; 6.0 is the oldest that is modelled, and each is asked ' +
      'about each bus, CDX too, which came with 6.4',
    '`npm run matrix`',
  ],
  [
    "kernel's own C",
    'the rules that a search of the C of one kernel has found broken; a dash: no order that it ' +
      'made shows the window',
    '`npm run evidence -- --source FILE`',
  ],
  [
    'booted, forced',
    'the rules that a booted kernel was seen to break under waits that leave no other order, by ' +
      'firmware; or what came of it; `not in it`: the model does not have it in the kernel that ' +
      'is booted',
    '`npm run evidence -- --boot`',
  ],
  ['booted, by itself', 'a booted kernel that nobody holds up', 'nothing counts that yet'],
  ['public', 'a report, or the thread that it is from', "the window's own links"],
];

const head = `# What is known of each window

Written by \`npm run evidence\`; not to be edited. A dash: nothing was seen there.
[findings.md](findings.md) tells more of what the kernel's own C shows.

${table(['column', 'what it says', 'from'], columns)}

`;

/** The page. @windows, @properties: the catalogue; @records: what evidence.json holds. */
export function evidenceMarkdown({ windows, properties, records, matrix, kernel }) {
  const cells = cellsOf(matrix);
  const { boots, source = [], missing: reasons = {} } = records;
  const rows = windows.map(({ id, title, links }) => [
    id,
    title,
    modelCell(cells, id),
    sourceCell(source, id),
    forcedCell(
      boots.filter((b) => b.window === id),
      isIn(cells, id, kernel),
    ),
    '-',
    links.map((link, i) => `[${i + 1}](${link})`).join(' ') || '-',
  ]);
  const names = ['window', 'what happens', 'model', "kernel's own C", 'booted, forced'];
  const about = table([...names, 'booted, by itself', 'public'], rows);
  const each = boots.map((b) => [b.board, b.finding, b.word, b.because]);
  const booted = table(['board', 'finding', 'word', 'because'], each);
  const isShown = (id) => boots.some((b) => b.window === id && b.word === 'reproduced');
  const missing = windows
    .filter(({ id }) => isIn(cells, id, kernel) && !isShown(id))
    .map(({ id, precondition }) => [id, precondition, reasons[id] ?? '-']);
  const release = [...new Set(boots.map((b) => b.release).filter((r) => r !== null))].join(', ');
  return [
    head + about,
    ...source.map(sourceText),
    '## The rules',
    table(
      ['rule', 'what it asks for'],
      properties.map(({ id, rule }) => [id, rule]),
    ),
    '## Findings that were booted',
    `By \`racewindow check examples/boards/BOARD --kernel ${kernel} --out DIR\`, on\n` +
      'qemu-virt-two.dtb with `--actors beside`, then `racewindow reproduce DIR/FINDING.json`, ' +
      'on an\n' +
      `unmodified ${release || 'kernel'}. \`refused\`: nothing was booted.`,
    booted,
    `## What no boot has shown

The windows that the model has in ${kernel}, and no boot above; what each takes, and what the
machine or its module lacks for that. The module
binds or adds one client of one SMMU that registers by itself, with a driver that does nothing to
its DMA mask. It drives two IOMMUs of its own on qemu-virt-two.dtb: one is ready before, or both
register at once. It has no registration that fails or is undone, no removal, no owner, and no bus
but platform, amba and PCI.`,
    `${table(['window', 'what it takes', 'what stands in the way'], missing)}\n`,
  ].join('\n\n');
}

function row(cells) {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(names, rows) {
  return [names, names.map(() => '---'), ...rows].map(row).join('\n');
}

/** `6.15-rc1 to 7.2` */
function modelCell(cells, id) {
  const found = [...cells].filter(([cell, text]) => cell.startsWith(`${id} `) && text[0] === 'X');
  const kernels = found.map(([cell]) => cell.slice(id.length + 1));
  if (kernels.length < 2) return kernels[0] ?? '-';
  return `${kernels[0]} to ${kernels.at(-1)}`;
}

/** True if an order of the worlds of the matrix shows window @id under @kernel. */
function isIn(cells, id, kernel) {
  return cells.get(`${id} ${kernel}`)?.[0] === 'X';
}

/** `P1 P3`, where a search of the C has found it; else what came of it. */
function sourceCell(source, id) {
  const cells = source.flatMap(({ windows }) => windows.filter(({ window }) => window === id));
  const rules = [...new Set(cells.flatMap((cell) => cell.rules))].sort(byNumber);
  return rules.join(' ') || [...new Set(cells.map(({ outcome }) => outcome))].join(', ') || '-';
}

/** Which search the column of the C is of, and how much it left out. */
function sourceText({ kernel, strategy, worlds, bounded }) {
  const cut = bounded === 0 ? '' : `, ${bounded} of them not to the end for want of time`;
  return (
    `The kernel's own C is that of ${kernel}, in ${worlds} worlds${cut}, by\n` +
    `\`racewindow source check TREE --strategy ${strategy} --format json\`.`
  );
}

/** As `P1 P3 dt, P3 acpi`; where nothing was reproduced, the words that came of it. */
function forcedCell(boots, isIn) {
  if (!isIn) return 'not in it';
  const seen = boots.filter(({ word }) => word === 'reproduced');
  if (seen.length === 0) return [...new Set(boots.map(({ word }) => word))].join(', ') || '-';
  const by = (firmware) => {
    const rules = seen.filter((b) => firmwareOf(b) === firmware).map((b) => b.property);
    return rules.length === 0
      ? []
      : [`${[...new Set(rules)].sort(byNumber).join(' ')} ${firmware}`];
  };
  return [...by('dt'), ...by('acpi')].join(', ');
}

const firmwareOf = ({ board }) => (board.endsWith('.dtb') ? 'dt' : 'acpi');

/** P3 before P11, and what has no number after them. */
const byNumber = (a, b) => numberOf(a) - numberOf(b);
const numberOf = (rule) => Number(/^P(\d+)$/.exec(rule)?.[1] ?? Infinity);
