// SPDX-License-Identifier: GPL-2.0-only
// What the kernel's own C costs: a search of the two-driver scene, and single runs.
//
//   npm run build && node bench/source.mjs TREE [CLANG]
import { isMainThread } from 'node:worker_threads';
import { commandLine } from '../scripts/options.mjs';

const RUNS = 20_000;

/** What one run of a plan costs: microseconds of this thread each, and switch points passed. */
function plans(runner, runs) {
  const all = {
    'IOMMU first, no switch': { preemptions: [], choices: [0] },
    'client first, deferred, bound again': { preemptions: [], choices: [1] },
    'one preemption': { preemptions: [{ at: 30, to: 2 }], choices: [0] },
  };
  const rows = [];
  for (const [name, plan] of Object.entries(all)) {
    for (let i = 0; i < 2000; i++) runner.run(plan);
    const cpu = process.cpuUsage();
    let points = 0;
    for (let i = 0; i < runs; i++) points = runner.run(plan).points;
    const { user, system } = process.cpuUsage(cpu);
    rows.push({ name, points, cpuUs: (user + system) / runs });
  }
  const start = performance.now();
  for (let i = 0; i < runs; i++) runner.machine.restore();
  return { rows, restoreUs: ((performance.now() - start) * 1e3) / runs };
}

/** A search of two preemptions, again and again: the last one is of warm code. */
function search(lib, runner, share) {
  let last = null;
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const { runs } = lib.searchSource(runner, { bound: 2, ...(share ? { share } : {}) });
    const { user, system } = process.cpuUsage(cpu);
    last = { runs, cpuUs: (user + system) / runs, wallS: (performance.now() - start) / 1e3 };
  }
  return last;
}

async function prepare(tree, cc) {
  const lib = await import('../dist/realc/index.js');
  const image = await lib.buildTree(tree, { cc });
  return { lib, runner: new lib.SourceRunner(image, lib.sourceWorld('two-drivers')) };
}

async function searchShare({ tree, cc, share }) {
  const { lib, runner } = await prepare(tree, cc);
  return search(lib, runner, share);
}

/** What the pool calls in a thread. */
export default async function work(task) {
  const { replying } = await import('../dist/run/reply.js');
  return replying(searchShare)(task);
}

if (isMainThread) {
  const { words } = commandLine(import.meta.url, {}, [
    { name: 'TREE', type: 'tree' },
    { name: 'CLANG', type: 'string' },
  ]);
  const [tree, cc = null] = words;
  if (!tree) {
    console.log('NOT COVERED: no kernel tree given: node bench/source.mjs TREE [CLANG]');
    process.exit(0);
  }
  const { lib, runner } = await prepare(tree, cc);
  const one = search(lib, runner, null);
  const rate = Math.round(one.runs / one.wallS);
  console.log(`search: ${one.runs} runs, ${one.cpuUs.toFixed(0)} us of CPU each, ${rate} runs/s`);
  const { rows, restoreUs } = plans(runner, RUNS);
  for (const r of rows) {
    console.log(`${r.name}: ${r.points} switch points, ${r.cpuUs.toFixed(0)} us of CPU`);
  }
  console.log(`restore: ${restoreUs.toFixed(1)} us`);
  const { openPool, runAll } = await import('../dist/run/pool.js');
  const shares = [0, 1].map((index) => ({ tree, cc, share: { index, of: 2 } }));
  const entry = new URL(import.meta.url);
  const pool = openPool({ here: searchShare, entry }, { jobs: 2 });
  const halves = await runAll(pool, shares);
  await pool.close();
  const both = halves.reduce((sum, h) => sum + h.runs / h.wallS, 0);
  console.log(`search, in two threads: ${Math.round(both)} runs/s`);
}
