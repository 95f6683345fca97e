// SPDX-License-Identifier: GPL-2.0-only
// `npm start`: finds the registration race on the bundled board, then replays it from its JSON.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

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

const question = ['--kernel', '6.15.0', '--window', 'C09', '--device', '3d00000.gpu'];
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'racewindow-'));
try {
  const code = racewindow('check', 'examples/boards/laptop.dtb', ...question, '--out', out);
  const finding = fs.readdirSync(out).find((name) => name.endsWith('.json'));
  if (code !== violated || finding === undefined) {
    console.error('the race that 6.15.0 has was not found');
    process.exitCode = 2;
  } else {
    console.log();
    process.exitCode = racewindow('replay', path.join(out, finding), '--brief');
  }
} finally {
  fs.rmSync(out, { recursive: true, force: true });
}
