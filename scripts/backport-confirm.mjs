// SPDX-License-Identifier: GPL-2.0-only
// What `backport --to KERNEL` says that its set closes and opens, held against `check`: without the
// set and with exactly it, over all generic worlds.
//
//   npm run backport-confirm                   6.12.y, 6.6.y and 6.1.y; some minutes each
//   npm run backport-confirm -- KERNEL...
//
// Two roads to one answer: backport explores worlds for sightings, check merges findings and judges
// each window. A window that backport calls closed has to be found by check without the set, and
// not with it; an opened one the other way round; and no other window may come or go.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [
  { name: 'a kernel', type: 'string', multiple: true },
]);

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const main = path.join(root, 'dist', 'cli', 'main.js');
const kernels = words.length > 0 ? words : ['6.12.y', '6.6.y', '6.1.y'];

function racewindow(...args) {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 30 };
  const done = spawnSync(process.execPath, ['--stack-size=4000', main, ...args], options);
  if (done.status === null || done.status === 2) {
    process.stderr.write(done.stderr || `racewindow ${args.join(' ')}: no exit code\n`);
    process.exit(2);
  }
  return done.stdout;
}

/** The windows that a check shows, `new` where one fits none; and what was not explored in full. */
function shown(kernel, set) {
  const added = set.flatMap((sha) => ['--with', sha]);
  const args = ['check', '--kernel', kernel, ...added, '--format', 'json'];
  const { findings, coverage } = JSON.parse(racewindow(...args));
  const open = new Set(findings.map((f) => f.window ?? 'new'));
  return { open, bounded: coverage.bounded.map((b) => b.limit) };
}

/** The windows that the first line of backport names after @word. */
function named(line, word) {
  const text = new RegExp(`${word} ([^;]*)`).exec(line)?.[1] ?? '';
  return new Set(text.match(/\bC\d\d\b(?! [a-z0-9])|\bnew\b/g) ?? []);
}

const listed = (some) => [...some].sort().join(' ') || 'nothing';
const without = (a, b) => new Set([...a].filter((x) => !b.has(x)));

let wrong = 0;
for (const kernel of kernels) {
  const text = racewindow('backport', '--to', kernel);
  const [first] = text.replace(/\n {2}/g, ' ').split('\n');
  const set = [...text.matchAll(/^ {2}([0-9a-f]{12}) \("/gm)].map(([, sha]) => sha);
  const own = set.slice(0, [...text.matchAll(/git cherry-pick/g)].length);
  const before = shown(kernel, []);
  const after = shown(kernel, own);
  const rows = [
    ['closes', named(first, 'closes'), without(before.open, after.open)],
    ['opens', named(first, 'opens'), without(after.open, before.open)],
  ];
  console.log(`${kernel} with ${own.join(' ') || 'nothing'}`);
  for (const [word, said, seen] of rows) {
    const isSame = listed(said) === listed(seen);
    if (!isSame) wrong++;
    console.log(
      `  ${word}: backport ${listed(said)}; check ${listed(seen)}${isSame ? '' : '  WRONG'}`,
    );
  }
  const cut = [...new Set([...before.bounded, ...after.bounded])];
  if (cut.length > 0) console.log(`  not explored in full by check: ${cut.join(', ')}`);
}
process.exit(wrong === 0 ? 0 : 1);
