// SPDX-License-Identifier: GPL-2.0-only
// Seed single faults into copies of the checker, one at a time, and see that a check notices each;
// exit 1 where one survives without an argument why it changes nothing.
//
//   npm run mutants                     all faults of mutants.json, which killed each, and a table
//   npm run mutants -- --part 3/8       every eighth of them, from the third on
//   npm run mutants -- --part day/8     the same, another part each day
//   npm run mutants -- --only 'tree 2'  one of them
//   npm run mutants -- --write          all, and write down what killed each
//
// A fault is an edit of one file of src/checker: a text that stands there exactly once, and what
// stands there instead. The checks are those of test/support/checker/judge.ts; the one that killed
// a fault the last time comes first. A child that uses many times the processor time of all checks
// without a fault is stopped. That kills only a fault which is known to make the search endless.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = join(root, 'scripts/mutants.json');
const doc = join(root, 'docs/checker.md');
const entry = join(root, 'test/support/checker/judge-main.ts');
/** Processor seconds of a child: so many times what all checks take without a fault. */
const TIMES = 6;
/** Lines between which the table of docs/checker.md stands. */
const BEGIN = '<!-- mutants: written by npm run mutants -- --write -->';
const END = '<!-- end of mutants -->';

const { values } = parseArgs({
  options: {
    part: { type: 'string' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const all = JSON.parse(readFileSync(data, 'utf8'));
const chosen = choose();
const dir = mkdtempSync(join(tmpdir(), 'racewindow-mutants-'));
try {
  process.exitCode = await main();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** The faults that are asked for. */
function choose() {
  if (values.only !== undefined) return all.filter((m) => m.id === values.only);
  if (values.part === undefined) return all;
  const [, which, of] = /^(day|\d+)\/(\d+)$/.exec(values.part) ?? [];
  const count = Number(of);
  const day = Math.floor(Date.now() / 86_400_000);
  const part = which === 'day' ? (day % count) + 1 : Number(which);
  if (!(part >= 1 && part <= count)) {
    console.error('usage: mutants [--part K/N | --part day/N | --only ID] [--write]');
    process.exit(2);
  }
  return all.filter((_, i) => i % count === part - 1);
}

async function main() {
  if (chosen.length === 0) {
    console.error('there is no such fault');
    return 2;
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
  let bad = 0;
  for (const mutant of chosen) {
    const verdict = await judge(mutant, limit);
    if (!verdict.ok) bad++;
    if (verdict.by !== undefined) mutant.by = verdict.by;
    console.log(`${mutant.id.padEnd(20)} ${mutant.fault}: ${verdict.words}`);
  }
  const survivors = chosen.filter((m) => m.equivalent !== undefined).length;
  console.log(
    `${chosen.length} faults: ${chosen.length - survivors - bad} killed, ` +
      `${survivors} change nothing, as argued, ${bad} not explained`,
  );
  if (values.write && bad === 0 && chosen === all) write();
  return bad === 0 ? 0 : 1;
}

/** What the checks say of @mutant. */
async function judge(mutant, limit) {
  const { killed, stopped } = await run(mutant, limit);
  const argued = mutant.equivalent !== undefined;
  if (stopped) {
    const words = mutant.endless ? `endless: ${mutant.endless}` : 'STOPPED, undecided';
    return { ok: mutant.endless !== undefined, by: 'no end', words };
  }
  if (killed !== null) {
    const words = `killed by ${killed[0]}`;
    if (!argued) return { ok: true, by: killed[0], words };
    return { ok: false, words: `${words}, though argued to change nothing: ${killed[1]}` };
  }
  if (argued) return { ok: true, words: `changes nothing: ${mutant.equivalent}` };
  return { ok: false, words: 'SURVIVES' };
}

/** Run the checks on the sources with @mutant, or as they are. */
async function run(mutant, limit) {
  const outfile = join(dir, 'judge.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['racewindow-src'],
    logLevel: 'error',
    plugins: mutant === null ? [] : [seeding(mutant)],
  });
  const first = mutant?.by === undefined || mutant.by === 'no end' ? [] : [mutant.by];
  const capped = Number.isFinite(limit) ? `ulimit -t ${limit}; ` : '';
  const child = spawnSync(
    'sh',
    ['-c', `${capped}exec "$@"`, 'sh', process.execPath, outfile, ...first],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 },
  );
  if (child.signal === 'SIGXCPU' || child.signal === 'SIGKILL') {
    return { killed: null, stopped: true, seconds: limit };
  }
  // Out of memory, or the like: the process itself does not survive.
  if (child.status !== 0) {
    const why = child.stderr.split('\n').find((line) => /Error|FATAL/.test(line)) ?? child.signal;
    return { killed: [first[0] ?? 'a crash of the process', String(why)], stopped: false };
  }
  const [found, seconds] = JSON.parse(child.stdout);
  return { killed: found, stopped: false, seconds };
}

/** Loads the file of @mutant with its fault in it. */
function seeding({ id, file, from, to }) {
  const path = join(root, 'src/checker', file);
  const source = readFileSync(path, 'utf8');
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(`${id}: its text stands ${parts.length - 1} times in src/checker/${file}`);
  }
  return {
    name: 'seeding',
    setup(esbuild) {
      esbuild.onLoad({ filter: /\.ts$/ }, (args) =>
        args.path === path ? { contents: parts.join(to), loader: 'ts' } : undefined,
      );
    },
  };
}

/** Write what killed each fault down, and the table. */
function write() {
  writeFileSync(data, `${JSON.stringify(all, null, 2)}\n`);
  const rows = all.map((m) => {
    const verdict = m.equivalent ? `changes nothing: ${m.equivalent}` : m.by;
    return `| ${m.file} | ${m.fault} | ${verdict} |`;
  });
  const table = ['| file | fault | killed by |', '|---|---|---|', ...rows].join('\n');
  const text = readFileSync(doc, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const [, after] = rest.split(END);
  writeFileSync(doc, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}
