// SPDX-License-Identifier: GPL-2.0-only
// Installs the pinned dependencies and builds dist/, once, from Node's own modules only.
//
//   node scripts/setup.mjs             before npm start and npm test: dependencies and build
//   node scripts/setup.mjs --prepare   npm's own call, when it packs or installs the checkout: it
//                                      has installed what it wanted, so only a missing compiler
//                                      is a reason to install

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.mjs';
import { commandLine } from './options.mjs';

const { values } = commandLine(import.meta.url, { prepare: { type: 'boolean' } });

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const lockFile = path.join(root, '.setup.lock');
const waitMsMax = 15 * 60_000;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `RW067: Node ${process.versions.node} is too old\n  hint: install Node 20.19 or newer`,
  );
  process.exit(2);
}

/** The hash of some files' names and contents. */
function hashOf(files) {
  const h = createHash('sha256');
  for (const f of [...files].sort())
    h.update(path.relative(root, f)).update('\0').update(fs.readFileSync(f));
  return h.digest('hex');
}

function walk(dir) {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? walk(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

/** Options of the npm that calls us which are about its own job: --global, --dry-run, --omit. */
const callers = /^npm_config_(global|prefix|local_prefix|location|omit|include|dry_run|force)$/i;

function run(what, command, args) {
  const kept = Object.entries(process.env).filter(([name]) => !callers.test(name));
  const r = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: Object.fromEntries(kept),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (r.status === 0) return;
  console.error(`RW068: ${what} failed\n  hint: below is what it said`);
  console.error(`${r.stdout ?? ''}${r.stderr ?? ''}${r.error ?? ''}`);
  process.exit(2);
}

/** One set-up at a time: the second caller waits for the first, then finds nothing left to do. */
function lockOrEnd() {
  const release = takeLock(lockFile, waitMsMax);
  if (release) return process.on('exit', release);
  const name = path.relative(root, lockFile);
  console.error(`RW069: another set-up holds ${name}\n  hint: remove that file`);
  process.exit(2);
}

function upToDate(stamp, hash) {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash;
}

function install() {
  const stamp = path.join(root, 'node_modules', '.racewindow-deps');
  const hash = hashOf([path.join(root, 'package-lock.json')]);
  const wanted = values.prepare ? !fs.existsSync(compiler) : !upToDate(stamp, hash);
  if (!wanted) return;
  console.error('set-up: installing the pinned dependencies');
  // Without scripts: our own `prepare` would call this set-up, which holds the lock.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm ci', process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', ...flags]);
  fs.writeFileSync(stamp, hash);
}

/** Remove what was built of sources that are gone: it would be packed. */
function removeStale() {
  if (!fs.existsSync(dist)) return;
  for (const built of walk(dist)) {
    const [, stem] = /^(.*?)(?:\.js|\.d\.ts)$/.exec(path.relative(dist, built)) ?? [];
    if (stem === undefined ? built.endsWith('.map') : !fs.existsSync(sourceOf(stem))) {
      fs.rmSync(built);
    }
  }
}

const sourceOf = (stem) => path.join(root, 'src', `${stem}.ts`);

function build() {
  const stamp = path.join(dist, '.racewindow-build');
  const inputs = [
    ...walk(path.join(root, 'src')),
    path.join(root, 'tsconfig.json'),
    path.join(root, 'tsconfig.build.json'),
    path.join(root, 'tsconfig.page.json'),
    path.join(root, 'scripts', 'build-page.mjs'),
    path.join(root, 'package-lock.json'),
  ];
  const hash = hashOf(inputs);
  if (upToDate(stamp, hash)) return;
  console.error('set-up: building dist/');
  run('the build', process.execPath, [compiler, '-p', 'tsconfig.build.json']);
  run('the build', process.execPath, [path.join(root, 'scripts', 'build-page.mjs')]);
  run('the build', process.execPath, [path.join(root, 'scripts', 'model-hash.mjs')]);
  removeStale();
  fs.writeFileSync(stamp, hash);
}

lockOrEnd();
install();
build();
