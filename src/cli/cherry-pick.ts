// SPDX-License-Identifier: GPL-2.0-only
// Whether commits apply to a git tree, one on top of the other, without a change to the tree.
//
// Everything git writes, an index and what it makes of the files, goes to a folder of its own.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
  /** The repository does not have it. */
  | { readonly state: 'unknown' }
  | { readonly state: 'conflicts'; readonly files: readonly string[] }
  /** One before it did not go in. */
  | { readonly state: 'not tried' };

type Git = (args: readonly string[], input?: string) => { ok: boolean; out: string };

/** How @commits go onto HEAD of the git tree in @dir, in this order. */
export function picksOn(dir: string, commits: readonly Commit[]): Result<PickState[], UserError> {
  const scratch = mkdtempSync(join(tmpdir(), 'racewindow-pick-'));
  try {
    const plain = gitIn(dir, {});
    const objects = plain(['rev-parse', '--git-path', 'objects']);
    if (!objects.ok || !plain(['rev-parse', '--verify', 'HEAD^{commit}']).ok) {
      const hint = 'name a git clone of the stable tree that has the upstream commits as well';
      return fail('RW302', `${dir}: no git repository with a commit`, hint);
    }
    const git = gitIn(dir, {
      GIT_INDEX_FILE: join(scratch, 'index'),
      GIT_OBJECT_DIRECTORY: scratch,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: resolve(dir, objects.out.trim()),
    });
    git(['read-tree', 'HEAD']);
    const picks: PickState[] = [];
    for (const commit of commits) {
      const isStuck = picks.some((p) => p.state === 'conflicts' || p.state === 'unknown');
      picks.push(isStuck ? { state: 'not tried' } : pick(git, commit.id ?? commit.sha));
    }
    return ok(picks);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pick(git: Git, id: string): PickState {
  if (git(['merge-base', '--is-ancestor', id, 'HEAD']).ok) return { state: 'there', by: id };
  // How stable trees and git cherry-pick -x name what they took over.
  const said = [`commit ${id} upstream`, `Upstream commit ${id}`, `picked from commit ${id}`];
  const greps = said.map((text) => `--grep=${text}`);
  const taken = git(['log', '-F', '-i', '-1', '--format=%H', ...greps, 'HEAD']).out.trim();
  if (taken !== '') return { state: 'there', by: taken };
  if (!git(['cat-file', '-e', `${id}^{commit}`]).ok) return { state: 'unknown' };
  const plain = ['--no-ext-diff', '--no-textconv', '--binary', '--full-index'];
  const { out: patch } = git(['diff-tree', '-p', ...plain, `${id}^`, id]);
  if (git(['apply', '--cached', '-'], patch).ok) return { state: 'applies' };
  const tree = git(['write-tree']).out.trim();
  if (git(['apply', '--cached', '--3way', '-'], patch).ok) return { state: 'merges' };
  const unmerged = git(['diff', '--name-only', '--diff-filter=U', '--cached']).out;
  git(['read-tree', tree]);
  const files = unmerged.split('\n').filter((file) => file !== '');
  return { state: 'conflicts', files: [...new Set(files)].sort() };
}

/** Git in @dir without the user's settings, which could mend white space; @more is its setting. */
function gitIn(dir: string, more: Readonly<Record<string, string>>): Git {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_OPTIONAL_LOCKS: '0',
    ...more,
  };
  return (args, input = '') => {
    const options = { cwd: dir, env, input: Buffer.from(input, 'latin1'), maxBuffer: 1 << 28 };
    const done = spawnSync('git', args, options);
    return { ok: done.status === 0, out: done.stdout?.toString('latin1') ?? '' };
  };
}
