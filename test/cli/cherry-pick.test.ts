// SPDX-License-Identifier: GPL-2.0-only
// Whether commits apply to a tree of somebody's, told without a change to it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
