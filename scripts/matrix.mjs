// SPDX-License-Identifier: GPL-2.0-only
// Compute the matrix of windows and kernels and write it to docs/matrix.md.
//
//   npm run matrix                               all kernels: 25 minutes of processor time
//   npm run matrix -- --keep FILE --minutes 4    the same in parts: run it again until it exits 0
//   npm run matrix -- --part 3/15                every fifteenth kernel, compared, nothing written
//   npm run matrix -- --part day/15              the same, another part each day
//   npm run matrix -- --kernels 7.2,7.2.y        these alone, compared
//
// Needs `npm run build`. Exit codes: 0 written, or as docs/matrix.md has it; 1 a mark is another
// there, or a rule breaks that fits no window; 3 a cell was not decided within the limits, or has
// other rules or buses there, so that it is to be written anew; 4 the time was over.
import { readFileSync, writeFileSync } from 'node:fs';
import { keeping, Late } from './kept.mjs';
import { cellsOf, changedCells } from './matrix-cells.mjs';
import { commandLine, demand, jobsOption, minutesOption } from './options.mjs';
import { partOf } from './part.mjs';

const { values } = commandLine(import.meta.url, {
  kernels: { type: 'string' },
  part: { type: 'part' },
  keep: { type: 'string' },
  minutes: minutesOption,
  jobs: { ...jobsOption, default: 2 },
});

const dist = new URL('../dist/', import.meta.url);
const load = async (name) => await import(new URL(`${name}.js`, dist).href);
const { findRevision, revisionNames } = await load('kernel/index');
const { computeMatrix, matrixExplore } = await load('questions/matrix');
const { matrixMarkdown } = await load('report/matrix');
const { specOf } = await load('run/kernel-spec');
const { makeExplorer } = await load('run/world-pool');
const { windows } = await load('windows/index');
const { genericWorlds } = await load('worlds/generic');

const doc = new URL('../docs/matrix.md', import.meta.url);
const head = `# Windows by kernel

Computed by \`npm run matrix\`; not to be edited. Worlds: those of
src/worlds/generic.ts and hand.ts.
Where it differs from the catalogue: [findings-matrix.md](findings-matrix.md).

`;

/** The kernels that are asked for. */
function chosen() {
  const listed = values.kernels?.split(',') ?? revisionNames();
  const names = values.part === undefined ? listed : partOf(values.part, listed);
  return names.map((name) => specOf(demand(findRevision(name)), []));
}

/** The matrix of @kernels; null where the time was over before it was whole. */
async function compute(kernels) {
  const { model } = JSON.parse(readFileSync(new URL('model.json', dist), 'utf8'));
  const pool = await makeExplorer(values.jobs);
  const { keep: file, minutes } = values;
  const explorer = keeping(pool, { file, minutes, model });
  const question = { worlds: genericWorlds(), kernels, options: matrixExplore };
  try {
    return await computeMatrix({ ...question, windows: windows.map((w) => w.id) }, explorer);
  } catch (error) {
    if (error instanceof Late) return null;
    throw error;
  } finally {
    await pool.close();
  }
}

/** Write @markdown, or compare it where it is of some kernels only; the cells that differ. */
function use(markdown) {
  if (values.kernels === undefined && values.part === undefined) {
    writeFileSync(doc, head + markdown);
    return [];
  }
  return changedCells(cellsOf(readFileSync(doc, 'utf8')), cellsOf(markdown));
}

const kernels = chosen();
const began = performance.now();
console.log(`kernels: ${kernels.map(({ name }) => name).join(' ')}`);
const matrix = await compute(kernels);
if (matrix === null) {
  console.log('the time was over: run it again');
  process.exitCode = 4;
} else {
  const changed = use(matrixMarkdown(matrix, new Map(windows.map((w) => [w.id, w.title]))));
  const unnamed = matrix.unnamed.map(({ kernel, rule }) => `${kernel}: fits no window: ${rule}`);
  for (const line of [...changed.map((c) => c.line), ...unnamed]) console.log(line);
  const faults = changed.filter(({ mark }) => mark).length + unnamed.length;
  const stale = changed.filter(({ mark }) => !mark).length;
  const open = matrix.cells.filter(({ state }) => state === 'bounded').length;
  const took = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${matrix.cells.length} cells, ${matrix.states} states, ${took} s: ` +
      `${faults} faults, ${stale} with other rules or buses, ${open} not decided`,
  );
  process.exitCode = faults > 0 ? 1 : open + stale > 0 ? 3 : 0;
}
