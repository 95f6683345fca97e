// SPDX-License-Identifier: GPL-2.0-only
// Side by side with SPIN, in one run: the same scenes, the same atomic steps, the same machine.
//
//   npm run bench              all scenes; writes the tables into docs/bench.md
//   npm run bench -- phil      scenes whose name contains "phil"; writes nothing
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../scripts/bundle.mjs';
import { commandLine, misused } from '../scripts/options.mjs';

const { words } = commandLine(import.meta.url, {}, [{ name: 'a text', type: 'string' }]);

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'racewindow-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const [only = ''] = words;
/** Seconds for a search of SPIN, and for one of ours to count as "within a minute". */
const SECONDS_MAX = 60;
/** Seconds for a search of ours: the goal for the largest world, and a bit. */
const OURS_MAX = 150;
/** Goals for kernel worlds by number of threads: seconds, and MiB. */
const WORLD_GOALS = { '4 threads': [10], '5 threads': [120, 4096] };
const DEPTH_MAX = 300_000;
/** Seconds below which a search is run three times: then what else the machine does would tell. */
const SHORT = 2;
/** Seconds on the clock that SPIN and gcc have for each model. */
const BUILD_MAX = '120';

const has = (tool) => spawnSync(tool, ['-V'], { stdio: 'ignore' }).error === undefined;
const spin = has('spin') && spawnSync('gcc', ['--version'], { stdio: 'ignore' }).status === 0;
if (!spin) console.log('NOT COVERED: no comparison with SPIN, since spin or gcc is not installed');

const outfile = join(dir, 'scenes.mjs');
await bundle(outfile, {
  stdin: {
    contents: `import { measure, promela, sceneNames } from './bench/scenes.ts';
const [what, name, how, max] = process.argv.slice(2);
const answer = what === 'names' ? sceneNames()
  : what === 'promela' ? promela(name) : measure(name, how, Number(max));
console.log(JSON.stringify(answer));`,
    resolveDir: root,
    loader: 'ts',
  },
});

const HEAP = '--max-old-space-size=6000';
const ask = (...args) => {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 2 * OURS_MAX * 1000 };
  return JSON.parse(execFileSync('node', [HEAP, outfile, ...args], options));
};

const scenes = ask('names').filter(({ name }) => name.includes(only));
if (scenes.length === 0) misused(import.meta.url, `${only}: no scene has that in its name`);

/** Of three runs the one with the fewest seconds; of a long one, the first. */
function best(run) {
  let result = run();
  for (let again = 1; again < 3 && result.seconds < SHORT; again++) {
    const next = run();
    if (next.seconds < result.seconds) result = next;
  }
  return result;
}

/** Run a program; seconds of processor time, user and system, whatever else the machine does. */
function timed(cwd, program, ...args) {
  const script = 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"';
  const ran = spawnSync('bash', ['-c', script, program, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 28,
  });
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(ran.stderr) ?? [];
  return { text: ran.stdout, seconds: Number(user) + Number(system), status: ran.status };
}

/** One of our searches in a process of its own; total includes starting node. */
function ours(name, how) {
  const args = [HEAP, outfile, 'measure', name, how, String(OURS_MAX)];
  const { text, seconds, status } = best(() => timed(dir, 'node', ...args));
  if (status !== 0) return { states: 0, transitions: 0, finished: false, total: seconds };
  return { ...JSON.parse(text), total: seconds };
}

/** Generate, compile and run one verifier. */
function spins(name, flags) {
  const at = mkdtempSync(join(dir, 'spin-'));
  const nothing = { run: Number.NaN, states: Number.NaN, steps: Number.NaN, finished: false };
  try {
    writeFileSync(join(at, 'm.pml'), ask('promela', name));
  } catch (error) {
    console.log(`${name}: no model for SPIN: ${error.message.split('\n')[0]}`);
    return { ...nothing, generate: Number.NaN, compile: Number.NaN };
  }
  const made = timed(at, 'timeout', BUILD_MAX, 'spin', '-a', 'm.pml');
  const generate = made.seconds;
  if (made.status !== 0) return { ...nothing, generate, compile: Number.NaN };
  const options = ['-O2', '-DSAFETY', '-DMEMLIM=3000', ...flags];
  const built = timed(at, 'timeout', BUILD_MAX, 'gcc', ...options, '-o', 'pan', 'pan.c');
  const compile = built.seconds;
  if (built.status !== 0) return { ...nothing, generate, compile };
  const search = `ulimit -t ${SECONDS_MAX}; exec ./pan -E -m${DEPTH_MAX}`;
  const { text, seconds } = best(() => timed(at, 'bash', '-c', search));
  rmSync(at, { recursive: true, force: true });
  const number = (what) => Number(new RegExp(`(\\d+) ${what}`).exec(text)?.[1] ?? Number.NaN);
  const states = number('states, stored');
  const finished = !Number.isNaN(states) && !/Search not completed/.test(text);
  return { generate, compile, run: seconds, states, steps: number('transitions'), finished };
}

const s = (x) => (x < 0.1 ? `${(x * 1000).toFixed(0)} ms` : `${x.toFixed(2)} s`);
const ratio = (a, b) => `${(a / b).toFixed(2)}x`;
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const unreduced = [];
const verdict = [];
const goals = [];
/** A goal: @value is to be at most @most; of what SPIN has not finished it is an upper bound. */
const goal = (what, value, most, unit = 'x', exact = true) => {
  const missed = Number.isNaN(value)
    ? 'missed'
    : `missed by a factor of ${(value / most).toFixed(2)}`;
  const said = `${exact ? '' : 'less than '}${value.toFixed(2)}${unit}`;
  const found = Number.isNaN(value) ? 'not finished' : said;
  const fails = exact ? missed : 'not known: SPIN did not finish';
  goals.push([what, `at most ${most}${unit}`, found, value <= most ? 'met' : fails]);
};
let largest = 'none';
for (const { name, big } of scenes) {
  const full = ours(name, 'exhaustive');
  const done = full.finished ? s(full.seconds) : `not within ${OURS_MAX} s`;
  if (full.finished && full.seconds <= SECONDS_MAX && name.startsWith('kernel')) {
    largest = `${name}, ${full.states} states, ${done}, ${full.memory} MiB`;
  }
  const [secondsGoal, memoryGoal] = WORLD_GOALS[/\d threads/.exec(name)?.[0]] ?? [];
  if (secondsGoal) {
    goal(`${name}: seconds`, full.finished ? full.seconds : Number.NaN, secondsGoal, ' s');
  }
  if (memoryGoal) {
    goal(`${name}: memory`, full.finished ? full.memory : Number.NaN, memoryGoal, ' MiB');
  }
  if (!spin || !full.finished) {
    // A model is written out from a search that has been finished.
    const memory = full.memory ? `${full.memory} MiB` : '-';
    verdict.push([name, full.states, done, memory, s(full.total), '-', '-', '-', '-', '-', '-']);
    console.log(`${name}: ${full.states} states, ${done}`);
    continue;
  }
  let same = 'too big to compare';
  if (!big) {
    const none = ours(name, 'none');
    const plain = spins(name, ['-DNOREDUCE']);
    same = plain.states === none.states + 1 ? 'same, and its start' : 'DIFFERENT';
    const speed = none.transitions / none.seconds / 1e6;
    const rate = `${speed.toFixed(2)} M/s`;
    const theirs = `${(plain.steps / plain.run / 1e6).toFixed(2)} M/s`;
    const sizes = [none.states, plain.states, same, none.transitions];
    unreduced.push([name, ...sizes, s(none.seconds), rate, s(plain.run), theirs]);
    if (name === 'philosophers 9') goal(`${name}: microseconds a transition`, 1 / speed, 1, ' us');
  }
  const bare = spins(name, []);
  const hashed = bare.finished ? spins(name, ['-DHC']) : bare;
  const parts = [bare.generate, bare.compile, bare.run].filter((x) => !Number.isNaN(x));
  const total = parts.reduce((sum, x) => sum + x, 0);
  const took = (r) => (r.finished ? s(r.run) : 'not finished');
  verdict.push([
    name,
    full.states,
    done,
    `${full.memory} MiB`,
    s(full.total),
    bare.finished ? bare.states : '-',
    took(bare),
    took(hashed),
    Number.isNaN(bare.run)
      ? `given up after ${BUILD_MAX} s`
      : `${s(bare.generate)} + ${s(bare.compile)}`,
    total === 0 ? '-' : `${bare.finished ? '' : 'less than '}${ratio(full.total, total)}`,
    bare.finished ? ratio(full.seconds, bare.run) : '-',
  ]);
  if (total > 0) {
    goal(`${name}: ours / SPIN in all`, full.total / total, 0.25, 'x', bare.finished);
  }
  if (name.startsWith('kernel') && full.finished) {
    if (bare.finished) goal(`${name}: search / SPIN run`, full.seconds / bare.run, 1);
    if (bare.finished) goal(`${name}: states / SPIN states`, full.states / bare.states, 1);
  }
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
      'memory',
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
  'Goals:',
  table(['what', 'goal', 'found', ''], goals),
  `Largest kernel world that finishes within ${SECONDS_MAX} s: ${largest}.`,
  `Seconds are of processor time. Load of the machine while this ran: ${loadavg()[0].toFixed(1)}.`,
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
