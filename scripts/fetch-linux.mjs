// SPDX-License-Identifier: GPL-2.0-only
// Bring the source of a Debian kernel series into a cache outside the repo: what is compiled of it.
//
//   scripts/fetch-linux SERIES              such as 7.2
//   scripts/fetch-linux SERIES --whole      all of it, of which a kernel that boots can be built
//
// Unpacks what is built of the Linux kernel of SERIES to racewindow/linux/SERIES in the user's
// cache directory (XDG_CACHE_HOME, else ~/.cache) and prints that path; with --whole all of it,
// some 2 GB, to racewindow/linux/SERIES-whole. It takes Debian's package.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cacheDirectory,
  download,
  findPackage,
  openCache,
  packageNames,
  replaceDirectory,
} from './debian.mjs';
import { commandLine, fail, misused } from './options.mjs';

/** Suites that have the package linux-source-SERIES, the one with the newest first. */
const suitesOf = new Map([
  ['6.1', ['bookworm-security', 'bookworm']],
  ['6.12', ['bookworm-security', 'bookworm']],
  ['7.2', ['trixie-backports', 'sid']],
  ['7.3', ['sid', 'trixie-backports']],
]);

/** Of the CDX bus, which is newer, tar would say that it is not there. */
const buses = (series) => (series === '6.1' ? ['amba'] : ['amba', 'cdx']);

/** Only what is compiled, included or run: unpacking all of it takes several times as long. */
const part = (series) => [
  ...['Makefile', 'COPYING', 'include', 'lib', 'kernel', 'mm/*.h'],
  // The kernel's own parser of KTAP, for test/report/ktap.test.ts.
  'tools/testing/kunit/*.py',
  ...['base', 'iommu', 'of', 'pci', 'acpi', ...buses(series)].map((name) => `drivers/${name}`),
];

const names = [...suitesOf.keys()];
/** Run `from | to`; true if both worked. */
function pipeline(from, to) {
  const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;
  const line = [from, to].map((words) => words.map(quote).join(' ')).join(' | ');
  const options = { stdio: ['ignore', 'inherit', 'inherit'] };
  return spawnSync('bash', ['-c', `set -o pipefail; ${line}`], options).status === 0;
}

/** Unpack the kernel in @deb into @tree: of it the files @wanted, or all. */
function unpack(deb, work, tree, name, wanted) {
  const inner = ['tar', '-C', work, '-xf', '-', '--wildcards', './usr/src/*.tar.xz'];
  const sources = join(work, 'usr', 'src');
  const packed = pipeline(['dpkg-deb', '--fsys-tarfile', deb], inner) && readdirSync(sources)[0];
  if (!packed) fail('RW094', `${name} holds no kernel`, 'run it again');
  const top = packed.replace(/\.tar\.xz$/, '');
  const how = ['--strip-components=1', '--wildcards', '--no-wildcards-match-slash'];
  const args = [
    '-C',
    tree,
    ...how,
    '-xf',
    join(sources, packed),
    ...wanted.map((w) => `${top}/${w}`),
  ];
  if (spawnSync('tar', args, { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) {
    fail('RW094', `${name} could not be unpacked`, 'run it again');
  }
}

function main() {
  const { words, values } = commandLine(import.meta.url, { whole: { type: 'boolean' } }, [
    { name: 'SERIES', type: 'string', needed: true },
  ]);
  const [series] = words;
  const suites = suitesOf.get(series);
  if (!suites) {
    misused(import.meta.url, `${series}: it is not one of ${names.join(', ')}`);
  }
  const cache = cacheDirectory('linux');
  openCache(cache);
  const tree = join(cache, values.whole ? `${series}-whole` : series);
  if (!existsSync(join(tree, '.complete'))) {
    const what = `linux-source-${series}`;
    const where = { dir: join(cache, 'apt'), suites, what };
    const found = findPackage(where, (apt) => packageNames(apt, what).find((n) => n === what));
    replaceDirectory(tree, (made) => {
      const work = join(made, '.work');
      mkdirSync(work);
      unpack(download(found, work), work, made, what, values.whole ? [] : part(series));
      rmSync(work, { recursive: true });
      writeFileSync(join(made, '.complete'), '');
    });
  }
  process.stdout.write(`${tree}\n`);
}

main();
