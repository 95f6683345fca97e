// SPDX-License-Identifier: GPL-2.0-only
// Bring iasl, dtc and fdtoverlay from Debian into a cache outside the repo; print where they are.
//
//   scripts/fetch-tools
//
// Nothing is installed: usr/bin below that folder goes on PATH, usr/lib/*-linux-gnu on
// LD_LIBRARY_PATH.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cacheDirectory,
  download,
  findPackage,
  openCache,
  packageNames,
  replaceDirectory,
  run,
} from './debian.mjs';
import { commandLine, fail } from './options.mjs';

commandLine(import.meta.url);
const suites = ['trixie', 'sid'];
const [first, ...others] = ['acpica-tools', 'device-tree-compiler', 'libfdt1', 'libyaml-0-2'];

/** Unpack the package @name, which @apt can download, into the folder @made. */
function unpack(apt, name, made) {
  const work = join(made, '.work');
  mkdirSync(work);
  const deb = download({ apt, name }, work);
  if (run('dpkg-deb', ['-x', deb, made]) === undefined) {
    fail('RW094', `${name} could not be unpacked`, 'run it again');
  }
  rmSync(work, { recursive: true });
}

const cache = cacheDirectory('tools');
openCache(cache);
const dir = join(cache, 'current');
if (!existsSync(join(dir, '.complete'))) {
  const where = { dir: join(cache, 'apt'), suites, what: first };
  const { apt } = findPackage(where, (a) => packageNames(a, first).find((n) => n === first));
  replaceDirectory(dir, (made) => {
    for (const name of [first, ...others]) unpack(apt, name, made);
    writeFileSync(join(made, '.complete'), '');
  });
}
process.stdout.write(`${dir}\n`);
