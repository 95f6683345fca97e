// SPDX-License-Identifier: GPL-2.0-only
// Checks a board under several kernels and prints, per kernel, the windows found and the cost.
//
//   node scripts/acceptance.mjs [BOARD.dtb] [KERNEL[-SHA]...]     e.g. 7.2 7.2-da33e87bd2bf
//
// Needs a build (npm run build). Nothing here says what ought to come out: the tests do.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { commandLine, demand } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [
  { name: 'a board', type: 'path' },
  { name: 'a kernel', type: 'string', multiple: true },
]);
const load = (name) => import(new URL(`../dist/${name}.js`, import.meta.url).href);
const { findRevision, withCommits } = await load('kernel/index');
const { readPlatform } = await load('platform/index');
const { checkPlatform, defaultCheck } = await load('questions/check');

const KERNELS = ['6.12', '6.12.y', '6.15-rc1', '6.15.0', '6.15.1', '7.2', '7.2-da33e87bd2bf'];

const [file, ...named] = words;
const board = file ?? new URL('../examples/boards/laptop.dtb', import.meta.url);
const platform = demand(readPlatform(readFileSync(board)));
const jobs = availableParallelism();

for (const spec of named.length > 0 ? named : KERNELS) {
  // 6.15-rc1 has a dash of its own; an id is 12 hexadecimal digits.
  const [, name, sha] = /^(.*?)(?:-([0-9a-f]{12}))?$/.exec(spec);
  const without = sha === undefined ? [] : [sha];
  const revision = demand(withCommits(demand(findRevision(name)), { without }));
  const options = {
    ...defaultCheck,
    jobs,
  };
  const start = performance.now();
  const result = await checkPlatform(platform, { revision, userFixes: [] }, options, '0');
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const windows = [...new Set(result.findings.map((f) => f.window ?? 'none'))].sort();
  const { worlds, states, bounded } = result.coverage;
  const cut = bounded.length > 0 ? `, bounded by ${bounded.map((b) => b.limit).join()}` : '';
  console.log(
    `${spec.padEnd(18)} ${windows.join(' ')}\n${''.padEnd(18)} ${worlds} worlds, ` +
      `${states} states, ${seconds} s with ${jobs} jobs${cut}`,
  );
}
