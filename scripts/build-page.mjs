// SPDX-License-Identifier: GPL-2.0-only
// Bundle the browser's side of the viewer: one script and one worker, with nothing left to fetch.
//
//   node scripts/build-page.mjs [DIR]    into dist/view/page, unless told
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { commandLine } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [{ name: 'a folder', type: 'string' }]);

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const page = path.join(root, 'src', 'view', 'page');
const out = path.resolve(words[0] ?? path.join(root, 'dist', 'view', 'page'));

buildSync({
  entryPoints: [path.join(page, 'main.ts'), path.join(page, 'worker.ts')],
  outdir: out,
  tsconfig: path.join(root, 'tsconfig.page.json'),
  conditions: ['racewindow-src'],
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  // A page must not end the script that it stands in.
  supported: { 'inline-script': false },
  legalComments: 'none',
});
copyFileSync(path.join(page, 'style.css'), path.join(out, 'style.css'));
