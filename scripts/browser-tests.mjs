// SPDX-License-Identifier: GPL-2.0-only
// The tests of the pages, which need a browser: Debian's chromium, which is not installed here.
//
//   npm run test:browser                    all of them; NOT COVERED where there is no chromium
//   npm run test:browser -- FILE... [--name TEXT]    these files, or tests with TEXT in their name
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from './options.mjs';

const { values, words } = commandLine(import.meta.url, { name: { type: 'string' } }, [
  { name: 'a file', type: 'string', multiple: true },
]);

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.log('NOT COVERED: the pages in a browser: apt-get install chromium');
  process.exit(0);
}
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const only = values.name === undefined ? [] : ['--testNamePattern', values.name];
const args = [vitest, 'run', '--config', 'vitest.browser.config.ts', ...only, ...words];
const done = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);
