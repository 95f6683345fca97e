// SPDX-License-Identifier: GPL-2.0-only
// `npm start`: finds the registration race on the bundled board, then replays it from its JSON.
//
//   npm start
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from './options.mjs';

commandLine(import.meta.url);

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cli = path.join(root, 'dist', 'cli', 'main.js');
const violated = 1;

/** Run racewindow in the checkout and show it as typed; returns its exit code. */
function racewindow(...args) {
  console.log(`$ racewindow ${args.join(' ')}\n`);
  const run = spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' });
  if (run.error) throw run.error;
  return run.status ?? 2;
}

/** Findings that were written to @dir since @start, by name. */
function writtenSince(dir, start) {
  if (!fs.existsSync(dir)) return [];
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .filter((name) => fs.statSync(path.join(dir, name)).mtimeMs >= start - 1000)
    .sort();
}

const out = 'out/start';
const question = ['--kernel', '6.15.0', '--window', 'C09', '--device', '3d00000.gpu'];
const start = Date.now();
const code = racewindow('check', 'examples/boards/laptop.dtb', ...question, '--out', out);
const findings = writtenSince(path.join(root, out), start);
if (code !== violated || findings.length === 0) {
  console.error('the race that 6.15.0 has was not found');
  process.exitCode = 2;
} else {
  console.log();
  process.exitCode = racewindow('replay', `${out}/${findings[0]}`, '--brief');
}
