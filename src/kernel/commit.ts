// SPDX-License-Identifier: GPL-2.0-only
// One upstream commit, or a fix of one's own: what it changes, and what it needs.
import type { Draft } from './kernel.ts';

export interface Commit {
  /** 12 digits; for a fix of one's own any word. */
  readonly sha: string;
  /** The tree for which a backport was written anew; absent for the commit as it landed. */
  readonly variant?: string;
  readonly subject: string;
  /** The first tag that contains it. */
  readonly landed: string;
  /** What its Fixes: tags name. */
  readonly fixes: readonly string[];
  readonly link: string | null;
  /** Commits without which this one makes no sense, or does not apply. */
  readonly requires: readonly string[];
  readonly conflicts: readonly string[];
  /** Set switches, replace or wrap functions. */
  apply(draft: Draft): void;
}

/** Check at compile time that @commit has the right shape. */
export function defineCommit(commit: Commit): Commit {
  return commit;
}
