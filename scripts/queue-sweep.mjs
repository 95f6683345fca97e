// SPDX-License-Identifier: GPL-2.0-only
// Runs by a job queue whose workers and server are killed, against the same runs without a queue.
//
//   npm run queue-sweep                          a sweep and a matrix
//   npm run queue-sweep -- --tree TREE           source check and conform of a tree, too
//
// Needs `npm run build`, pg-boss (a development dependency) and Debian's postgresql, which runs in
// a folder of its own. Three workers take what all runs ask at once. Two of them are killed by
// SIGKILL again and again, the server once; the workers have a cache of their own, so that what
// they need of a tree comes through the queue. Each run has to print what it prints without a
// queue, byte by byte, and nothing may be left in the queue. Then a worker of another build has to
// leave a task alone, and wrong URLs are tried: no password may be printed.
// Exit codes: 0 all is as it should be, 1 something is not, 3 there is no PostgreSQL.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from './options.mjs';
import { Postgres, postgresBin } from './postgres.mjs';

const { values } = commandLine(import.meta.url, {
  tree: { type: 'tree' },
  seed: { type: 'number', default: 1 },
  kernels: { type: 'string', default: '7.2' },
});

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const main = path.join(root, 'dist', 'cli', 'main.js');
const boards = path.join(root, 'examples', 'boards');
const bin = postgresBin();
if (bin === null) {
  console.log('NOT COVERED: job queue: there is no PostgreSQL; apt-get install postgresql');
  process.exit(3);
}
const work = mkdtempSync(path.join(tmpdir(), 'racewindow-queue-'));
// The server is no user that may look into it otherwise.
chmodSync(work, 0o711);
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});

// A limit of time ends this script by a signal: nothing it has started may outlive it.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(3));

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let { seed } = values;
/** A number below @n. */
function random(n) {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % n;
}

const faults = [];
function demand(isTrue, what) {
  console.log(`${isTrue ? 'ok' : 'WRONG'}: ${what}`);
  if (!isTrue) faults.push(what);
}

/** Start racewindow; what it has said, and when it has ended. */
function start(args, { program = main, cache } = {}) {
  const env = { ...process.env, ...(cache ? { XDG_CACHE_HOME: cache } : {}) };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: 'pipe' });
  const run = { child, out: '', err: '', code: null };
  children.add(child);
  child.stdout.on('data', (chunk) => (run.out += chunk));
  child.stderr.on('data', (chunk) => (run.err += chunk));
  run.ended = new Promise((resolve) => {
    child.once('close', (code) => {
      children.delete(child);
      run.code = code;
      resolve(run);
    });
  });
  return run;
}

const kernels = values.kernels.split(',');
const few = ['--window', 'C09', '--window', 'C10', '--states-max', '5000'];
const questions = [
  {
    name: 'sweep',
    args: ['sweep', boards, ...kernels.flatMap((name) => ['--kernel', name]), ...few],
    store: true,
  },
  { name: 'matrix', args: ['matrix', '--kernels', '6.15.0,7.2', '--windows', 'C09,C10'] },
];
if (values.tree !== undefined) {
  const world = ['--world', 'two-drivers'];
  questions.push(
    { name: 'source check', args: ['source', 'check', values.tree, ...world] },
    {
      name: 'conform',
      args: ['conform', values.tree, ...world, '--bound', '1', '--samples', '50'],
    },
  );
} else console.log('NOT COVERED: source check and conform by a queue: there is no --tree');

/** The command line of a question, with a store of its own. */
const lineOf = ({ name, args, store }, how) => [
  ...args,
  ...(store ? ['--store', path.join(work, `store-${name}-${how}`)] : []),
];

const began = Date.now();
const alone = [];
for (const question of questions) alone.push(await start(lineOf(question, 'alone')).ended);
for (const [i, { name }] of questions.entries()) {
  const { code, out } = alone[i];
  demand(
    code !== 2 && out !== '',
    `${name} by itself: ${out.split('\n').length} lines, exit ${code}`,
  );
}

// A machine with other work to do is given more time between two kills.
const pace = Math.max(1, (Date.now() - began) / 30_000);

const server = new Postgres(bin, path.join(work, 'server'));
await server.start();
const queue = ['--queue', server.url()];
const cache = path.join(work, 'cache');
const worker = () => start(['worker', ...queue, '--jobs', '1'], { cache });

/** Runs that are not over. */
const runs = questions.map((question) => start([...lineOf(question, 'queue'), ...queue]));
const workers = [worker(), worker(), worker()];
const done = Promise.all(runs.map((run) => run.ended));
let isOver = false;
void done.then(() => {
  isOver = true;
});

let kills = 0;
let restarts = 0;
/** Wait until the worker @nth works. One that found no server is started anew. */
async function ready(nth, isEnough = () => false) {
  while (!workers[nth].err.includes('worker: ') && !isEnough()) {
    const { code, err } = workers[nth];
    if (code !== null) {
      if (restarts === 0 || !/^RW122: /.test(err))
        demand(false, `a worker ended by itself: ${err}`);
      workers[nth] = worker();
    }
    await sleep(100);
  }
}
const again = new Set();
while (!isOver) {
  const nth = random(2);
  // Most of those that are there have taken something by then.
  await ready(nth, () => isOver);
  await Promise.race([done, sleep(pace * (500 + random(4_000)))]);
  if (isOver) break;
  workers[nth].child.kill('SIGKILL');
  await workers[nth].ended;
  kills++;
  workers[nth] = worker();
  const taken = server.rows('SELECT id FROM racewindow.job WHERE retry_count > 0');
  for (const [id] of taken ?? []) again.add(id);
  if (kills === 4) {
    restarts++;
    await server.kill();
    await sleep(1_500);
    await server.start();
  }
}
await done;
console.log(`${kills} workers killed, ${restarts} restart of the server`);
console.log(`${again.size} tasks were taken once more`);
for (const [i, { name }] of questions.entries()) {
  const { code, out, err } = runs[i];
  const isSame = code === alone[i].code && out === alone[i].out;
  demand(isSame, `${name} by the queue prints what it prints without`);
  if (!isSame)
    console.log(`exit ${code} instead of ${alone[i].code}\n${out.slice(0, 2000)}\n${err}`);
}
demand(restarts === 1, 'the server was restarted');
const left = server.rows(
  "SELECT state, count(*) FROM racewindow.job WHERE name NOT LIKE '%_files' GROUP BY 1",
);
demand(left?.length === 0, `nothing is left in the queue (${JSON.stringify(left)})`);

for (const [nth] of workers.entries()) {
  // One that has only just been started does not hear it yet.
  await ready(nth);
  workers[nth].child.kill('SIGTERM');
}
const ended = await Promise.all(workers.map((run) => run.ended));
demand(
  ended.every(({ code, out }) => code === 0 && / tasks? done\n$/.test(out)),
  `workers that are asked to stop end well: ${ended.map(({ out }) => out.trim()).join(', ')}`,
);
if (values.tree !== undefined) {
  demand(existsSync(path.join(cache, 'racewindow', 'images')), 'the image came through the queue');
}

// Another build: the same program but for one comment.
const other = path.join(work, 'other');
cpSync(path.join(root, 'dist'), path.join(other, 'dist'), { recursive: true });
cpSync(path.join(root, 'package.json'), path.join(other, 'package.json'));
symlinkSync(path.join(root, 'node_modules'), path.join(other, 'node_modules'));
writeFileSync(path.join(other, 'dist', 'other.js'), '// another build\n');
const small = ['matrix', '--kernels', '7.2', '--windows', 'C03'];
const expected = await start(small).ended;
const asked = start([...small, ...queue]);
while (
  !(
    server.rows("SELECT 1 FROM racewindow.job WHERE state = 'created' AND name NOT LIKE '%_files'")
      ?.length > 0
  )
) {
  if (asked.code !== null) break;
  await sleep(200);
}
const stranger = start(['worker', ...queue], {
  program: path.join(other, 'dist', 'cli', 'main.js'),
});
while (!stranger.err.includes('RW124') && stranger.code === null) await sleep(200);
demand(asked.code === null, 'a worker of another build takes nothing');
demand(/^RW124: \d+ tasks? in the queue left to 0/m.test(stranger.err), 'it says so with a code');
stranger.child.kill('SIGTERM');
demand((await stranger.ended).out === '0 tasks done\n', 'it has done nothing');
const own = worker();
demand((await asked.ended).out === expected.out, 'the task is done by a worker of this build');
own.child.kill('SIGTERM');
await own.ended;

const wrong = [
  { what: 'a wrong password', url: server.url({ password: 'sesame' }), code: 'RW122' },
  { what: 'no password', url: server.url({ password: '' }), code: 'RW122' },
  { what: 'no such database', url: server.url({ database: 'none' }), code: 'RW122' },
  { what: 'another kind of URL', url: 'redis://u:sesame@127.0.0.1/0', code: 'RW121' },
  { what: 'a torn password', url: 'postgres://u:12/sesame@127.0.0.1/rw', code: 'RW121' },
];
server.rows('UPDATE racewindow.version SET version = 99');
wrong.push({ what: 'tables of another version', url: server.url(), code: 'RW123' });
const tried = [];
for (const { what, url, code } of wrong) {
  const began = performance.now();
  tried.push([what, code, await start(['worker', '--queue', url]).ended]);
  // The server closes a connection that nobody uses after 60 s.
  demand(performance.now() - began < 30_000, `${what}: it ends then`);
}
await server.kill();
tried.push(['no server', 'RW122', await start(['worker', ...queue]).ended]);
for (const [what, code, { err, out, code: exit }] of tried) {
  const lines = err.trimEnd().split('\n');
  const isTold = lines[0].startsWith(`${code}: `) && lines.every((line) => line.length <= 75);
  const isSecret = !/sesame|p@ss|p%40ss/.test(err + out);
  demand(exit === 2 && isTold && isSecret && !/^ +at /m.test(err), `${what}: ${lines[0]}`);
}

console.log(faults.length === 0 ? 'queue: all as it should be' : `queue: ${faults.length} wrong`);
process.exit(faults.length === 0 ? 0 : 1);
