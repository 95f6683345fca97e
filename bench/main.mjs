// SPDX-License-Identifier: GPL-2.0-only
// Side by side with SPIN, in one run: the same scenes, the same atomic steps, the same machine.
//
//   npm run bench              all scenes; writes the tables into docs/bench.md
//   npm run bench -- phil      scenes whose name contains "phil"; writes nothing
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'racewindow-bench-'));
const only = process.argv[2] ?? '';
const SECONDS_MAX = 60;

const has = (tool) => spawnSync(tool, ['-V'], { stdio: 'ignore' }).error === undefined;
const spin = has('spin') && spawnSync('gcc', ['--version'], { stdio: 'ignore' }).status === 0;
if (!spin) console.log('NOT COVERED: no comparison with SPIN, since spin or gcc is not installed');

const outfile = join(dir, 'scenes.mjs');
await build({
  stdin: {
    contents: `import { measure, promela, sceneNames } from './bench/scenes.ts';
const [what, name, how, max] = process.argv.slice(2);
const answer = what === 'names' ? sceneNames()
  : what === 'promela' ? promela(name) : measure(name, how, Number(max));
console.log(JSON.stringify(answer));`,
    resolveDir: root,
    loader: 'ts',
  },
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['racewindow-src'],
  logLevel: 'warning',
});

const ask = (...args) =>
  JSON.parse(execFileSync('node', [outfile, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 }));
const seconds = (from) => (performance.now() - from) / 1000;

/** One of our searches in a process of its own; total includes starting node. */
function ours(name, how) {
  const from = performance.now();
  const found = ask('measure', name, how, String(SECONDS_MAX));
  return { ...found, total: seconds(from) };
}

/** Generate, compile and run one verifier. */
function spins(name, flags) {
  const at = mkdtempSync(join(dir, 'spin-'));
  writeFileSync(join(at, 'm.pml'), ask('promela', name));
  const t0 = performance.now();
  execFileSync('spin', ['-a', 'm.pml'], { cwd: at, stdio: 'ignore' });
  const generate = seconds(t0);
  const t1 = performance.now();
  execFileSync('gcc', ['-O2', '-DSAFETY', ...flags, '-o', 'pan', 'pan.c'], {
    cwd: at,
    stdio: 'ignore',
  });
  const compile = seconds(t1);
  const t2 = performance.now();
  const text = spawnSync('./pan', ['-E', '-m2000000'], { cwd: at, encoding: 'utf8' }).stdout;
  const run = seconds(t2);
  const number = (what) => Number(new RegExp(`(\\d+) ${what}`).exec(text)?.[1] ?? Number.NaN);
  return { generate, compile, run, states: number('states, stored'), steps: number('transitions') };
}

const s = (x) => (x < 0.1 ? `${(x * 1000).toFixed(0)} ms` : `${x.toFixed(2)} s`);
const ratio = (a, b) => `${(a / b).toFixed(2)}x`;
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const unreduced = [];
const verdict = [];
for (const { name, big } of ask('names').filter((x) => x.name.includes(only))) {
  const full = ours(name, 'exhaustive');
  const done = full.finished ? s(full.seconds) : `not within ${SECONDS_MAX} s`;
  if (big || !spin) {
    verdict.push([name, full.states, done, s(full.total), '-', '-', '-', '-', '-', '-']);
    console.log(`${name}: ${full.states} states, ${done}`);
    continue;
  }
  const none = ours(name, 'none');
  const plain = spins(name, ['-DNOREDUCE']);
  const same = plain.states === none.states + 1 ? 'same, and its start' : 'DIFFERENT';
  const rate = `${(none.transitions / none.seconds / 1e6).toFixed(2)} M/s`;
  const theirs = `${(plain.steps / plain.run / 1e6).toFixed(2)} M/s`;
  unreduced.push([
    name,
    none.states,
    plain.states,
    same,
    none.transitions,
    s(none.seconds),
    rate,
    s(plain.run),
    theirs,
  ]);
  const [bare, hashed] = [spins(name, []), spins(name, ['-DHC'])];
  const total = bare.generate + bare.compile + bare.run;
  verdict.push([
    name,
    full.states,
    done,
    s(full.total),
    bare.states,
    s(bare.run),
    s(hashed.run),
    `${s(bare.generate)} + ${s(bare.compile)}`,
    ratio(full.total, total),
    ratio(full.seconds, bare.run),
  ]);
  console.log(`${name}: states ${same}; ours ${s(full.total)}, SPIN ${s(total)} in all`);
}

const tables = [
  'Without reduction, the same states (SPIN also stores the state before its processes start):',
  table(
    ['scene', 'states', 'SPIN', '', 'transitions', 'time', 'rate', 'SPIN run', 'SPIN rate'],
    unreduced,
  ),
  'Time to verdict, with the reductions of each:',
  table(
    [
      'scene',
      'states',
      'search',
      'with start',
      'SPIN states',
      'SPIN run',
      'run -DHC',
      'generate + compile',
      'ours / SPIN in all',
      'search / SPIN run',
    ],
    verdict,
  ),
].join('\n\n');
console.log(`\n${tables}`);

if (only === '' && spin) {
  const path = join(root, 'docs/bench.md');
  const [begin, end] = ['<!-- tables -->', '<!-- end of tables -->'];
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  writeFileSync(path, `${text.slice(0, from)}\n\n${tables}\n\n${text.slice(to)}`);
  console.log('docs/bench.md has the tables');
}
rmSync(dir, { recursive: true, force: true });
