// SPDX-License-Identifier: GPL-2.0-only
// Bring the device trees of Debian's newest kernel of a series into a cache outside the repo.
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
  fail,
  findPackage,
  isNewer,
  openCache,
  packageNames,
  replaceDirectory,
  run,
} from './debian.mjs';

// The boards are in linux-base-*, one package of about 4 MB. The pinned one is asked for by name;
// where the archive has dropped it, the newest of the same series takes its place.

const flavours = {
  arm64: { arch: 'arm64', suffix: 'arm64', current: 'current' },
  armhf: { arch: 'armhf', suffix: 'armmp', current: 'current-armhf' },
};
const pinnedOf = (f) => `linux-base-7.2.13+deb14-${f.suffix}`;
const seriesOf = (f) => new RegExp(`^linux-base-7\\.2(\\.\\d+)?\\S*\\+deb\\d+-${f.suffix}$`);
const suites = ['sid'];

const usage = `usage: scripts/fetch-boards [--arch ARCH] [--cache DIR] [--package NAME]
                            [--refresh]

Brings the device trees of ${pinnedOf(flavours.arm64)}, or of the newest
package of its series, to DIR/PACKAGE/dtb and prints that path.

  --arch ARCH  arm64, or armhf for the boards of the armmp kernel
  --cache DIR  where to keep them; default: racewindow/boards in the user's
               cache directory (XDG_CACHE_HOME, else ~/.cache)
  --package NAME
               the package to ask for instead
  --refresh    ask the archive again, also when a package is there
`;

function parse(argv) {
  const options = {
    cache: cacheDirectory('boards'),
    package: undefined,
    refresh: false,
    flavour: flavours.arm64,
  };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--help' || argv[i] === '-h') {
      process.stdout.write(usage);
      process.exit(0);
    } else if (argv[i] === '--refresh') options.refresh = true;
    else if (argv[i] === '--arch' && argv[i + 1] in flavours) options.flavour = flavours[argv[++i]];
    else if (argv[i] === '--package' && argv[i + 1]) options.package = argv[++i];
    else if (argv[i] === '--cache' && argv[i + 1]) options.cache = resolve(argv[++i]);
    else fail('RW060', `unknown option ${argv[i]}`, 'scripts/fetch-boards --help');
  }
  return options;
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
  const { cache, package: asked, refresh, flavour } = parse(process.argv.slice(2));
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
