// SPDX-License-Identifier: GPL-2.0-only
// Seed single faults into copies of the checker, or of the model, one at a time, and see that a
// check notices each; exit 1 where one survives without an argument why it changes nothing.
//
//   npm run mutants                     all faults of mutants.json, and which check killed each
//   npm run model-faults                the same of the model: `--of model`, model-faults.json
//   npm run mutants -- --part 3/8       every eighth of them, from the third on
//   npm run mutants -- --part day/16    the same, another part each day
//   npm run mutants -- --only 'tree 2'  one of them, or all of `tree`
//   npm run mutants -- --todo           those that have no verdict yet
//   npm run mutants -- --seconds 240    begin none after so many seconds; exit 3 if some are left
//   npm run mutants -- --write          keep each verdict in the data; write the table of the docs
//   npm run mutants -- --deep 10        draw so many times as many programs
//   npm run mutants -- --with 'cycles'  this check alone; what survives it has no verdict yet
//
// A fault is an edit of one file, or two of them: a text that stands there exactly once, and what
// stands there instead. The checks of the checker are those of test/support/checker/judge.ts. Those
// of the model, in test/support/model/judge-main.ts, were not computed from the model: the kernel's
// own C, rules, and what mails and commits say. The check that killed a fault the last time comes
// first. A child that uses many times the processor time of all checks
// without a fault is stopped. That kills only a fault which is known to make the search endless.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { withTable } from './mutants-table.mjs';
import { assertOneOf, commandLine, misused } from './options.mjs';
import { partOf } from './part.mjs';

/** What faults are seeded into. */
const KINDS = {
  checker: {
    data: 'scripts/mutants.json',
    doc: 'docs/checker.md',
    sources: 'src/checker',
    entry: 'test/support/checker/judge-main.ts',
  },
  model: {
    data: 'scripts/model-faults.json',
    doc: 'docs/model-faults.md',
    sources: 'src/kernel',
    entry: 'test/support/model/judge-main.ts',
    // Its files look for data beside themselves.
    at: 'src/realc/build/files.ts',
  },
};

const { values } = commandLine(import.meta.url, {
  of: { type: 'string', default: 'checker' },
  part: { type: 'part' },
  only: { type: 'string' },
  todo: { type: 'boolean' },
  seconds: { type: 'number', default: Number.POSITIVE_INFINITY },
  deep: { type: 'number', least: 1, most: 1000, default: 1 },
  with: { type: 'string', multiple: true },
  write: { type: 'boolean' },
});

assertOneOf(import.meta.url, values, ['only', 'part']);
assertOneOf(import.meta.url, values, ['only', 'todo']);

const root = fileURLToPath(new URL('..', import.meta.url));
const kind = KINDS[values.of];
if (kind === undefined) misused(import.meta.url, `--of ${values.of}: checker or model`);
const data = join(root, kind.data);
const doc = join(root, kind.doc);
const entry = join(root, kind.entry);
/** Processor seconds of a child: so many times what all checks take without a fault. */
const TIMES = 4;
/** The same of a fault that is known to make the search endless. */
const ENDLESS_SECONDS = 20;

const all = JSON.parse(readFileSync(data, 'utf8'));
const chosen = choose();
const began = performance.now();
const dir = mkdtempSync(join(tmpdir(), 'racewindow-mutants-'));
try {
  process.exitCode = await main();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** The faults that are asked for. */
function choose() {
  const { part, only, todo } = values;
  if (only !== undefined) return all.filter(({ id }) => id === only || id.startsWith(`${only} `));
  const isLeft = (m) => !todo || !(m.by || m.equivalent || m.open || m.survives);
  if (part === undefined) return all.filter(isLeft);
  return partOf(part, all).filter(isLeft);
}

async function main() {
  if (chosen.length === 0) {
    const { only, part } = values;
    if (only !== undefined) misused(import.meta.url, `--only ${only}: there is no such fault`);
    console.log(part === undefined ? 'all have a verdict' : `--part ${part}: none is in it`);
    return 0;
  }
  const sound = await run(null, Number.POSITIVE_INFINITY);
  if (sound.killed !== null) {
    console.log(`without a fault, ${sound.killed.join(': ')}`);
    return 1;
  }
  const limit = Math.ceil(sound.seconds * TIMES);
  console.log(
    `without a fault all checks pass, in ${sound.seconds.toFixed(0)} s of processor time`,
  );
  const counts = { killed: 0, argued: 0, open: 0, bad: 0 };
  let left = chosen.length;
  for (const mutant of chosen) {
    if (performance.now() - began > values.seconds * 1000) break;
    left--;
    const verdict = await judge(mutant, limit);
    counts[verdict.kind]++;
    console.log(`${mutant.id.padEnd(20)} ${mutant.fault}: ${verdict.words}`);
    if (!values.write || verdict.kind === 'argued' || verdict.kind === 'open') continue;
    if (verdict.kind === 'bad' && values.with !== undefined) continue;
    if (verdict.kind === 'killed') Object.assign(mutant, { by: verdict.by, survives: undefined });
    else mutant.survives = verdict.words;
    writeFileSync(data, `${JSON.stringify(all, null, 2)}\n`);
  }
  console.log(
    `${chosen.length - left} faults: ${counts.killed} killed, ` +
      `${counts.argued} change no answer, as argued, ` +
      (counts.open > 0 ? `${counts.open} not noticed, as told, ` : '') +
      `${counts.bad} not explained` +
      `${left === 0 ? '' : `; ${left} left for another time`}`,
  );
  if (values.write) writeFileSync(doc, withTable(kind.doc, readFileSync(doc, 'utf8'), all));
  if (counts.bad > 0) return 1;
  return left === 0 ? 0 : 3;
}

/** What the checks say of @mutant. */
async function judge(mutant, limit) {
  const { killed, stopped } = await run(mutant, mutant.endless ? ENDLESS_SECONDS : limit);
  if (stopped !== undefined) {
    if (mutant.endless === undefined) return { kind: 'bad', words: `STOPPED in ${stopped}` };
    return { kind: 'killed', by: stopped, words: `endless in ${stopped}: ${mutant.endless}` };
  }
  if (mutant.equivalent !== undefined) {
    if (killed === null) return { kind: 'argued', words: `no difference: ${mutant.equivalent}` };
    const words = `killed by ${killed[0]}, though argued to change nothing: ${killed[1]}`;
    return { kind: 'bad', words };
  }
  if (killed === null && mutant.open !== undefined)
    return { kind: 'open', words: `not noticed: ${mutant.open}` };
  if (killed === null) return { kind: 'bad', words: 'SURVIVES' };
  if (mutant.open !== undefined)
    return { kind: 'bad', words: `killed by ${killed[0]}, though told that nothing notices it` };
  return { kind: 'killed', by: killed[0], words: `killed by ${killed[0]}` };
}

/** Run the checks on the sources with @mutant, or as they are. */
async function run(mutant, limit) {
  const outfile = join(dir, 'judge.mjs');
  const plugins = mutant === null ? [] : [seeding(mutant)];
  const at = kind.at === undefined ? undefined : pathToFileURL(join(root, kind.at)).href;
  const define = at === undefined ? {} : { 'import.meta.url': JSON.stringify(at) };
  await bundle(outfile, { entryPoints: [entry], logLevel: 'error', plugins, define });
  const first = mutant?.by === undefined ? [] : [mutant.by];
  const names = values.with === undefined ? first : ['only', ...values.with];
  const capped = Number.isFinite(limit) ? `ulimit -t ${limit}; ` : '';
  const child = spawnSync(
    'sh',
    ['-c', `${capped}exec "$@"`, 'sh', process.execPath, outfile, String(values.deep), ...names],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 },
  );
  const lines = child.stdout.trim().split('\n');
  if (child.status === 0) {
    const [killed, seconds] = JSON.parse(lines.at(-1));
    return { killed, seconds };
  }
  const under = lines.at(-1);
  if (child.signal === 'SIGXCPU' || child.signal === 'SIGKILL') {
    return { killed: null, stopped: under, seconds: limit };
  }
  // Out of memory, or the like: the process itself does not survive.
  const why = child.stderr.split('\n').find((line) => /Error|FATAL/.test(line)) ?? child.signal;
  return { killed: [under, String(why)], seconds: 0 };
}

/** Loads the file of @mutant with its fault in it. */
function seeding({ id, file, and, ...first }) {
  const path = join(root, kind.sources, file);
  let source = readFileSync(path, 'utf8');
  for (const { from, to } of and === undefined ? [first] : [first, and]) {
    const parts = source.split(from);
    if (parts.length !== 2) {
      const times = parts.length - 1;
      throw new Error(`${id}: its text stands ${times} times in ${kind.sources}/${file}`);
    }
    source = parts.join(to);
  }
  return {
    name: 'seeding',
    setup(esbuild) {
      esbuild.onLoad({ filter: /\.ts$/ }, (args) =>
        args.path === path ? { contents: source, loader: 'ts' } : undefined,
      );
    },
  };
}
