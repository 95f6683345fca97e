// SPDX-License-Identifier: GPL-2.0-only
// Bring the device trees of Debian's newest arm64 kernel of a series into a cache outside the repo.
import { spawnSync } from 'node:child_process';
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
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

// The boards are in linux-base-*, one package of about 4 MB. The pinned one is asked for by name;
// where the archive has dropped it, the newest of the same series takes its place. apt works with
// lists, cache and sources of its own below the cache, so the machine's apt is only read, for the
// host of its mirror; no host is written here.

const pinned = 'linux-base-7.2.13+deb14-arm64';
const series = /^linux-base-7\.2(\.\d+)?\S*\+deb\d+-arm64$/;
const suite = 'sid';
const lockWaitMsMax = 600_000;

const usage = `usage: scripts/fetch-boards [--cache DIR] [--package NAME] [--refresh]

Brings the device trees of ${pinned}, or of the newest
package of its series, to DIR/PACKAGE/dtb and prints that path.

  --cache DIR  where to keep them; default: racewindow/boards in the user's
               cache directory (XDG_CACHE_HOME, else ~/.cache)
  --package NAME
               the package to ask for instead
  --refresh    ask the archive again, also when a package is there
`;

function fail(code, message, hint) {
  process.stderr.write(`${code}: ${message}\n  hint: ${hint}\n`);
  process.exit(2);
}

function parse(argv) {
  const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const options = {
    cache: join(cacheHome, 'racewindow', 'boards'),
    package: undefined,
    refresh: false,
  };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--help' || argv[i] === '-h') {
      process.stdout.write(usage);
      process.exit(0);
    } else if (argv[i] === '--refresh') options.refresh = true;
    else if (argv[i] === '--package' && argv[i + 1]) options.package = argv[++i];
    else if (argv[i] === '--cache' && argv[i + 1]) options.cache = resolve(argv[++i]);
    else fail('RW060', `unknown option ${argv[i]}`, 'scripts/fetch-boards --help');
  }
  return options;
}

/** Run a tool; its output, or undefined where it failed. */
function run(command, args, options = {}) {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const done = spawnSync(command, args, { encoding: 'utf8', env, maxBuffer: 1 << 28, ...options });
  if (done.error?.code === 'ENOENT') {
    fail('RW091', `${command} is not installed`, 'run this on Debian or a relative of it');
  }
  if (done.status !== 0 && !options.quiet) process.stderr.write(done.stderr ?? '');
  return done.status === 0 ? done.stdout : undefined;
}

/** Addresses of the archives the machine itself uses; those for security have no unstable suite. */
function mirrors() {
  const args = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const uris = (run('apt-get', args) ?? '').split('\n');
  return [...new Set(uris.filter((uri) => /^[a-z+]+:/.test(uri) && !/security/.test(uri)))];
}

/** The apt options under which nothing of the machine's own lists is touched. */
function privateApt(dir) {
  for (const sub of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(dir, sub), { recursive: true });
  }
  const status = join(dir, 'status');
  writeFileSync(status, '');
  const set = {
    'Dir::Etc::sourcelist': join(dir, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': dir,
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::State::status': status,
    'Dir::Cache': join(dir, 'cache'),
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  return Object.entries(set).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** Read the package lists of the first archive that has the suite. */
function update(dir, apt) {
  const candidates = mirrors();
  if (candidates.length === 0) {
    fail('RW090', 'apt on this machine knows no archive', 'add a Debian mirror to its sources');
  }
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const option = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  for (const uri of candidates) {
    writeFileSync(join(dir, 'sources.list'), `deb ${option}${uri} ${suite} main\n`);
    if (run('apt-get', [...apt, '-q', '--error-on=any', 'update']) !== undefined) return;
  }
  fail('RW092', `no archive of this machine gave the lists of ${suite}`, 'see the lines above');
}

/** The wanted package where the lists have it, else the newest of the series. */
function choose(apt, wanted) {
  const names = (run('apt-cache', [...apt, 'pkgnames', 'linux-base-']) ?? '').split('\n');
  if (names.includes(wanted)) return wanted;
  const versionOf = (name) => name.slice('linux-base-'.length);
  let best;
  for (const name of names.filter((n) => series.test(n))) {
    const newer =
      !best ||
      run('dpkg', ['--compare-versions', versionOf(name), 'gt', versionOf(best)], {
        quiet: true,
      }) !== undefined;
    if (newer) best = name;
  }
  if (best) process.stderr.write(`${wanted} is gone; taking ${best}\n`);
  return best ?? fail('RW093', `${suite} has no package like ${wanted}`, 'the series has ended');
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
function unpack(cache, dir, apt, name) {
  const work = join(cache, 'work');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'x'), { recursive: true });
  if (run('apt-get', [...apt, '-q', 'download', name], { cwd: work }) === undefined) {
    fail('RW092', `${name} could not be downloaded`, 'see the lines above; run it again');
  }
  const deb = readdirSync(work).find((f) => f.endsWith('.deb'));
  if (!deb || run('dpkg-deb', ['-x', join(work, deb), join(work, 'x')]) === undefined) {
    fail('RW094', `${name} could not be unpacked`, 'run it again');
  }
  const modules = join(work, 'x', 'usr', 'lib', 'modules');
  const release = existsSync(modules) ? readdirSync(modules)[0] : undefined;
  const trees = release && join(modules, release, 'dtb');
  const boards = trees && existsSync(trees) ? [...boardsBelow(trees)] : [];
  if (boards.length === 0)
    fail('RW094', `${name} holds no boards`, 'the package has changed shape');
  const sha256 = createHash('sha256')
    .update(readFileSync(join(work, deb)))
    .digest('hex');
  const made = join(work, 'made');
  mkdirSync(made);
  renameSync(trees, join(made, 'dtb'));
  const manifest = { package: name, file: deb, sha256, boards: boards.length };
  writeFileSync(join(made, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(dir, { recursive: true, force: true });
  renameSync(made, dir);
  rmSync(work, { recursive: true, force: true });
  return manifest;
}

function manifestOf(dir) {
  try {
    return JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Let one run at a time work in the cache; a lock whose owner is gone is taken over. */
function lock(cache) {
  const path = join(cache, '.lock');
  const until = Date.now() + lockWaitMsMax;
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
      process.on('exit', () => rmSync(path, { force: true }));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        fail('RW095', `${cache} cannot be written (${error.code})`, 'give another --cache');
      }
    }
    const owner = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
    if (owner > 0 && !isAlive(owner)) rmSync(path, { force: true });
    else if (Date.now() > until) {
      fail(
        'RW095',
        `process ${owner} has held ${path} for long`,
        'wait for it, or remove the file',
      );
    } else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
}

/** Like mkdir -p. Node's own recursive mode never returns where the system refuses oddly. */
function makeDirectory(path) {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

function done(cache, manifest) {
  const dir = join(cache, manifest.package);
  writeFileSync(join(cache, 'current'), `${manifest.package}\n`);
  process.stdout.write(`${manifest.boards} boards of ${manifest.package}\n${join(dir, 'dtb')}\n`);
}

function main() {
  const { cache, package: asked, refresh } = parse(process.argv.slice(2));
  try {
    makeDirectory(cache);
  } catch (error) {
    fail('RW095', `${cache} cannot be made (${error.code})`, 'give another --cache');
  }
  lock(cache);
  const current = join(cache, 'current');
  const known = asked ?? (existsSync(current) ? readFileSync(current, 'utf8').trim() : pinned);
  const there = manifestOf(join(cache, known));
  if (there && !refresh) return done(cache, there);
  const aptDir = join(cache, 'apt');
  const apt = privateApt(aptDir);
  update(aptDir, apt);
  const name = choose(apt, asked ?? pinned);
  const dir = join(cache, name);
  done(cache, manifestOf(dir) ?? unpack(cache, dir, apt, name));
}

main();
