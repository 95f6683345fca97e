// SPDX-License-Identifier: GPL-2.0-only
// What one run of the kernel's own C costs: the two-driver scene, on one core and on two.
//
//   npm run build && node bench/source.mjs TREE [CLANG]
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const RUNS = 20_000;

/** Times @runs runs of one plan: microseconds of this thread each, and switch points passed. */
async function measure(tree, cc, runs) {
  const { buildTree, SourceRunner, searchSource, sourceWorld } = await import(
    '../dist/source/index.js'
  );
  const image = await buildTree(tree, { cc });
  const runner = new SourceRunner(image, sourceWorld('two-drivers'));
  const search = searchSource(runner, { bound: 1 });
  const plans = {
    'IOMMU first, no switch': { preemptions: [], choices: [0] },
    'client first, deferred, bound again': { preemptions: [], choices: [1] },
    'one preemption': { preemptions: [{ at: 30, to: 2 }], choices: [0] },
  };
  const rows = [];
  for (const [name, plan] of Object.entries(plans)) {
    for (let i = 0; i < 2000; i++) runner.run(plan);
    const cpu = process.cpuUsage();
    const start = performance.now();
    let points = 0;
    for (let i = 0; i < runs; i++) points = runner.run(plan).points;
    const used = process.cpuUsage(cpu);
    const wall = performance.now() - start;
    rows.push({
      name,
      points,
      cpuUs: (used.user + used.system) / runs,
      wallUs: (wall * 1e3) / runs,
    });
  }
  const start = performance.now();
  for (let i = 0; i < runs; i++) runner.machine.restore();
  const restoreUs = ((performance.now() - start) * 1e3) / runs;
  return { rows, restoreUs, search: { runs: search.runs, skipped: search.skipped } };
}

if (isMainThread) {
  const [tree, cc = null] = process.argv.slice(2);
  if (!tree) {
    console.log('NOT COVERED: no kernel tree given: node bench/source.mjs TREE [CLANG]');
    process.exit(0);
  }
  const { rows, restoreUs } = await measure(tree, cc, RUNS);
  for (const r of rows) {
    const rate = Math.round(1e6 / r.wallUs);
    console.log(
      `${r.name}: ${r.points} switch points, ${r.cpuUs.toFixed(0)} us of CPU, ${rate} runs/s`,
    );
  }
  console.log(`restore: ${restoreUs.toFixed(1)} us`);
  const both = await Promise.all(
    [0, 1].map(
      () =>
        new Promise((done, failed) => {
          const w = new Worker(new URL(import.meta.url), { workerData: { tree, cc } });
          w.once('message', done);
          w.once('error', failed);
        }),
    ),
  );
  both[0].rows.forEach((r, i) => {
    const rate = Math.round(1e6 / r.wallUs + 1e6 / both[1].rows[i].wallUs);
    console.log(`two threads, ${r.name}: ${rate} runs/s`);
  });
} else {
  parentPort.postMessage(await measure(workerData.tree, workerData.cc, RUNS / 2));
}
