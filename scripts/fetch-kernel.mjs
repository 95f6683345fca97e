// SPDX-License-Identifier: GPL-2.0-only
// Bring a Debian arm64 kernel that boots, and what builds modules for it, into the cache.
//
//   scripts/fetch-kernel SERIES     such as 7.2
//
// Unpacks Debian's arm64 kernel of SERIES, with the headers and tools that build modules for it, to
// racewindow/kernels/SERIES in the user's cache directory (XDG_CACHE_HOME, else ~/.cache) and
// prints that path. The kernel itself is not changed.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  cacheDirectory,
  download,
  findPackage,
  isNewer,
  openCache,
  packageNames,
  replaceDirectory,
  run,
} from './debian.mjs';
import { commandLine, fail, misused } from './options.mjs';

/** Suites that have a kernel of each series; the libc that its tools for amd64 were built for. */
const series = new Map([['7.2', { suites: ['trixie-backports'], libc: 'trixie' }]]);

const names = [...series.keys()];
/** The newest kernel of @name, as `7.2.12+deb13`: what its packages have in their names. */
function newest(apt, name) {
  const of = /^linux-binary-(\d[\w.+~]*)-arm64$/;
  const all = packageNames(apt, `linux-binary-${name}`)
    .map((n) => of.exec(n)?.[1])
    .filter((release) => release?.startsWith(`${name}.`));
  return all.reduce((a, b) => (a === undefined || isNewer(b, a) ? b : a), undefined);
}

/** Unpack @package into @made; @architecture is whose machine runs it. */
function take({ work, made }, found, name) {
  const folder = join(work, name);
  const deb = download({ ...found, name }, folder);
  if (run('dpkg-deb', ['-x', deb, made]) === undefined) {
    fail('RW094', `${name} could not be unpacked`, 'run it again');
  }
}

function fill(name, made, cache) {
  const { suites, libc } = series.get(name);
  const work = join(made, '.work');
  mkdirSync(work);
  const arm = findPackage(
    { dir: join(cache, 'apt-arm64'), suites, architecture: 'arm64', what: `linux-binary-${name}` },
    (apt) => newest(apt, name),
  );
  const release = arm.name;
  const of = (what, end = '-arm64') => `linux-${what}-${release}${end}`;
  for (const each of [of('binary'), of('base'), of('headers'), of('headers', '-common')]) {
    take({ work, made }, arm, each);
  }
  const kbuild = `linux-kbuild-${release}`;
  const own = findPackage(
    { dir: join(cache, 'apt-amd64'), suites, architecture: 'amd64', what: kbuild },
    (apt) => packageNames(apt, kbuild).find((n) => n === kbuild),
  );
  take({ work, made }, own, kbuild);
  // The tools may be newer than this machine's libc: they run with the one they were built for.
  const host = findPackage(
    { dir: join(cache, 'apt-libc'), suites: [libc], architecture: 'amd64', what: 'libc6' },
    (apt) => packageNames(apt, 'libc6').find((n) => n === 'libc6'),
  );
  take({ work, made: join(made, 'libc') }, host, 'libc6');
  rmSync(work, { recursive: true });
  prepare(made, join(cache, name), release);
  return release;
}

/** Let modules be built in @dir, where @made will stand, on a machine that may be older. */
function prepare(made, dir, release) {
  const headers = join(made, 'usr/src', `linux-headers-${release}-arm64`);
  // With it, BTF would be made, which takes tools that few have.
  rmSync(join(headers, 'vmlinux'), { force: true });
  // The packages name each other as they would be installed.
  for (const file of ['Makefile', '.kernelvariables']) {
    const path = join(headers, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/usr/src/', `${dir}/usr/src/`));
  }
  const tools = join(made, 'usr/lib', `linux-kbuild-${release}`, 'scripts');
  for (const tool of readdirSync(tools, { recursive: true }).map((file) => join(tools, file))) {
    if (!statSync(tool).isFile() || readFileSync(tool).toString('latin1', 0, 4) !== '\x7fELF')
      continue;
    renameSync(tool, `${tool}.elf`);
    const libc = `${dir}/libc/usr/lib/x86_64-linux-gnu`;
    const words = [`${libc}/ld-linux-x86-64.so.2`, '--library-path', libc].map((w) => `'${w}'`);
    const line = `exec ${words.join(' ')} --argv0 "$0" "$0.elf" "$@"`;
    writeFileSync(tool, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
}

function main() {
  const { words } = commandLine(import.meta.url, {}, [
    { name: 'SERIES', type: 'string', needed: true },
  ]);
  const [name] = words;
  if (!series.has(name)) {
    misused(import.meta.url, `${name}: it is not one of ${names.join(', ')}`);
  }
  const cache = cacheDirectory('kernels');
  openCache(cache);
  const dir = join(cache, name);
  if (!existsSync(join(dir, 'release'))) {
    replaceDirectory(dir, (made) =>
      writeFileSync(join(made, 'release'), `${fill(name, made, cache)}\n`),
    );
  }
  process.stdout.write(`${dir}\n`);
}

main();
