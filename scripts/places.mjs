// SPDX-License-Identifier: GPL-2.0-only
// Write down where the modelled functions stand in kernel trees: file and line of each definition.
//
//   node scripts/places.mjs TREE...     e.g. the trees that scripts/fetch-linux brings
//
// The series and the release of a tree are those of its Makefile. Names are those that the model
// has of that series (names.json). A function that is defined twice, for two configurations, has
// no place: nothing says which one runs. Writes src/kernel/places-data.ts.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTs } from './load-ts.mjs';
import { commandLine } from './options.mjs';

const { words: trees } = commandLine(import.meta.url, {}, [
  { name: 'TREE', type: 'tree', multiple: true, needed: true },
]);

const { revisionOfTree } = await loadTs('src/kernel/revisions.ts');

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, '../src/kernel/places-data.ts');
const names = JSON.parse(readFileSync(path.join(here, 'names.json'), 'utf8'));
const folders = [
  ...['acpi', 'amba', 'base', 'bus', 'cdx', 'iommu', 'of', 'pci'].map((d) => `drivers/${d}`),
  ...['arch/arm64/mm', 'kernel', 'lib'],
];

/** All C files below @dir of @tree, as paths from it. */
function filesOf(tree, dir) {
  const at = path.join(tree, dir);
  if (!statSync(at, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const name = `${dir}/${entry.name}`;
    // What stands there has names of its own that the core has, too, and is not modelled.
    if (entry.isDirectory()) return name === 'drivers/iommu/amd' ? [] : filesOf(tree, name);
    return entry.name.endsWith('.c') ? [name] : [];
  });
}

/** Definitions of functions in @text, with their lines: a head at the margin, then a brace. */
function* definitions(text) {
  const head = /^(?!#|\/|\*| |\t|\}|typedef\b|EXPORT)[\w\s*]*?\b(\w+)\s*\([^;{}]*\)[\w\s]*\n\{/gm;
  for (const m of text.matchAll(head)) {
    const before = text.slice(0, m.index + m[0].indexOf(m[1]));
    yield { name: m[1], line: before.split('\n').length };
  }
}

/** The release that the Makefile of @tree says. */
function releaseOf(tree) {
  const text = readFileSync(path.join(tree, 'Makefile'), 'utf8');
  const [v, p, s] = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map(
    (key) => new RegExp(`^${key} = (\\d+)$`, 'm').exec(text)?.[1],
  );
  return { series: `${v}.${p}`, release: `${v}.${p}.${s}` };
}

/** Where the functions of the model stand in @tree, by file. */
function placesIn(tree, series) {
  const wanted = new Set(names[series]);
  const found = new Map();
  for (const file of folders.flatMap((dir) => filesOf(tree, dir))) {
    for (const { name, line } of definitions(readFileSync(path.join(tree, file), 'utf8'))) {
      if (wanted.has(name)) found.set(name, [...(found.get(name) ?? []), { file, line }]);
    }
  }
  const byFile = new Map();
  for (const [name, at] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (at.length !== 1) continue;
    const { file, line } = at[0];
    byFile.set(file, [...(byFile.get(file) ?? []), `${name}:${line}`]);
  }
  return [...byFile].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** @words in lines of at most 100 columns, as a string that is put together. */
function quoted(words) {
  const lines = [''];
  for (const word of words) {
    if (lines.at(-1).length + word.length > 84) lines.push('');
    lines[lines.length - 1] += `${word} `;
  }
  const last = lines.length - 1;
  return lines.map((l, i) => `      '${i === last ? l.trimEnd() : l}'`).join(' +\n');
}

const blocks = trees.map((tree) => {
  const { series, release } = releaseOf(tree);
  const { name } = revisionOfTree(release) ?? { name: series };
  const files = placesIn(tree, series);
  const rows = files.map(([file, at]) => `    '${file}':\n${quoted(at)},`);
  const head = `  '${name}': {\n    release: '${release}',\n    files: {\n`;
  return `${head}${rows.join('\n')}\n    },\n  },`;
});
writeFileSync(
  out,
  `// SPDX-License-Identifier: GPL-2.0-only
// Where modelled functions stand in the source: written by scripts/places.mjs, not to be edited.

/** By kernel: the release whose source it was, and by file the functions with their lines. */
export const placesData: Readonly<
  Record<string, { readonly release: string; readonly files: Readonly<Record<string, string>> }>
> = {
${blocks.join('\n')}
};
`,
);
