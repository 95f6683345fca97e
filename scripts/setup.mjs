// SPDX-License-Identifier: GPL-2.0-only
// Installs the pinned dependencies and builds dist/, once, from Node's own modules only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const lockDir = path.join(root, '.setup.lock');
const staleMs = 15 * 60_000;

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

function run(what, command, args) {
  const r = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (r.status === 0) return;
  console.error(`RW068: ${what} failed\n${r.stdout ?? ''}${r.stderr ?? ''}${r.error ?? ''}`);
  process.exit(2);
}

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** True while the process that took the lock lives; a lock without an owner counts by age. */
function lockIsLive() {
  try {
    const pid = Number(fs.readFileSync(path.join(lockDir, 'pid'), 'utf8'));
    process.kill(pid, 0);
    return true;
  } catch (e) {
    if (e.code === 'EPERM') return true;
    try {
      return e.code === 'ENOENT' && Date.now() - fs.statSync(lockDir).mtimeMs < 5_000;
    } catch {
      return false;
    }
  }
}

/** One set-up at a time: the second caller waits for the first, then finds nothing left to do. */
function takeLock() {
  const start = Date.now();
  for (;;) {
    try {
      fs.mkdirSync(lockDir);
      fs.writeFileSync(path.join(lockDir, 'pid'), String(process.pid));
      return;
    } catch (e) {
      if (e.code !== 'EEXIST') throw e;
    }
    if (!lockIsLive()) fs.rmSync(lockDir, { recursive: true, force: true });
    else if (Date.now() - start > staleMs) {
      console.error(
        `RW069: another set-up holds ${path.relative(root, lockDir)}\n  hint: remove that folder`,
      );
      process.exit(2);
    } else sleep(100);
  }
}

function upToDate(stamp, hash) {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash;
}

takeLock();
try {
  const depsStamp = path.join(root, 'node_modules', '.racewindow-deps');
  const depsHash = hashOf([path.join(root, 'package-lock.json')]);
  if (!upToDate(depsStamp, depsHash)) {
    console.error('set-up: installing the pinned dependencies');
    run('npm ci', process.platform === 'win32' ? 'npm.cmd' : 'npm', [
      'ci',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
    fs.writeFileSync(depsStamp, depsHash);
  }
  const buildStamp = path.join(root, 'dist', '.racewindow-build');
  const inputs = [
    ...walk(path.join(root, 'src')),
    path.join(root, 'tsconfig.json'),
    path.join(root, 'tsconfig.build.json'),
    path.join(root, 'package-lock.json'),
  ];
  const buildHash = hashOf(inputs);
  if (!upToDate(buildStamp, buildHash)) {
    console.error('set-up: building dist/');
    run('the build', process.execPath, [
      path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      'tsconfig.build.json',
    ]);
    fs.writeFileSync(buildStamp, buildHash);
  }
} finally {
  fs.rmSync(lockDir, { recursive: true, force: true });
}
