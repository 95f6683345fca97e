// SPDX-License-Identifier: GPL-2.0-only
// A kernel revision as data: what a finding carries, and what a worker thread is sent.

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { FindingRevision } from '#finding/finding';
import { type Commit, findCommit, findRevision, type Revision } from '#kernel/index';
import { commitFromScript, type FixScript } from './user-fix.ts';

/** The data that makes @revision again; @userFixes: scripts of the commits that are not known. */
export function specOf(revision: Revision, userFixes: readonly FixScript[]): FindingRevision {
  const used = userFixes.map(({ name, sha256, source }) => ({ name, sha256, source }));
  return { name: revision.name, commits: revision.commits.map((c) => c.sha), userFixes: used };
}

/** The revision that @spec describes; refused where a commit of it is not known. */
export function revisionOf(spec: FindingRevision): Result<Revision, UserError> {
  const base = findRevision(spec.name);
  if (!base.ok) return base;
  const own = new Map<string, Commit>();
  for (const fix of spec.userFixes) {
    const commit = commitFromScript(fix);
    if (!commit.ok) return commit;
    own.set(commit.value.sha, commit.value);
  }
  const commits: Commit[] = [];
  for (const sha of spec.commits) {
    const mine = own.get(sha);
    const known = mine ? ok(mine) : findCommit(sha);
    if (!known.ok) return fail('RW051', `${sha}: no commit that the model knows`, 'see userFixes');
    commits.push(known.value);
  }
  return ok({ ...base.value, commits });
}
