// SPDX-License-Identifier: GPL-2.0-only
// Packages of Debian, brought into a cache outside the repo without touching the machine's own apt.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { takeLock } from './lock.mjs';
import { fail } from './options.mjs';

// apt works with lists, cache and sources of its own below the cache. The machine's apt is only
// read, for the hosts of its mirrors; no host is written here.

const lockWaitMsMax = 600_000;
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Run a tool; its output, or undefined where it failed. @options.quiet: not a word about that. */
export function run(command, args, options = {}) {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const done = spawnSync(command, args, { encoding: 'utf8', env, maxBuffer: 1 << 28, ...options });
  if (done.error?.code === 'ENOENT') {
    fail('RW091', `${command} is not installed`, 'run this on Debian or a relative of it');
  }
  if (done.status !== 0 && !options.quiet) process.stderr.write(done.stderr ?? '');
  return done.status === 0 ? done.stdout : undefined;
}

/** racewindow/@name in the user's cache directory. */
export function cacheDirectory(name) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'racewindow', name);
}

/** Like mkdir -p. Node's own recursive mode never returns where the system refuses oddly. */
function makeDirectory(path) {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Make the cache @dir and work in it alone until this process ends. */
export function openCache(dir) {
  const hint = 'give another --cache or XDG_CACHE_HOME';
  try {
    makeDirectory(dir);
    const release = takeLock(join(dir, '.lock'), lockWaitMsMax);
    if (release) process.on('exit', release);
    else
      fail('RW095', `another process has held ${dir}/.lock for long`, 'wait, or remove the file');
  } catch (error) {
    fail('RW095', `${dir} cannot be used (${error.code})`, hint);
  }
}

/** A folder that takes the place of @dir whole, when @fill has filled it; or never. */
export function replaceDirectory(dir, fill) {
  const made = mkdtempSync(`${dir}.new-`);
  // Not `finally`: fail() ends the process from anywhere.
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  const value = fill(made);
  rmSync(dir, { recursive: true, force: true });
  renameSync(made, dir);
  return value;
}

/** Addresses of the archives that the machine itself uses. */
function archives() {
  const args = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const uris = (run('apt-get', args) ?? '').split('\n').filter((uri) => /^[a-z+]+:/.test(uri));
  if (uris.length === 0) {
    fail('RW090', 'apt on this machine knows no archive', 'add a Debian mirror to its sources');
  }
  return [...new Set(uris)];
}

/** Where @suite may be: security updates have an archive of their own, beside the others. */
function archivesOf(suite) {
  const isSecurity = (uri) => /security/.test(uri);
  const all = archives();
  if (!/-security$/.test(suite)) return all.filter((uri) => !isSecurity(uri));
  const own = all.filter(isSecurity);
  return own.length > 0 ? own : all.map((uri) => `${uri.replace(/\/$/, '')}-security`);
}

/** The apt options under which nothing of the machine's own lists is touched. */
function privateApt(dir, architecture) {
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
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    ...(architecture && { 'APT::Architecture': architecture, 'APT::Architectures': architecture }),
  };
  return Object.entries(set).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/**
 * Read the lists of the first of @suites in which @choose finds a package, and ask no other.
 * @dir: where apt keeps its own things. @architecture: null for the machine's.
 * Returns the name of the package and the apt options under which it can be downloaded.
 */
export function findPackage({ dir, suites, architecture = null, what }, choose) {
  const apt = privateApt(dir, architecture);
  const option = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  let read = false;
  for (const suite of suites) {
    for (const uri of archivesOf(suite)) {
      writeFileSync(join(dir, 'sources.list'), `deb ${option}${uri} ${suite} main\n`);
      if (run('apt-get', [...apt, '-q', '--error-on=any', 'update']) === undefined) continue;
      read = true;
      const name = choose(apt);
      if (name !== undefined) return { apt, name };
      break;
    }
  }
  const where = suites.join(' or ');
  if (read) fail('RW093', `${where} has no package like ${what}`, 'the series has ended');
  fail('RW092', `no archive of this machine gave the lists of ${where}`, 'see the lines above');
}

/** Names of packages that begin with @prefix, in the lists that were read. */
export function packageNames(apt, prefix) {
  return (run('apt-cache', [...apt, 'pkgnames', prefix]) ?? '').split('\n').filter(Boolean);
}

/** True if version @a of a package is newer than @b, by Debian's own rule. */
export function isNewer(a, b) {
  return run('dpkg', ['--compare-versions', a, 'gt', b], { quiet: true }) !== undefined;
}

/** Download a package into the folder @work; the path of the .deb file. */
export function download({ apt, name }, work) {
  mkdirSync(work, { recursive: true });
  if (run('apt-get', [...apt, '-q', 'download', name], { cwd: work }) === undefined) {
    fail('RW092', `${name} could not be downloaded`, 'see the lines above; run it again');
  }
  const deb = readdirSync(work).find((f) => f.endsWith('.deb'));
  return deb
    ? join(work, deb)
    : fail('RW094', `${name} is not there after its download`, 'run it again');
}
