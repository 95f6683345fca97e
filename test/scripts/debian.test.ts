// SPDX-License-Identifier: GPL-2.0-only
// Boards and kernels of Debian: what is asked of whom, and that a cache is never left in halves.

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));
const fake = fileURLToPath(new URL('./support/fake-debian.mjs', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-debian-'));
afterAll(() => rmSync(dir, { recursive: true }));

const bin = path.join(dir, 'bin');
mkdirSync(bin);
for (const tool of ['apt-get', 'apt-cache', 'dpkg', 'dpkg-deb']) {
  writeFileSync(path.join(bin, tool), `#!/bin/sh\nexec node ${fake} ${tool} "$@"\n`);
  chmodSync(path.join(bin, tool), 0o755);
}

const mirror = 'http://mirror.example/debian/';
const security = 'http://mirror.example/debian-security/';
const pinned = 'linux-base-7.2.13+deb14-arm64';
let cache = '';
let n = 0;
beforeEach(() => {
  cache = path.join(dir, `cache${n++}`);
});

/** Run a script where apt knows @archives; its exit code, output and what was asked of apt. */
function fetch(script: string, args: string[], archives: object, more: object = {}) {
  const log = `${cache}.log`;
  writeFileSync(log, '');
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH']}`,
    XDG_CACHE_HOME: cache,
    FAKE_ARCHIVES: JSON.stringify(archives),
    FAKE_LOG: log,
    ...more,
  };
  const done = spawnSync(path.join(scripts, script), args, { encoding: 'utf8', env });
  return { ...done, asked: readFileSync(log, 'utf8') };
}

describe('boards', () => {
  const boards = path.join('racewindow', 'boards');

  test('are those of the pinned package, and are asked for once', () => {
    const archives = { [`${mirror} sid`]: [pinned, 'linux-base-7.2.99+deb14-arm64'] };
    const first = fetch('fetch-boards', [], archives);
    const dtb = path.join(cache, boards, pinned, 'dtb');
    expect(first.stdout).toBe(`2 boards of ${pinned}\n${dtb}\n`);
    expect(readdirSync(path.join(dtb, 'vendor'))).toContain('a.dtb');
    expect(first.asked).toContain('APT::Architecture=arm64');
    const again = fetch('fetch-boards', [], archives);
    expect(again.stdout).toBe(first.stdout);
    expect(again.asked).toBe('');
    expect(fetch('fetch-boards', ['--refresh'], archives).asked).toContain(' update');
  });

  test('are those of the newest package where the pinned one is gone', () => {
    const names = ['7.2.9', '7.2.20', '7.2.3'].map((v) => `linux-base-${v}+deb14-arm64`);
    const archives = { [`${mirror} sid`]: [...names, 'linux-base-7.3.1+deb14-arm64'] };
    const { stdout, stderr } = fetch('fetch-boards', [], archives);
    expect(stdout).toContain('linux-base-7.2.20+deb14-arm64');
    expect(stderr).toContain(`${pinned} is gone`);
  });

  test('that cannot be had are a coded error, and leave nothing behind', () => {
    const archives = { [`${mirror} sid`]: [pinned] };
    const failed = fetch('fetch-boards', [], archives, { FAKE_DOWNLOAD: 'fails' });
    expect(failed.status).toBe(2);
    expect(failed.stderr).toMatch(/RW092: .* could not be downloaded\n {2}hint: /);
    expect(readdirSync(path.join(cache, boards))).toEqual(['apt-arm64']);
    expect(fetch('fetch-boards', [], { [`${mirror} sid`]: ['x'] }).stderr).toContain('RW093');
    expect(fetch('fetch-boards', [], { [`${mirror} old`]: ['x'] }).stderr).toContain('RW092');
    expect(fetch('fetch-boards', [], {}).stderr).toContain('RW090');
    expect(fetch('fetch-boards', ['--sid'], archives).stderr).toContain('RW060');
    expect(fetch('fetch-boards', ['--cache', '/proc/none'], archives).stderr).toContain('RW095');
    expect(fetch('fetch-boards', [], archives).status).toBe(0);
  });
});

test('tools are four packages of one suite, and are asked for once', () => {
  const names = ['acpica-tools', 'device-tree-compiler', 'libfdt1', 'libyaml-0-2'];
  const archives = { [`${mirror} sid`]: names };
  const first = fetch('fetch-tools', [], archives);
  const dir = path.join(cache, 'racewindow', 'tools', 'current');
  expect([first.stdout, first.status]).toEqual([`${dir}\n`, 0]);
  const asked = [...first.asked.matchAll(/ download (\S+)$/gm)].map(([, name]) => name);
  expect(asked).toEqual(names);
  expect(existsSync(path.join(dir, 'usr'))).toBe(true);
  expect(fetch('fetch-tools', [], {}).asked).toBe('');
  rmSync(dir, { recursive: true });
  const failed = fetch('fetch-tools', [], archives, { FAKE_DOWNLOAD: 'fails' });
  expect(failed.stderr).toMatch(/RW092: acpica-tools could not be downloaded\n {2}hint: /);
  expect(existsSync(dir)).toBe(false);
});

test("tools are those of the machine's own suite, and none that does not run is kept", () => {
  const os = readFileSync('/etc/os-release', 'utf8');
  const suite = /^VERSION_CODENAME="?([a-z]+)/m.exec(os)?.[1] ?? 'trixie';
  const names = ['acpica-tools', 'device-tree-compiler', 'libfdt1', 'libyaml-0-2'];
  const archives = { [`${mirror} ${suite}`]: names, [`${mirror} sid`]: names };
  const dir = path.join(cache, 'racewindow', 'tools', 'current');
  for (const broken of [{ FAKE_EXIT: '1' }, { FAKE_TOOLS: 'dtc fdtoverlay' }]) {
    const { status, stderr } = fetch('fetch-tools', [], archives, broken);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^RW094: iasl was unpacked, but does not run here\n {2}hint: /m);
    expect(existsSync(dir)).toBe(false);
  }
  const whole = fetch('fetch-tools', [], archives);
  expect([whole.stdout, whole.status]).toEqual([`${dir}\n`, 0]);
  expect(whole.asked.match(/ update/g)).toHaveLength(1);
  // One that was kept and runs no more is fetched anew.
  writeFileSync(path.join(dir, 'usr/bin/dtc'), '#!/bin/sh\nexit 1\n');
  expect(fetch('fetch-tools', [], archives).asked).toMatch(/ download acpica-tools/);
});

describe('a kernel', () => {
  test('is looked for in one suite after the other, each in its own archive', () => {
    const archives = {
      [`${mirror} bookworm`]: ['linux-source-6.12'],
      [`${security} bookworm-security`]: ['linux-source-6.1'],
    };
    // The fake cannot unpack it; that comes after the question.
    const both = fetch('fetch-linux', ['6.12'], archives);
    expect(both.stderr).toContain('RW094: linux-source-6.12');
    expect(both.asked.match(/ update/g)).toHaveLength(2);
    expect(both.asked).toMatch(/ download linux-source-6.12\n/);
    expect(fetch('fetch-linux', ['6.1'], archives).asked.match(/ update/g)).toHaveLength(1);
    expect(fetch('fetch-linux', ['7.2'], archives).stderr).toContain('RW092');
    expect(existsSync(path.join(cache, 'racewindow', 'linux', '6.12'))).toBe(false);
  });

  test('of another series is a coded error', () => {
    const { status, stderr } = fetch('fetch-linux', ['5.4'], {});
    expect(status).toBe(2);
    expect(stderr).toMatch(/^RW060: 5\.4: it is not one of 6\.1, 6\.12, 7\.2, 7\.3\n {2}usage: /);
  });

  test('that is there is not asked for', () => {
    const tree = path.join(cache, 'racewindow', 'linux', '7.2');
    mkdirSync(tree, { recursive: true });
    writeFileSync(path.join(tree, '.complete'), '');
    const { stdout, asked } = fetch('fetch-linux', ['7.2'], {});
    expect([stdout, asked]).toEqual([`${tree}\n`, '']);
  });
});

describe('a lock', () => {
  const counter = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { takeLock } from ${JSON.stringify(path.join(scripts, 'lock.mjs'))};
    const [lock, file] = process.argv.slice(1);
    for (let i = 0; i < 10; i++) {
      const release = takeLock(lock, 1e9);
      const before = Number(readFileSync(file, 'utf8'));
      await new Promise((resolve) => setTimeout(resolve, 2));
      writeFileSync(file, String(before + 1));
      release();
    }`;

  test('lets one in at a time, also past an owner that is gone', async () => {
    const [lock, file] = [path.join(dir, 'lock'), path.join(dir, 'count')];
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(lock, `${gone}\n`);
    writeFileSync(file, '0');
    const args = ['--input-type=module', '-e', counter, lock, file];
    const ends = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      return new Promise((resolve) => child.on('exit', resolve));
    });
    expect(await Promise.all(ends)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(file, 'utf8')).toBe('40');
    expect(existsSync(lock)).toBe(false);
  });

  test('that another one holds is not taken', async () => {
    const lock = path.join(dir, 'held');
    writeFileSync(lock, `${process.pid}\n`);
    const { takeLock } = (await import('../../scripts/lock.mjs' as string)) as {
      takeLock: (path: string, waitMsMax: number) => (() => void) | null;
    };
    expect(takeLock(lock, 0)).toBe(null);
    expect(readFileSync(lock, 'utf8')).toBe(`${process.pid}\n`);
  });
});
