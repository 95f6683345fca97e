// SPDX-License-Identifier: GPL-2.0-only
// Write docs/boards.md: which windows Debian's arm64 and armhf boards have, kernel by kernel.
//
//   npm run boards-table                         all of them; goes on where it was stopped
//   npm run boards-table -- --minutes 5          a part of it; nothing is written until all is done
//
// Needs `npm run build` and scripts/fetch-boards, once more with --arch armhf. What was explored is
// kept as sweep keeps it, so parts add up. Exit codes: 0 written, 3 not done yet, or no boards.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { boardDirectories, boardFiles } from './board-files.mjs';
import { cacheDirectory } from './debian.mjs';
import { commandLine, demand, jobsOption, minutesOption } from './options.mjs';

const { values } = commandLine(import.meta.url, {
  boards: { type: 'path', multiple: true },
  kernels: { type: 'string', default: '6.12.y,6.15.0,7.2,7.3' },
  store: { type: 'string', default: cacheDirectory('sweep') },
  minutes: minutesOption,
  out: { type: 'string', default: 'docs/boards.md' },
  jobs: { ...jobsOption, default: availableParallelism() },
});

const load = (file) => import(new URL(`../dist/${file}.js`, import.meta.url).href);
const { readPlatform } = await load('platform/index');
const { findRevision } = await load('kernel/index');
const { sweepBoards } = await load('questions/sweep');
const { OutcomeStore } = await load('run/store');
const { breakCounts, sweptWord } = await load('report/sweep');

/** @rows as a table; the first is its head. */
function table(rows) {
  const [head, ...rest] = rows.map((row) => `| ${row.join(' | ')} |`);
  return [head, `|${rows[0].map(() => '---').join('|')}|`, ...rest].join('\n');
}

/** The page about @swept, a sweep of boards of @packages. */
function page({ kernels, boards }, packages) {
  const names = kernels.map(({ name }) => name);
  const asked = boards.filter(({ answers }) => answers.some((a) => !a.nothing));
  const counts = [...breakCounts({ kernels, boards })];
  const [apart, alike] = [(row) => new Set(row).size > 1, (row) => new Set(row).size === 1];
  const rowsOf = (fits) =>
    counts.filter(([, row]) => fits(row)).map(([text, row]) => [text, ...row]);
  const words = ['violated', 'not decided', 'holds', 'no clients'];
  const outcomes = words.map((word) => [
    word,
    ...kernels.map((_, k) => boards.filter((b) => sweptWord(b.answers[k]) === word).length),
  ]);
  const head = ['window/rule', ...names];
  return `# Boards

Which windows the boards have whose device trees come with Debian's kernels
(${packages.join(', ')}):
${boards.length} boards, ${asked.length} of them with clients behind an IOMMU. The numbers are those
of boards. \`npm run boards-table\` writes this page; \`racewindow sweep\` tells more.

What differs between kernels:

${table([head, ...rowsOf(apart)])}

What does not:

${table([head, ...rowsOf(alike)])}

What the boards come to:

${table([['outcome', ...names], ...outcomes])}
`;
}

const dirs = values.boards ?? boardDirectories();
const boards = [...boardFiles(dirs)].flatMap(({ name, bytes }) => {
  const read = readPlatform(bytes);
  return read.ok ? [{ name, platform: read.value }] : [];
});
if (boards.length === 0) {
  console.log('NOT COVERED: no boards; run scripts/fetch-boards, and again with --arch armhf');
  process.exit(3);
}
const kernels = values.kernels.split(',').map((name) => {
  return { revision: demand(findRevision(name)), userFixes: [] };
});
const stop = new AbortController();
const late = values.minutes && setTimeout(() => stop.abort(), values.minutes * 60_000);
process.once('SIGINT', () => stop.abort());
const asked = { properties: null, windows: null, strategy: { kind: 'exhaustive' } };
const options = { ...asked, statesMax: null, jobs: values.jobs };
const left = new Map();
const swept = await sweepBoards(boards, kernels, options, new OutcomeStore(values.store), {
  signal: stop.signal,
  onProgress: ({ kernel, done, total }) => left.set(kernel, total - done),
});
clearTimeout(late);
if (swept.complete) {
  writeFileSync(
    values.out,
    page(
      swept,
      dirs.map((dir) => basename(dirname(join(dir, '.')))),
    ),
  );
  console.log(`${values.out} is written`);
} else {
  console.log(`not done: ${[...left.values()].join(' + ')} shapes are left; run it again`);
  process.exitCode = 3;
}
