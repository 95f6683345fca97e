// SPDX-License-Identifier: GPL-2.0-only
// Kernel revisions: a base and an ordered stack of commits.
import { type ErrorCode, fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Commit } from './commit.ts';
import { commits as history, variants } from './commits/index.ts';
import { type Draft, newDraft } from './kernel.ts';
import { base_6_0, type Switches } from './switches.ts';

export interface Revision {
  readonly name: string;
  /** Where its shape comes from: read in the source of that version, or inferred. */
  readonly evidence: 'source' | 'inferred';
  readonly base: Switches;
  /** Oldest first. */
  readonly commits: readonly Commit[];
}

/** The draft of @revision: its base functions with every commit applied in order. */
export function draftOf(revision: Revision): Draft {
  const draft = newDraft(revision.base);
  for (const commit of revision.commits) commit.apply(draft);
  return draft;
}

// Each list adds to the one before; only steps that change the path have one.
const v6_1 = ['c13dbc1e2485', '57365a04c921'];
const v6_2 = [...v6_1, '01657bc14a39'];
const v6_5 = [...v6_2, 'd99be00f42ea'];
const v6_6 = [...v6_5, '6eb4da8cf545', 'f188056352bc'];
const v6_7 = [...v6_6, 'a2e7e59a9426'];
const v6_8 = [...v6_7, '17de3f5fdd35'];
const v6_10 = [...v6_8, 'b67483b3c44e'];
const v6_11 = [...v6_10, '3f7c32091628'];
const v6_12 = [...v6_11, 'b5c58b2fdc42'];
const v6_13 = [...v6_12, '229e6ee43d2a'];
const v6_14 = [...v6_13, 'b150654f74bf'];
const v6_15_rc1 = [
  ...v6_14,
  '93ae6e68b6d6',
  '3832862eb9c4',
  'fd598f71b669',
  'b46064a18810',
  'bcb81ac6ae3c',
  '73d2f10957f5',
  '04d3e5461c1f',
  '7d835134d4e1',
];
const v6_15_0 = [...v6_15_rc1, '280e5a301005', '38e8844005e6', '95deee37a123'];
const v6_15_1 = [...v6_15_0, '0c8e9c148e29', 'da33e87bd2bf'];
const v6_17 = [...v6_15_1, '78447d4545b2', '72b6f7cd89ce'];
const v6_18 = [...v6_17, '2a918911ed3d'];
const v7_0 = [...v6_18, 'c41e2fb67e26'];
const v7_1 = [...v7_0, 'a2225b6e834a'];
/** As 7.2.12, which has the last one from 7.3. */
const v7_2 = [...v7_1, 'f8670e8e43b8', 'b7b0b3851474'];
/** What every stable tree has taken over from later releases. */
const backports = ['38e8844005e6', 'a2225b6e834a'];
const older_backports = ['229e6ee43d2a', ...backports];

const table: readonly Revision[] = [
  entry('6.0', 'inferred', []),
  entry('6.1', 'inferred', v6_1),
  entry('6.1.y', 'source', [...v6_2, 'a2e7e59a9426', ...older_backports]),
  entry('6.2', 'inferred', v6_2),
  entry('6.3', 'inferred', v6_2),
  entry('6.4', 'inferred', v6_2),
  entry('6.5', 'inferred', v6_5),
  entry('6.6', 'inferred', v6_6),
  entry('6.6.y', 'inferred', [...v6_7, 'b46064a18810 6.6.y', ...older_backports]),
  entry('6.7', 'inferred', v6_7),
  entry('6.8', 'inferred', v6_8),
  entry('6.9', 'inferred', v6_8),
  entry('6.10', 'inferred', v6_10),
  entry('6.11', 'inferred', v6_11),
  entry('6.12', 'inferred', v6_12),
  entry('6.12.y', 'source', [
    ...v6_14,
    '93ae6e68b6d6',
    '3832862eb9c4',
    'b46064a18810',
    '04d3e5461c1f',
    '280e5a301005',
    ...backports,
  ]),
  entry('6.13', 'inferred', v6_13),
  entry('6.14', 'inferred', v6_14),
  entry('6.15-rc1', 'inferred', v6_15_rc1),
  entry('6.15.0', 'inferred', v6_15_0),
  entry('6.15.1', 'inferred', v6_15_1),
  entry('6.16', 'inferred', v6_15_1),
  entry('6.17', 'inferred', v6_17),
  entry('6.18', 'inferred', v6_18),
  entry('6.18.y', 'inferred', [...v7_1, 'b7b0b3851474']),
  entry('7.0', 'inferred', v7_0),
  entry('7.1', 'inferred', v7_1),
  entry('7.2', 'source', v7_2),
  entry('7.3', 'inferred', v7_2),
];

/** `sha`, or `sha tree` for the variant of a stable tree. */
function entry(name: string, evidence: Revision['evidence'], names: readonly string[]): Revision {
  const stack = history.flatMap((commit) => {
    const listed = names.find((text) => text.startsWith(commit.sha));
    if (listed === undefined) return [];
    const variant = variants.find((v) => `${v.sha} ${v.variant}` === listed);
    return [variant ?? commit];
  });
  return { name, evidence, base: base_6_0, commits: stack };
}

/** Names of all revisions, oldest first. */
export function revisionNames(): readonly string[] {
  return table.map((revision) => revision.name);
}

/** The revision called @name. */
export function findRevision(name: string): Result<Revision, UserError> {
  const plain = name === '6.15' ? '6.15.0' : name.replace(/^v/, '');
  const found = table.find((revision) => revision.name === plain);
  if (found) return ok(found);
  return fail('RW050', `${name}: unknown kernel`, `one of ${revisionNames().join(', ')}`);
}

/** The commit whose id begins with @prefix (7 digits at least). */
export function findCommit(prefix: string): Result<Commit, UserError> {
  const wanted = prefix.toLowerCase().slice(0, 12);
  const hit = /^[0-9a-f]{7,40}$/.test(prefix.toLowerCase())
    ? history.filter((commit) => commit.sha.startsWith(wanted))
    : [];
  if (hit.length === 1 && hit[0]) return ok(hit[0]);
  const hint = 'racewindow kernels 7.2 lists the commits that the model knows';
  if (hit.length > 1) return fail('RW051', `${prefix}: stands for several commits`, hint);
  return fail('RW051', `${prefix}: no commit that the model knows`, hint);
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
    const at = history.findIndex((other) => other.sha === c.sha);
    return at < 0 ? history.length : at;
  };
  const at = stack.findIndex((other) => rank(other) > rank(commit));
  return at < 0 ? [...stack, commit] : [...stack.slice(0, at), commit, ...stack.slice(at)];
}

/** A stack whose commits have what they require and nothing that they conflict with. */
function check(stack: readonly Commit[]) {
  const shas = stack.map((commit) => commit.sha);
  for (const [i, commit] of stack.entries()) {
    for (const need of commit.requires) {
      if (shas.slice(0, i).includes(need)) continue;
      return refusal('RW053', commit, 'needs', need, 'add it, or take both away');
    }
    for (const foe of commit.conflicts) {
      if (!shas.includes(foe)) continue;
      return refusal('RW054', commit, 'cannot stand together with', foe, 'take one of them away');
    }
  }
  return null;
}

function refusal(code: ErrorCode, commit: Commit, verb: string, other: string, hint: string) {
  const subject = history.find((c) => c.sha === other)?.subject;
  return fail(code, `${commit.sha} ${verb} ${other}${subject ? ` (${subject})` : ''}`, hint);
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
