// SPDX-License-Identifier: GPL-2.0-only
// Whether commits apply to a git tree, one on top of the other, without a change to the tree.
//
// Everything git writes, an index and what it makes of the files, goes to a folder of its own. Git
// stands in that folder, too: in a subfolder of the tree it would pass over the files beside it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Commit } from '#kernel/index';

/** How a commit goes onto a tree. */
export type PickState =
  | { readonly state: 'applies' }
  /** It does with a merge, as git cherry-pick does by itself. */
  | { readonly state: 'merges' }
  /** The tree has it, as the commit called @by. */
  | { readonly state: 'there'; readonly by: string }
  /** There is nothing in it that the tree does not have. */
  | { readonly state: 'empty' }
  /** The repository does not have it. */
  | { readonly state: 'unknown' }
  /** The history of the repository ends with it, so that nobody knows what it changes. */
  | { readonly state: 'cut off' }
  | { readonly state: 'conflicts'; readonly files: readonly string[] }
  /** One before it did not go in. */
  | { readonly state: 'not tried' };

type Git = (args: readonly string[], input?: string) => { ok: boolean; out: string };

/** How @commits go onto HEAD of the git tree in @dir, in this order. */
export function picksOn(dir: string, commits: readonly Commit[]): Result<PickState[], UserError> {
  const found = gitDirOf(dir);
  if (!found.ok) return found;
  const scratch = mkdtempSync(join(tmpdir(), 'racewindow-pick-'));
  try {
    const git = gitOf(found.value, scratch);
    git(['read-tree', 'HEAD']);
    const picks: PickState[] = [];
    for (const commit of commits) {
      picks.push(picks.some(isStuck) ? { state: 'not tried' } : pick(git, commit.id ?? commit.sha));
    }
    return ok(picks);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function isStuck({ state }: PickState): boolean {
  return state === 'conflicts' || state === 'unknown' || state === 'cut off';
}

function pick(git: Git, id: string): PickState {
  const by = carrierOf(git, id);
  if (by !== null) return { state: 'there', by };
  if (!git(['cat-file', '-e', `${id}^{commit}`]).ok) return { state: 'unknown' };
  if (!git(['cat-file', '-e', `${id}^^{commit}`]).ok) return { state: 'cut off' };
  const plain = ['--no-ext-diff', '--no-textconv', '--binary', '--full-index'];
  const { out: patch } = git(['diff-tree', '-p', ...plain, `${id}^`, id]);
  const apply = ['apply', '--cached', '--whitespace=nowarn'];
  const tree = git(['write-tree']).out;
  if (git([...apply, '-'], patch).ok) return { state: 'applies' };
  if (git([...apply, '--3way', '-'], patch).ok) {
    return { state: git(['write-tree']).out === tree ? 'empty' : 'merges' };
  }
  const unmerged = git(['diff', '--name-only', '--diff-filter=U', '--cached']).out;
  git(['read-tree', tree.trim()]);
  const files = unmerged.split('\n').filter((file) => file !== '');
  return { state: 'conflicts', files: [...new Set(files)].sort() };
}

/** The commit of HEAD's history that is @id, or brought it, and was not reverted; else null. */
function carrierOf(git: Git, id: string): string | null {
  const isIn = git(['merge-base', '--is-ancestor', id, 'HEAD']).ok;
  if (isIn && !isReverted(git, id)) return id;
  // How stable trees and git cherry-pick -x name what they took over: in a line of its own.
  const said = [`commit ${id} upstream`, `upstream commit ${id}`, `picked from commit ${id}`];
  const line = new RegExp(`^\\W*(?:${said.join('|')}|backported from commit ${id})\\W*$`, 'im');
  const isTaken = (by: string): boolean =>
    line.test(git(['log', '-1', '--format=%B', by]).out.replace(revertOf, ''));
  const named = saying(git, [...said, `backported from commit ${id}`], 'HEAD');
  return named.find((by) => isTaken(by) && !isReverted(git, by)) ?? null;
}

/** What a revert says of a commit of upstream is no word that this one is taken over. */
const revertOf = /this reverts commit [0-9a-f]+,?\s+which\s+is\s+commit\s+[0-9a-f]+\s+upstream/gi;

/** True where a commit after @id takes it back, and is not taken back itself. */
function isReverted(git: Git, id: string): boolean {
  const said = `this reverts commit ${id.slice(0, 12)}`;
  return saying(git, [said], `${id}..HEAD`).some((by) => !isReverted(git, by));
}

/** The commits of @range whose message has one of @texts, newest first. */
function saying(git: Git, texts: readonly string[], range: string): string[] {
  const greps = texts.map((text) => `--grep=${text}`);
  const { out } = git(['rev-list', '-F', '-i', ...greps, range]);
  return out.split('\n').filter((line) => line !== '');
}

/** What tells git, of a hook for one, that another repository is meant than that of its folder. */
const ofRepository = /^GIT_((COMMON_|WORK_|NAMESPACE|PREFIX|INDEX_|OBJECT_|ALTERNATE_)|DIR$)/;

/** Where git keeps the repository of @dir, if the user's settings let it. */
function gitDirOf(dir: string): Result<string, UserError> {
  if (spawnSync('git', ['--version']).error) {
    return fail('RW006', 'git is not installed', 'apt install git, or leave --tree out');
  }
  const env = environment((name) => !ofRepository.test(name));
  const ask = (...args: string[]) => spawnSync('git', args, { cwd: dir, env, encoding: 'utf8' });
  const found = ask('rev-parse', '--absolute-git-dir');
  if (found.stderr?.includes('dubious ownership')) {
    const hint = 'git config --global --add safe.directory lets git read it';
    return fail('RW302', `${dir}: git does not read what belongs to another user`, hint);
  }
  if (found.status !== 0 || ask('rev-parse', '--verify', 'HEAD^{commit}').status !== 0) {
    const hint = 'name a git clone of the stable tree that has the upstream commits as well';
    return fail('RW302', `${dir}: no git repository with a commit`, hint);
  }
  return ok(found.stdout.replace(/\n$/, ''));
}

/** Git on the repository in @gitDir without the user's settings; all it writes is in @scratch. */
function gitOf(gitDir: string, scratch: string): Git {
  const own = {
    ...environment((name) => !name.startsWith('GIT_')),
    GIT_DIR: gitDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_OPTIONAL_LOCKS: '0',
  };
  const objects = spawnSync('git', ['rev-parse', '--git-path', 'objects'], {
    cwd: scratch,
    env: own,
    encoding: 'utf8',
  }).stdout.replace(/\n$/, '');
  const env = {
    ...own,
    GIT_WORK_TREE: scratch,
    GIT_INDEX_FILE: join(scratch, 'index'),
    GIT_OBJECT_DIRECTORY: scratch,
    // In quotes, for a colon ends a path.
    GIT_ALTERNATE_OBJECT_DIRECTORIES: `"${objects.replace(/["\\]/g, '\\$&')}"`,
  };
  // Of the repository's settings, those that would run a hook or let a patch in that does not fit.
  const settings = ['core.hooksPath=/dev/null', 'apply.ignoreWhitespace=no'];
  const set = settings.flatMap((setting) => ['-c', setting]);
  return (args, input = '') => {
    const options = { cwd: scratch, env, input: Buffer.from(input, 'latin1'), maxBuffer: 1 << 28 };
    const done = spawnSync('git', [...set, ...args], options);
    return { ok: done.status === 0, out: done.stdout?.toString('latin1') ?? '' };
  };
}

function environment(isKept: (name: string) => boolean): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => isKept(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
