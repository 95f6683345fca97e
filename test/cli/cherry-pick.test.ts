// SPDX-License-Identifier: GPL-2.0-only
// Whether commits apply to a tree of somebody's, told without a change to it.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ok } from '#base/result';
import { picksOn } from '#cli/cherry-pick';
import { type Commit, findCommit } from '#kernel/index';
import { run } from './fake.ts';

const dir = mkdtempSync(join(tmpdir(), 'racewindow-tree-'));
const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
const env = {
  ...process.env,
  ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'A' },
  GIT_COMMITTER_EMAIL: 'a@b',
};
const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: dir, env, encoding: 'utf8' }).trim();

/** Write @changes into the file, commit it, and give its id. */
function commit(message: string, changes: Readonly<Record<number, string>>): string {
  const text = readFileSync(join(dir, 'probe.c'), 'utf8').split('\n');
  for (const [at, line] of Object.entries(changes)) text[Number(at)] = line;
  writeFileSync(join(dir, 'probe.c'), text.join('\n'));
  git('commit', '-q', '-a', '-m', message);
  return git('rev-parse', 'HEAD');
}

const known = findCommit('da33e87bd2bf');
const named = (id: string): Commit => {
  if (!known.ok) throw new Error('da33e87bd2bf is not known');
  return { ...known.value, sha: id.slice(0, 12), id };
};
const states = (ids: readonly string[]): unknown => {
  const picks = picksOn(dir, ids.map(named));
  return picks.ok ? picks.value : picks.error.code;
};

const ids: Record<string, string> = {};
beforeAll(() => {
  git('init', '-q', '-b', 'upstream');
  writeFileSync(join(dir, 'probe.c'), `${lines.join('\n')}\n`);
  git('add', 'probe.c');
  git('commit', '-q', '-m', 'start');
  git('branch', 'stable');
  ids['one'] = commit('one', { 3: 'changed by one' });
  ids['two'] = commit('two', { 4: 'changed by two' });
  ids['three'] = commit('three', { 20: 'changed by three' });
  ids['four'] = commit('four', { 25: 'changed by four' });
  git('checkout', '-q', 'stable');
  commit(`four\n\ncommit ${ids['four']} upstream.`, { 25: 'changed by four' });
  commit('of stable alone', { 18: 'changed here', 10: 'changed here, too' });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a commit applies on those before it, or is there, or is not known', () => {
  expect(states([ids['one']!, ids['two']!])).toEqual([{ state: 'applies' }, { state: 'applies' }]);
  expect(states([ids['four']!])).toMatchObject([{ state: 'there' }]);
  expect(states([git('rev-parse', 'stable~1')])).toMatchObject([{ state: 'there' }]);
  expect(states(['0123456789abcdef0123456789abcdef01234567', ids['one']!])).toEqual([
    { state: 'unknown' },
    { state: 'not tried' },
  ]);
});

test('one that does not apply may with a merge; one that does not is told by file', () => {
  expect(states([ids['three']!])).toEqual([{ state: 'merges' }]);
  git('checkout', '-q', '-b', 'far', 'stable');
  commit('another three', { 20: 'changed otherwise' });
  expect(states([ids['three']!, ids['one']!])).toEqual([
    { state: 'conflicts', files: ['probe.c'] },
    { state: 'not tried' },
  ]);
  git('checkout', '-q', 'stable');
});

test('what only speaks of a commit, or was reverted, is not there', () => {
  git('checkout', '-q', '-b', 'back', 'stable');
  const taken = git('rev-parse', 'stable~1');
  git('revert', '-n', taken);
  const why = `This reverts commit ${taken} which is\ncommit ${ids['four']} upstream.`;
  const revert = commit(`Revert "four"\n\n${why}`, {});
  expect(states([ids['four']!])).toEqual([{ state: 'applies' }]);
  commit(`other\n\nDone since commit ${ids['four']} upstream is out.`, { 0: 'changed' });
  expect(states([ids['four']!])).toEqual([{ state: 'applies' }]);
  git('revert', '--no-edit', revert);
  expect(states([ids['four']!])).toEqual([{ state: 'there', by: taken }]);
  git('checkout', '-q', '-B', 'back', 'upstream');
  git('revert', '--no-edit', ids['four']!);
  expect(states([ids['three']!])).toEqual([{ state: 'there', by: ids['three'] }]);
  expect(states([ids['four']!])).toEqual([{ state: 'applies' }]);
  git('checkout', '-q', 'stable');
});

test('a commit whose changes are in the tree under no name is empty', () => {
  git('checkout', '-q', '-b', 'same', 'stable');
  commit('by another name', { 3: 'changed by one' });
  expect(states([ids['one']!, ids['two']!])).toEqual([{ state: 'empty' }, { state: 'applies' }]);
  git('checkout', '-q', 'stable');
});

test('settings and hooks of the repository change nothing', () => {
  const ran = join(dir, 'ran');
  const hook = join(dir, '.git', 'hooks', 'post-index-change');
  writeFileSync(hook, `#!/bin/sh\necho > '${ran}'\n`, { mode: 0o755 });
  git('config', 'apply.ignoreWhitespace', 'change');
  git('checkout', '-q', '-b', 'blank', 'stable');
  commit('blanks', { 21: 'line  21' });
  rmSync(ran);
  expect(states([ids['three']!])).toMatchObject([{ state: 'conflicts' }]);
  expect(existsSync(ran)).toBe(false);
  git('config', '--unset', 'apply.ignoreWhitespace');
  rmSync(hook);
  git('checkout', '-q', 'stable');
});

test('a tree is told alike from a folder of it, a bare clone, and paths of any kind', () => {
  const other = mkdtempSync(join(tmpdir(), 'racewindow a:"ü-'));
  const tells = (at: string): unknown => picksOn(at, [named(ids['three']!), named(ids['one']!)]);
  const want = ok([{ state: 'merges' }, { state: 'applies' }]);
  mkdirSync(join(dir, 'Documentation'));
  git('clone', '-q', '--bare', dir, join(other, 'bare'));
  git('clone', '-q', dir, join(other, 'plain'));
  git('-C', join(other, 'plain'), 'worktree', 'add', '-q', join(other, 'tree'), 'HEAD');
  for (const at of ['bare', 'plain', 'plain/.git', 'tree'])
    expect(tells(join(other, at))).toEqual(want);
  expect(tells(join(dir, 'Documentation'))).toEqual(want);
  git('clone', '-q', '--depth', '1', `file://${dir}`, join(other, 'shallow'));
  git('-C', join(other, 'shallow'), 'fetch', '-q', '--depth', '1', 'origin', 'upstream');
  expect(picksOn(join(other, 'shallow'), [named(ids['four']!), named(ids['one']!)])).toEqual(
    ok([{ state: 'cut off' }, { state: 'not tried' }]),
  );
  for (const at of [other, join(dir, 'Documentation')]) rmSync(at, { recursive: true });
});

test('a tree that git does not trust, and a machine without git, are refused', () => {
  vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
  vi.stubEnv('GIT_CONFIG_COUNT', '0');
  const refused = picksOn(dir, []);
  expect(!refused.ok && refused.error.message).toContain('belongs to another user');
  for (const [name, value] of Object.entries({
    COUNT: '1',
    KEY_0: 'safe.directory',
    VALUE_0: '*',
  })) {
    vi.stubEnv(`GIT_CONFIG_${name}`, value);
  }
  expect(states([ids['one']!])).toEqual([{ state: 'applies' }]);
  vi.stubEnv('PATH', '/nowhere');
  expect(states([ids['one']!])).toBe('RW006');
  vi.unstubAllEnvs();
});

test('the tree stays as it is', () => {
  const before = [git('status', '--porcelain'), git('rev-parse', 'HEAD'), objects()];
  states([ids['one']!, ids['three']!]);
  expect([git('status', '--porcelain'), git('rev-parse', 'HEAD'), objects()]).toEqual(before);
});

test('a folder that is no git tree is refused before anything is explored', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'racewindow-none-'));
  const { code, err } = await run(['backport', 'C09', '--to', '6.15.0', '--tree', empty]);
  rmSync(empty, { recursive: true });
  expect(code).toBe(2);
  expect(err).toMatch(/^RW302: /);
});

function objects(): string[] {
  return readdirSync(join(dir, '.git', 'objects'), { recursive: true })
    .map(String)
    .sort();
}
