// SPDX-License-Identifier: GPL-2.0-only
// Bring iasl, dtc and fdtoverlay from Debian into a cache outside the repo; print where they are.
//
//   scripts/fetch-tools
//
// Nothing is installed: usr/bin below that folder goes on PATH, usr/lib/*-linux-gnu on
// LD_LIBRARY_PATH.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
// The machine's own suite first: what another was built for may want a newer C library.
const suites = [...new Set([...ownSuite(), 'trixie', 'sid'])];
const checks = [
  ['iasl', '-v'],
  ['dtc', '-v'],
  ['fdtoverlay', '-V'],
];
const [first, ...others] = ['acpica-tools', 'device-tree-compiler', 'libfdt1', 'libyaml-0-2'];

/** The suite of this machine as a list, which is empty where it names none. */
function ownSuite() {
  const release = '/etc/os-release';
  const text = existsSync(release) ? readFileSync(release, 'utf8') : '';
  return [...text.matchAll(/^VERSION_CODENAME="?([a-z]+)"?$/gm)].map(([, name]) => name);
}

/** The first of the tools in @made that does not run on this machine; undefined where all do. */
function broken(made) {
  const lib = join(made, 'usr/lib');
  const paths = existsSync(lib) ? readdirSync(lib).map((name) => join(lib, name)) : [];
  const env = { ...process.env, LD_LIBRARY_PATH: paths.join(':') };
  const runs = ([name, option]) => {
    const program = join(made, 'usr/bin', name);
    return existsSync(program) && run(program, [option], { env, quiet: true }) !== undefined;
  };
  return checks.find((check) => !runs(check))?.[0];
}

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
if (!existsSync(join(dir, '.complete')) || broken(dir)) {
  const where = { dir: join(cache, 'apt'), suites, what: first };
  const { apt } = findPackage(where, (a) => packageNames(a, first).find((n) => n === first));
  replaceDirectory(dir, (made) => {
    for (const name of [first, ...others]) unpack(apt, name, made);
    const name = broken(made);
    if (name) fail('RW094', `${name} was unpacked, but does not run here`, 'install it yourself');
    writeFileSync(join(made, '.complete'), '');
  });
}
process.stdout.write(`${dir}\n`);
