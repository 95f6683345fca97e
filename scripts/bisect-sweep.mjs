// SPDX-License-Identifier: GPL-2.0-only
// Bisect every window from the command line and compare with what its ways say; exit 1 where the
// two differ.
//
//   npm run bisect-sweep                    all windows, 6.0 to 7.2; some minutes
//   npm run bisect-sweep -- C09,C12         only these
//
// Needs `npm run build`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commandLine, misused } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [{ name: 'windows', type: 'string' }]);

const root = new URL('../', import.meta.url);
const load = async (name) => await import(new URL(`dist/${name}.js`, root).href);
const { findRevision } = await load('kernel/index');
const { turnsExpected, windows } = await load('windows/index');
const only = words[0]?.split(',');
const unknown = only?.find((id) => !windows.some((window) => window.id === id));
if (unknown !== undefined) misused(import.meta.url, `${unknown}: there is no such window`);
const newest = findRevision('7.2').value.commits;

/** What `racewindow bisect` says of @window: what opens and closes it, `6.0` for the start. */
function bisected(window) {
  const args = ['--stack-size=4000', 'dist/cli/main.js', 'bisect', window];
  const run = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
  });
  if (run.status === null || run.status === 2) return { error: run.stderr.trim().split('\n')[0] };
  const named = (word) =>
    [...run.stdout.matchAll(new RegExp(`^${word} by ([0-9a-f]{12})`, 'gm'))].map((m) => m[1]);
  const early = /^open in (\S+) already/m.exec(run.stdout)?.[1];
  return { opened: [...(early ? [early] : []), ...named('opened')], closed: named('closed') };
}

const same = (a, b) => a.length === b.length && a.every((sha) => b.includes(sha));
const text = (list) => (list.length === 0 ? '-' : list.join(' '));

let wrong = 0;
const began = performance.now();
for (const window of windows) {
  if (only && !only.includes(window.id)) continue;
  const start = performance.now();
  const found = bisected(window.id);
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`.padStart(7);
  if (found.error !== undefined) {
    console.log(`${window.id} ${took}  ${found.error}`);
    if (window.fact === undefined) wrong++;
    continue;
  }
  const { early, opens, closes } = turnsExpected(window, newest);
  const opened = [...(early ? ['6.0'] : []), ...opens];
  const agrees = same(found.opened, opened) && same(found.closed, closes);
  if (!agrees) wrong++;
  console.log(`${window.id} ${took}  ${agrees ? 'as its ways say' : 'DIFFERS'}`);
  console.log(`    opened  ${text(found.opened)}  closed  ${text(found.closed)}`);
  if (!agrees) console.log(`    ways:   opened  ${text(opened)}  closed  ${text(closes)}`);
}
const total = ((performance.now() - began) / 1000).toFixed(0);
console.log(`\n${wrong} not as the ways say, ${total} s`);
process.exitCode = wrong === 0 ? 0 : 1;
