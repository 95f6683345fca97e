// SPDX-License-Identifier: GPL-2.0-only
// Kernel revisions: a base and an ordered stack of commits.
import { assert } from '#base/assert';
import { type ErrorCode, fail, type UserError } from '#base/errors';
import { type Err, ok, type Result } from '#base/result';
import { didYouMean, nearest } from '#base/suggest';
import {
  backportOf,
  type Commit,
  type History,
  type HistoryRow,
  historyOf,
  notAfter,
} from './commit.ts';
import { history, type Sha } from './history.ts';
import { type Draft, newDraft } from './kernel.ts';
import { base_6_0, type Switches } from './switches.ts';

export interface Revision {
  readonly name: string;
  readonly base: Switches;
  /** Oldest first. */
  readonly commits: readonly Commit[];
}

/** The tree of stable releases of a series, as the model knows it. */
export interface StableTree {
  readonly revision: Revision;
  /** The sublevel from which on its releases have all that it has taken over. */
  readonly since: number;
  /** Whether a machine can tell a release before that from one after it. */
  readonly matters: boolean;
}

/** The draft of @revision: its base functions with every commit applied in order. */
export function draftOf(revision: Revision): Draft {
  const draft = newDraft(revision.base);
  for (const commit of revision.commits) commit.apply(draft);
  return draft;
}

const known = historyOf(history);

/** The commits of the history, oldest first. */
export const commits: readonly Commit[] = known.commits;

/** What every stable tree has taken over from later releases. */
const everywhere = ['38e8844005e6', 'a2225b6e834a'] as const satisfies readonly Sha[];

/** Stable trees by their series: `6.12`. */
const stableTrees = new Map<string, StableTree>();

// A release has what had landed by its tag, and what its stable tree has taken over since.
const table: readonly Revision[] = [
  entry('6.0'),
  entry('6.1'),
  stable('6.1', 67, ['01657bc14a39', 'a2e7e59a9426', '229e6ee43d2a', ...everywhere]),
  entry('6.2'),
  entry('6.3'),
  entry('6.4'),
  entry('6.5'),
  entry('6.6'),
  stable('6.6', 89, ['a2e7e59a9426', '229e6ee43d2a', 'b46064a18810', ...everywhere]),
  entry('6.7'),
  entry('6.8'),
  entry('6.9'),
  entry('6.10'),
  entry('6.11'),
  entry('6.12'),
  stable('6.12', 26, [
    '229e6ee43d2a',
    'b150654f74bf',
    '93ae6e68b6d6',
    '3832862eb9c4',
    'b46064a18810',
    '04d3e5461c1f',
    '280e5a301005',
    ...everywhere,
  ]),
  entry('6.13'),
  entry('6.14'),
  entry('6.15-rc1'),
  entry('6.15.0', '6.15'),
  entry('6.15.1', '6.15', ['0c8e9c148e29', 'da33e87bd2bf']),
  entry('6.16'),
  entry('6.17'),
  entry('6.18'),
  stable('6.18', 20, ['c41e2fb67e26', 'a2225b6e834a', 'b7b0b3851474']),
  entry('6.19'),
  entry('7.0'),
  entry('7.1'),
  entry('7.2'),
  // Read in 7.2.12, which has taken the last one over from 7.3.
  stable('7.2', 12, ['b7b0b3851474']),
  entry('7.3'),
];

function entry(name: string, release = name, taken: readonly Sha[] = []): Revision {
  return { name, base: base_6_0, commits: stackOf(known, name, release, taken) };
}

/** The tree of @series whose releases have all of @taken from sublevel @since on. */
function stable(series: string, since: number, taken: readonly Sha[]): Revision {
  const revision = entry(`${series}.y`, series, taken);
  const ofTests = (sha: Sha) => known.rows.some((row) => row.sha === sha && row.ofTests);
  stableTrees.set(series, { revision, since, matters: !taken.every(ofTests) });
  return revision;
}

/** The stable tree of @series (`6.12`); null where the list has none. */
export function stableTreeOf(series: string): StableTree | null {
  return stableTrees.get(series) ?? null;
}

/**
 * The stack of the tree @name: what had landed by @release, and @taken. A stack that names an id
 * that the history lacks, or that is there anyhow, is a mistake of ours.
 */
export function stackOf(
  { rows, commits }: History,
  name: string,
  release: string,
  taken: readonly string[],
): readonly Commit[] {
  const has = (row: HistoryRow) => notAfter(row.landed, release);
  for (const [i, sha] of taken.entries()) {
    const row = rows.find((r) => r.sha === sha);
    assert(row, `${name}: ${sha}: no row of src/kernel/history.ts has this id`);
    assert(!has(row), `${name}: ${sha}: had landed by ${release}; leave it out`);
    assert(taken.indexOf(sha) === i, `${name}: ${sha}: stands in the stack twice`);
  }
  return rows.flatMap((row, i) =>
    has(row) || taken.includes(row.sha) ? [backportOf(row, name) ?? commits[i]!] : [],
  );
}

/** Names of all revisions, oldest first. */
export function revisionNames(): readonly string[] {
  return table.map((revision) => revision.name);
}

/** The revision called @name. */
export function findRevision(name: string): Result<Revision, UserError> {
  const plain = plainName(name);
  const found = table.find((revision) => revision.name === plain);
  return found ? ok(found) : noKernel(name, revisionNames());
}

/** The revision that stands for the sources of the release @text (`6.12.94`); null for none. */
export function revisionOfTree(text: string): Revision | null {
  const [, series = '', sublevel = '0'] = /^(\d+\.\d+)(?:\.(\d+))?/.exec(text) ?? [];
  const stable = stableTreeOf(series);
  if (stable !== null && Number(sublevel) >= stable.since) return stable.revision;
  // Of a series whose releases are listed one by one it is the last that came no later.
  const listed = table.filter(({ name }) => {
    const [, of, n] = /^(\d+\.\d+)(?:\.(\d+))?$/.exec(name) ?? [];
    return of === series && Number(n ?? 0) <= Number(sublevel);
  });
  return listed.at(-1) ?? null;
}

/** `v7.2` and `6.15` as the list has them. */
export function plainName(name: string): string {
  return name === '6.15' ? '6.15.0' : name.replace(/^v/, '');
}

/** The error for a @name that is none of @names. */
export function noKernel(name: string, names: readonly string[]): Err<UserError> {
  return fail('RW050', `${name}: no such kernel`, didYouMean(name, names, 'kernel'));
}

/** The commit whose id begins with @prefix (7 digits at least). */
export function findCommit(prefix: string): Result<Commit, UserError> {
  const wanted = prefix.toLowerCase().slice(0, 12);
  const hit = /^[0-9a-f]{7,40}$/.test(prefix.toLowerCase())
    ? commits.filter((commit) => commit.sha.startsWith(wanted))
    : [];
  if (hit.length === 1 && hit[0]) return ok(hit[0]);
  const hint = 'racewindow kernels 7.2 lists the commits that the model knows';
  if (hit.length > 1) return fail('RW051', `${prefix}: stands for several commits`, hint);
  const near = nearest(
    wanted,
    commits.map((commit) => commit.sha),
  );
  const meant = near.length === 0 ? hint : `did you mean ${near.join(' or ')}?`;
  return fail('RW051', `${prefix}: no commit that the model knows`, meant);
}

/** The commit with this @sha as it was written anew for @tree; undefined if it was not. */
export function findBackport(sha: string, tree: string): Commit | undefined {
  const row = known.rows.find((r) => r.sha === sha);
  return (row && backportOf(row, tree)) ?? undefined;
}

export interface CommitChanges {
  /** Ids to add, and fixes of one's own. */
  readonly with?: readonly (string | Commit)[];
  /** Ids to take away. */
  readonly without?: readonly string[];
}

/**
 * @revision with commits added and taken away. Refused where a commit would lack what it requires,
 * meets what it conflicts with, is there already, or is not there to be taken away.
 */
export function withCommits(
  revision: Revision,
  changes: CommitChanges,
): Result<Revision, UserError> {
  let stack: readonly Commit[] = revision.commits;
  for (const prefix of changes.without ?? []) {
    const found = findCommit(prefix);
    if (!found.ok) return found;
    const { sha, subject } = found.value;
    if (!stack.some((commit) => commit.sha === sha)) {
      const hint = `racewindow kernels ${revision.name} lists its commits`;
      return fail('RW052', `${sha}: not in ${revision.name}: ${subject}`, hint);
    }
    stack = stack.filter((commit) => commit.sha !== sha);
  }
  for (const item of changes.with ?? []) {
    const found = typeof item === 'string' ? findCommit(item) : ok(item);
    if (!found.ok) return found;
    if (stack.some((commit) => commit.sha === found.value.sha)) {
      const text = `${found.value.sha}: ${revision.name} has it already`;
      return fail('RW052', text, 'leave it out');
    }
    stack = insert(stack, found.value);
  }
  const fault = check(stack);
  return fault ?? ok({ ...revision, commits: stack });
}

/** Insert @commit where it stands in the history; a fix of one's own goes on top. */
function insert(stack: readonly Commit[], commit: Commit): readonly Commit[] {
  const rank = (c: Commit) => {
    const at = commits.findIndex((other) => other.sha === c.sha);
    return at < 0 ? commits.length : at;
  };
  const at = stack.findIndex((other) => rank(other) > rank(commit));
  return at < 0 ? [...stack, commit] : [...stack.slice(0, at), commit, ...stack.slice(at)];
}

/** A stack whose commits have what they require and nothing that they conflict with. */
function check(stack: readonly Commit[]) {
  const lacking = unmet(stack);
  if (lacking) {
    return refusal('RW053', lacking, 'needs', lacking.need, 'add it, or take both away');
  }
  const shas = stack.map((commit) => commit.sha);
  for (const commit of stack) {
    const foe = commit.conflicts.find((other) => shas.includes(other));
    if (foe === undefined) continue;
    return refusal('RW054', commit, 'cannot stand together with', foe, 'take one of them away');
  }
  return null;
}

/** The first commit of @stack that needs one which does not stand before it. */
function unmet(stack: readonly Commit[]): { readonly sha: string; readonly need: string } | null {
  const before = new Set<string>();
  for (const { sha, requires } of stack) {
    const need = requires.find((other) => !before.has(other));
    if (need !== undefined) return { sha, need };
    before.add(sha);
  }
  return null;
}

/** The commit of @revision that does not go without the commit @sha; null if all others do. */
export function neededBy(revision: Revision, sha: string): string | null {
  return unmet(revision.commits.filter((commit) => commit.sha !== sha))?.sha ?? null;
}

function refusal(
  code: ErrorCode,
  { sha }: { readonly sha: string },
  verb: string,
  other: string,
  hint: string,
) {
  const subject = commits.find((c) => c.sha === other)?.subject;
  return fail(code, `${sha} ${verb} ${other}${subject ? ` (${subject})` : ''}`, hint);
}

/** Take a user's fix from the default export of a module, if that has the shape of a commit. */
export function loadUserFix(module: unknown, name: string): Result<Commit, UserError> {
  const fix = (module as { default?: unknown } | null)?.default;
  const hint = 'a fix exports by default { sha, subject, apply(draft), ... }: see examples/fixes/';
  if (typeof fix !== 'object' || fix === null) {
    return fail('RW056', `${name}: has no default export that is an object`, hint);
  }
  const { sha, subject, landed, fixes, link, requires, conflicts, apply } = fix as Partial<Commit>;
  if (typeof apply !== 'function') return fail('RW056', `${name}: apply is no function`, hint);
  if (sha !== undefined && typeof sha !== 'string') {
    return fail('RW056', `${name}: sha is no string`, hint);
  }
  if (typeof subject !== 'string') return fail('RW056', `${name}: subject is no string`, hint);
  for (const [key, list] of Object.entries({ fixes, requires, conflicts })) {
    const strings = Array.isArray(list) && list.every((item) => typeof item === 'string');
    if (list !== undefined && !strings) {
      return fail('RW056', `${name}: ${key} is no list of strings`, hint);
    }
  }
  return ok({
    sha: sha ?? name,
    subject,
    landed: typeof landed === 'string' ? landed : 'not merged',
    fixes: fixes ?? [],
    link: typeof link === 'string' ? link : null,
    requires: requires ?? [],
    conflicts: conflicts ?? [],
    apply: (draft) => apply.call(fix, draft),
  });
}
