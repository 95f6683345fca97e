// SPDX-License-Identifier: GPL-2.0-only
// What is known of each window, from the model to a public report: docs/evidence.md.
//
//   npm run evidence                               write docs/evidence.md from evidence.json
//   npm run evidence -- --boot                     boot each finding of the boards below
//   npm run evidence -- --boot --pick 20 --seed 1  20 of them, picked at random
//   npm run evidence -- --add FILE --board BOARD   what `reproduce --format json` has told before
//   npm run evidence -- --source FILE              what `source check --format json` has told
//
// All but the first keep what came of it in evidence.json and write the page anew. --minutes
// ends after a boot where the time is over; the same command goes on. --again boots also what was
// booted before; --board and --window ask for less. Needs `npm run build`. Exit codes: 0, 1 a
// finding was not reproduced, 4 the time was over.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { evidenceMarkdown } from './evidence-page.mjs';
import { commandLine, minutesOption } from './options.mjs';

const { values } = commandLine(import.meta.url, {
  boot: { type: 'boolean' },
  again: { type: 'boolean' },
  pick: { type: 'number', least: 1 },
  seed: { type: 'number', default: 1 },
  minutes: minutesOption,
  board: { type: 'string' },
  window: { type: 'string' },
  add: { type: 'path' },
  source: { type: 'path' },
  out: { type: 'string', default: fileURLToPath(new URL('../out/evidence', import.meta.url)) },
});

const root = fileURLToPath(new URL('../', import.meta.url));
const file = fileURLToPath(new URL('evidence.json', import.meta.url));
const page = `${root}docs/evidence.md`;
const main = `${root}dist/cli/main.js`;
const kernel = '7.2';

/**
 * The machine that reproduce boots, as its tree and as its tables tell it, and with the two IOMMUs
 * of the module; who acts on each beside those of an ordinary boot.
 */
const actorsOn = new Map([
  ['qemu-virt.dtb', []],
  ['qemu-virt-acpi', []],
  ['qemu-virt-two.dtb', ['beside']],
]);
const boards = [...actorsOn.keys()];

const records = JSON.parse(readFileSync(file, 'utf8'));

const keyOf = ({ board, finding }) => `${board} ${finding}`;

/** The findings of @board, as files of @dir. */
function findingsOf(board) {
  const dir = `${values.out}/${board}`;
  rmSync(dir, { recursive: true, force: true });
  const actors = actorsOn.get(board).flatMap((actor) => ['--actors', actor]);
  const args = ['check', `examples/boards/${board}`, '--kernel', kernel, ...actors, '--out', dir];
  const { status, stderr } = spawnSync('node', [main, ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 1) throw new Error(`${args.join(' ')}: exit ${status}: ${stderr}`);
  return readdirSync(dir)
    .sort()
    .map((name) => ({ board, finding: name.replace(/\.json$/, ''), path: `${dir}/${name}` }));
}

/** @count of @all, each as likely as any other, the same for the same @seed. */
function picked(all, count, seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const left = [...all];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const [one] = left.splice(Math.floor(random() * left.length), 1);
    return one;
  });
}

/** Boot what @path is about; a finding that is refused is recorded with the reason. */
function bootOf({ board, finding, path }) {
  const { window, property, witness } = JSON.parse(readFileSync(path, 'utf8'));
  const about = { board, finding, window, property, device: witness.subject };
  const args = ['reproduce', path, '--kernel', kernel, '--format', 'json'];
  const logs = ['--out', `${values.out}/logs/${board}/${finding}`];
  const { stdout, stderr } = spawnSync('node', [main, ...args, ...logs], {
    ...{ cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
  });
  const error = /^(RW\d{3}): (.*?)\n(?: {2}hint|\s*hint)/s.exec(stderr);
  if (error !== null) {
    const because = error[2].replace(/\s+/g, ' ').replace(`${finding}: `, '');
    return { ...about, word: 'refused', because, waits: [], release: null };
  }
  return recordOf(board, JSON.parse(stdout));
}

/** What of a document of `reproduce` is kept. */
function recordOf(board, { finding, window, property, device, waits, boot }) {
  const { word, because, forced } = boot;
  const about = { board, finding, window, property, device };
  return { ...about, word, because, waits, release: forced.release };
}

/** What of a report of `source check` is kept: each window, and the rules that it broke. */
function searchOf({ kernel, coverage, findings, windows: told }) {
  const hit = coverage.bounded.filter(({ limit }) => /-max$/.test(limit));
  const rulesOf = (id) => findings.filter((f) => f.window === id).map((f) => f.property);
  // Without --window a report tells those alone that were found.
  const ids = [...new Set(findings.flatMap((f) => f.window ?? []))].sort();
  const all = told ?? ids.map((window) => ({ window, outcome: 'found' }));
  return {
    kernel: kernel.name,
    strategy: coverage.strategy,
    worlds: coverage.worlds,
    bounded: new Set(hit.flatMap(({ worlds }) => worlds)).size,
    windows: all.map(({ window, outcome }) => ({
      ...{ window, outcome, rules: [...new Set(rulesOf(window))].sort() },
    })),
  };
}

function put(record) {
  records.boots = [...records.boots.filter((r) => keyOf(r) !== keyOf(record)), record];
  records.boots.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  keep();
}

function bootAll() {
  const until = Date.now() + (values.minutes ?? Infinity) * 60_000;
  const asked = boards.filter((b) => values.board === undefined || b === values.board);
  const all = asked
    .flatMap(findingsOf)
    .filter(({ finding }) => values.window === undefined || finding.includes(values.window));
  const { pick, seed } = values;
  const chosen = pick === undefined ? all : picked(all, pick, seed);
  const known = new Set(values.again ? [] : records.boots.map(keyOf));
  for (const one of chosen.filter((c) => !known.has(keyOf(c)))) {
    if (Date.now() > until) return 4;
    put(bootOf(one));
  }
  const keys = new Set(chosen.map(keyOf));
  const rows = records.boots.filter((r) => keys.has(keyOf(r)));
  for (const { board, finding, word, because } of rows) {
    console.log(`${word.padEnd(14)} ${board} ${finding}\n${' '.repeat(15)}${because}`);
  }
  return rows.some(({ word }) => word === 'not reproduced') ? 1 : 0;
}

function keep() {
  writeFileSync(file, `${JSON.stringify(records, null, 2)}\n`);
}

if (values.add !== undefined) {
  put(recordOf(values.board ?? boards[0], JSON.parse(readFileSync(values.add, 'utf8'))));
}
if (values.source !== undefined) {
  const record = searchOf(JSON.parse(readFileSync(values.source, 'utf8')));
  const others = (records.source ?? []).filter(({ kernel }) => kernel !== record.kernel);
  records.source = [...others, record];
  keep();
}
const exit = values.boot ? bootAll() : 0;
const load = (name) => import(new URL(`../dist/${name}/index.js`, import.meta.url).href);
const [{ windows }, { properties }] = await Promise.all(['windows', 'properties'].map(load));
const matrix = readFileSync(`${root}docs/matrix.md`, 'utf8');
writeFileSync(page, evidenceMarkdown({ windows, properties, records, matrix, kernel }));
process.exitCode = exit;
