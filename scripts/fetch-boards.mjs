// SPDX-License-Identifier: GPL-2.0-only
// Bring the device trees of Debian's newest kernel of a series into a cache outside the repo.
//
//   scripts/fetch-boards [--arch ARCH] [--cache DIR] [--package NAME] [--refresh]
//
//   --arch ARCH     arm64, or armhf for the boards of the armmp kernel
//   --cache DIR     where to keep them, in place of racewindow/boards in the user's cache
//                   directory (XDG_CACHE_HOME, else ~/.cache)
//   --package NAME  the package to ask for in place of the newest one of its series
//   --refresh       ask the archive again, also when a package is there
//
// Prints the folder with the trees, DIR/PACKAGE/dtb.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
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

// The boards are in linux-base-*, one package of about 4 MB. The pinned one is asked for by name;
// where the archive has dropped it, the newest of the same series takes its place.

const flavours = {
  arm64: { arch: 'arm64', suffix: 'arm64', current: 'current' },
  armhf: { arch: 'armhf', suffix: 'armmp', current: 'current-armhf' },
};
const pinnedOf = (f) => `linux-base-7.2.13+deb14-${f.suffix}`;
const seriesOf = (f) => new RegExp(`^linux-base-7\\.2(\\.\\d+)?\\S*\\+deb\\d+-${f.suffix}$`);
const suites = ['sid'];

/** What the command line asks for. */
function parsed() {
  const { values } = commandLine(import.meta.url, {
    arch: { type: 'string', default: 'arm64' },
    cache: { type: 'string', default: cacheDirectory('boards') },
    package: { type: 'string' },
    refresh: { type: 'boolean' },
  });
  if (!Object.hasOwn(flavours, values.arch)) {
    const known = Object.keys(flavours).join(', ');
    misused(import.meta.url, `--arch ${values.arch}: it is not one of ${known}`);
  }
  return { ...values, cache: resolve(values.cache), flavour: flavours[values.arch] };
}

/** The wanted package where the lists have it, else the newest of the series. */
function choose(apt, wanted, flavour) {
  const names = packageNames(apt, 'linux-base-');
  if (names.includes(wanted)) return wanted;
  const versionOf = (name) => name.slice('linux-base-'.length);
  let best;
  for (const name of names.filter((n) => seriesOf(flavour).test(n))) {
    if (!best || isNewer(versionOf(name), versionOf(best))) best = name;
  }
  if (best) process.stderr.write(`${wanted} is gone; taking ${best}\n`);
  return best;
}

function* boardsBelow(dir, prefix = '') {
  const entries = readdirSync(dir, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* boardsBelow(join(dir, entry.name), path);
    else if (entry.isFile() && entry.name.endsWith('.dtb')) yield path;
  }
}

/** Download and unpack; the directory appears whole under its name or not at all. */
function unpack(dir, found) {
  const { name } = found;
  return replaceDirectory(dir, (made) => {
    const work = join(made, 'work');
    const deb = download(found, work);
    mkdirSync(join(work, 'x'));
    if (run('dpkg-deb', ['-x', deb, join(work, 'x')]) === undefined) {
      fail('RW094', `${name} could not be unpacked`, 'run it again');
    }
    const modules = join(work, 'x', 'usr', 'lib', 'modules');
    const release = existsSync(modules) ? readdirSync(modules)[0] : undefined;
    const trees = release && join(modules, release, 'dtb');
    const boards = trees && existsSync(trees) ? [...boardsBelow(trees)] : [];
    if (boards.length === 0) {
      fail('RW094', `${name} holds no boards`, 'the package has changed shape');
    }
    const sha256 = createHash('sha256').update(readFileSync(deb)).digest('hex');
    const file = deb.slice(work.length + 1);
    renameSync(trees, join(made, 'dtb'));
    const manifest = { package: name, file, sha256, boards: boards.length };
    writeFileSync(join(made, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    rmSync(work, { recursive: true });
    return manifest;
  });
}

function manifestOf(dir) {
  try {
    return JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function done(cache, manifest, { current }) {
  const dir = join(cache, manifest.package);
  writeFileSync(join(cache, current), `${manifest.package}\n`);
  process.stdout.write(`${manifest.boards} boards of ${manifest.package}\n${join(dir, 'dtb')}\n`);
}

function main() {
  const { cache, package: asked, refresh, flavour } = parsed();
  openCache(cache);
  const pinned = pinnedOf(flavour);
  const current = join(cache, flavour.current);
  const known = asked ?? (existsSync(current) ? readFileSync(current, 'utf8').trim() : pinned);
  const there = manifestOf(join(cache, known));
  if (there && !refresh) return done(cache, there, flavour);
  const wanted = asked ?? pinned;
  const { arch: architecture } = flavour;
  const where = { dir: join(cache, `apt-${architecture}`), suites, architecture, what: wanted };
  const found = findPackage(where, (apt) => choose(apt, wanted, flavour));
  const dir = join(cache, found.name);
  done(cache, manifestOf(dir) ?? unpack(dir, found), flavour);
}

main();
