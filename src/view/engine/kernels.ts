// SPDX-License-Identifier: GPL-2.0-only
// Other kernels for a finding: how a link names them, and what they are put together from.
//
//   7.2                a kernel that is known
//   @+da33e87bd2bf     that of the finding, with this commit
//   @~bcb81ac6ae3c     that of the finding, without it

import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import { findRevision, type Revision, revisionNames, withCommits } from '#kernel/index';
import { revisionOf } from '#run/kernel-spec';
import type { OtherKernel } from '#view/model/data';

/** The kernels that @finding can be held against: with and without its commits, and all others. */
export function kernelsFor({ revision, closers = [], fixes }: Finding): OtherKernel[] {
  const shas = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => /^[0-9a-f]{12}/.exec(line)?.[0] ?? []);
  const changed = [
    ...shas(closers).map((sha) => ({ id: `@+${sha}`, name: `${revision.name} with ${sha}` })),
    ...shas(fixes).map((sha) => ({ id: `@~${sha}`, name: `${revision.name} without ${sha}` })),
  ].filter(({ id }) => kernelNamed(revision, id).ok);
  const others = revisionNames().filter((name) => name !== revision.name);
  return [...changed, ...others.map((name) => ({ id: name, name }))];
}

/** The kernel that @id names for a finding under @own. */
export function kernelNamed(own: Finding['revision'], id: string): Result<Revision, UserError> {
  const [, sign, sha] = /^@([+~])([0-9a-f]{12})$/.exec(id) ?? [];
  if (sha === undefined) return findRevision(id);
  const base = own.userFixes.length > 0 ? null : revisionOf({ ...own, userFixes: [] });
  if (base === null) return fail('RW051', `${id}: the kernel of the finding has fixes`, 'name one');
  if (!base.ok) return base;
  const changed = withCommits(base.value, sign === '+' ? { with: [sha] } : { without: [sha] });
  return changed.ok ? ok(changed.value) : changed;
}
