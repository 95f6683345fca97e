// SPDX-License-Identifier: GPL-2.0-only
// A kernel revision as data: what a finding carries, and what a worker thread is sent.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { KernelSpec } from '#finding/finding';
import { type Commit, findBackport, findCommit, findRevision, type Revision } from '#kernel/index';
import { commitFromScript, type FixScript } from './user-fix.ts';

/** The data that makes @revision again; @userFixes: scripts of the commits that are not known. */
export function specOf(revision: Revision, userFixes: readonly FixScript[]): KernelSpec {
  const used = userFixes.map(({ name, sha256, source }) => ({ name, sha256, source }));
  const commits = revision.commits.map((c) => (c.variant ? `${c.sha} ${c.variant}` : c.sha));
  return { name: revision.name, commits, userFixes: used };
}

/** The revision that @spec describes; refused where a commit of it is not known. */
export function revisionOf(spec: KernelSpec): Result<Revision, UserError> {
  const base = findRevision(spec.name);
  if (!base.ok) return base;
  const own = new Map<string, Commit>();
  for (const fix of spec.userFixes) {
    const commit = commitFromScript(fix);
    if (!commit.ok) return commit;
    own.set(commit.value.sha, commit.value);
  }
  const commits: Commit[] = [];
  for (const text of spec.commits) {
    // As it was written anew for a stable tree, where one is named behind the id.
    const [sha = '', tree] = text.split(' ');
    const mine = own.get(text) ?? (tree === undefined ? undefined : findBackport(sha, tree));
    const known = mine ? ok(mine) : findCommit(text);
    if (!known.ok) return fail('RW051', `${text}: no commit that the model knows`, 'see userFixes');
    commits.push(known.value);
  }
  return ok({ ...base.value, commits });
}
