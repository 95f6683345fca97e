// SPDX-License-Identifier: GPL-2.0-only
// One upstream commit, or a fix of one's own: what it changes, and what it needs.
import { assert } from '#base/assert';
import type { Draft } from './kernel.ts';
import type { Switches } from './switches.ts';

export interface Commit {
  /** 12 digits; for a fix of one's own any word. */
  readonly sha: string;
  /** All 40 digits of it; absent for a fix of one's own. */
  readonly id?: string;
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

/** What a commit of the history needs, and what it sets. */
interface Change {
  readonly requires?: readonly string[];
  readonly conflicts?: readonly string[];
  readonly sets: Partial<Switches>;
}

/** One row of the history; a list that is left out is empty. */
export interface HistoryRow extends Change {
  /** The first 12 digits, by which everything here names it. */
  readonly sha: string;
  /** All 40 digits, as git and the rules of stable trees want them. */
  readonly id: string;
  readonly subject: string;
  /** The first tag of mainline that contains it. */
  readonly landed: `v${number}.${number}-rc${number}`;
  readonly fixes?: readonly string[];
  readonly link?: string;
  /** It is about a device that a test makes: no machine can tell whether its kernel has it. */
  readonly ofTests?: true;
  /** Stable trees for which it was written anew: what is different there. */
  readonly backports?: Readonly<Record<string, Change & { readonly landed: string }>>;
}

/** A tag or release as numbers, to compare by; a release comes after its candidates. */
export function versionOf(tag: string): readonly [major: number, minor: number, rc: number] {
  const match = /^v?(\d+)\.(\d+)(?:-rc(\d+))?$/.exec(tag);
  assert(match, `${tag}: neither a release of mainline nor a candidate of one`);
  return [Number(match[1]), Number(match[2]), match[3] ? Number(match[3]) : Infinity];
}

/** True where @tag is not later than @release. */
export function notAfter(tag: string, release: string): boolean {
  const [a, b] = [versionOf(tag), versionOf(release)];
  const at = a.findIndex((part, i) => part !== b[i]);
  return at < 0 || a[at]! < b[at]!;
}

/** A table of commits with what is made of it: commits[i] is rows[i] as it landed. */
export interface History {
  readonly rows: readonly HistoryRow[];
  readonly commits: readonly Commit[];
}

/**
 * The history of @rows. A table that contradicts itself is a mistake of ours: an id that is none
 * or stands twice, a row before one that landed earlier, a need that no earlier row meets.
 */
export function historyOf(rows: readonly HistoryRow[]): History {
  const ids = rows.map((row) => row.sha);
  for (const [i, row] of rows.entries()) {
    const { sha, id, landed } = row;
    assert(/^[0-9a-f]{12}$/.test(sha), `history: ${sha}: no id of 12 digits`);
    const isWhole = /^[0-9a-f]{40}$/.test(id) && id.startsWith(sha);
    assert(isWhole, `history: ${sha}: its id is not one of 40 digits that begins so`);
    assert(ids.indexOf(sha) === i, `history: ${sha}: stands there twice`);
    const before = rows[i - 1]?.landed ?? landed;
    assert(notAfter(before, landed), `history: ${sha}: ${landed}, and comes after ${before}`);
    for (const change of [row, ...Object.values(row.backports ?? {})]) {
      const lacking = (change.requires ?? []).find((id) => !ids.slice(0, i).includes(id));
      assert(!lacking, `history: ${sha}: requires ${lacking}, which no row before it has`);
      const unknown = (change.conflicts ?? []).find((id) => !ids.includes(id));
      assert(!unknown, `history: ${sha}: conflicts with ${unknown}, which no row has`);
    }
  }
  return { rows, commits: rows.map((row) => commitOf(row, row)) };
}

/** @row as it is in @tree: as written anew for it, if it was; null if it was not. */
export function backportOf(row: HistoryRow, tree: string): Commit | null {
  const change = row.backports?.[tree];
  return change ? { ...commitOf(row, change), variant: tree } : null;
}

function commitOf(row: HistoryRow, change: Change & { readonly landed: string }): Commit {
  return {
    sha: row.sha,
    id: row.id,
    subject: row.subject,
    landed: change.landed,
    fixes: row.fixes ?? [],
    link: row.link ?? null,
    requires: change.requires ?? [],
    conflicts: change.conflicts ?? [],
    apply: (draft) => void Object.assign(draft.sw, change.sets),
  };
}
