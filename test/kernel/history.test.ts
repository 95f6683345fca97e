// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { base_6_0, commits, findRevision, neededBy, revisionNames } from '#kernel/index';
import { type HistoryRow, historyOf, notAfter } from '../../src/kernel/commit.ts';
import { history, type Sha } from '../../src/kernel/history.ts';
import { stackOf } from '../../src/kernel/revisions.ts';
import { unmodelled } from '../../src/kernel/unmodelled.ts';

const rows: readonly HistoryRow[] = history;

/** The row of the history with this id, changed. */
function changed(sha: Sha, change: Partial<HistoryRow>): HistoryRow[] {
  return rows.map((row) => (row.sha === sha ? { ...row, ...change } : row));
}

const added: HistoryRow = {
  sha: 'abcdefabcdef',
  id: 'abcdefabcdef0123456789abcdef0123456789ab',
  subject: 'iommu: Do one thing',
  landed: 'v7.3-rc1',
  sets: { atomic_flags: true },
};

describe('the history', () => {
  it('is in the order in which the commits landed, and is what the listings show', () => {
    expect(commits.map((commit) => commit.sha)).toEqual(rows.map((row) => row.sha));
    const landed = rows.map((row) => row.landed);
    expect(landed.every((tag, i) => i === 0 || notAfter(landed[i - 1]!, tag))).toBe(true);
  });

  it('has none of the commits that windows name beside it', () => {
    expect(Object.keys(unmodelled).filter((sha) => rows.some((row) => row.sha === sha))).toEqual(
      [],
    );
  });

  it('a new row is all that a release needs to have a commit', () => {
    const longer = historyOf([...rows, added]);
    const shas = (release: string) => stackOf(longer, release, release, []).map((c) => c.sha);
    expect(shas('7.3')).toEqual([...shas('7.2'), 'b7b0b3851474', added.sha]);
    expect(shas('7.2')).not.toContain(added.sha);
    expect(stackOf(longer, '7.2', '7.2', [added.sha]).at(-1)?.subject).toBe(added.subject);
  });

  it('a commit sets something, every switch is set by some commit', () => {
    const set = new Set(rows.flatMap((row) => Object.keys(row.sets)));
    const anew = rows.flatMap((row) => Object.values(row.backports ?? {}));
    for (const { sets } of anew) for (const name of Object.keys(sets)) set.add(name);
    expect([...set].sort()).toEqual(Object.keys(base_6_0).sort());
    expect(rows.filter((row) => Object.keys(row.sets).length === 0)).toEqual([]);
  });

  it.each([
    ['an id that stands twice', [...rows, rows[3]!], /stands there twice/],
    ['an id that is none', [...rows, { ...added, sha: 'abcdefabcde' }], /no id of 12 digits/],
    ['an id that is cut', [...rows, { ...added, id: 'abcdefabcdef' }], /not one of 40 digits/],
    [
      'two ids',
      [...rows, { ...added, id: added.id.replace('a', 'b') }],
      /40 digits that begins so/,
    ],
    ['a row too early', [added, ...rows], /v6\.1-rc1, and comes after v7\.3-rc1/],
    ['a need unknown', [...rows, { ...added, requires: ['0'] }], /requires 0, which no row before/],
    ['a need too late', changed('57365a04c921', { requires: ['b7b0b3851474'] }), /no row before/],
    ['a foe unknown', changed('57365a04c921', { conflicts: ['b7b0b3851475'] }), /no row has/],
  ])('%s is a mistake', (_what, table, message) => {
    expect(() => historyOf(table)).toThrow(message);
  });
});

describe('a stack', () => {
  const known = historyOf(rows);

  it('an id that the history lacks is a mistake, and does not compile', () => {
    expect(() => stackOf(known, '6.1.y', '6.1', ['01657bc14a38'])).toThrow(
      '6.1.y: 01657bc14a38: no row of src/kernel/history.ts has this id',
    );
    // @ts-expect-error: a digit is wrong
    const wrong: Sha = '01657bc14a38';
    expect(rows.map((row) => row.sha)).not.toContain(wrong);
  });

  it('an id that is in it already is a mistake', () => {
    expect(() => stackOf(known, '7.2', '7.2', ['c13dbc1e2485'])).toThrow(/had landed by 7.2/);
    const twice = ['b7b0b3851474', 'b7b0b3851474'];
    expect(() => stackOf(known, '7.2', '7.2', twice)).toThrow(/twice/);
  });

  it('a release that is none is a mistake', () => {
    expect(() => stackOf(known, '6.1.y', '6.1.y', [])).toThrow(/neither a release/);
  });

  it('names for each commit the one that does not go without it', () => {
    const found = findRevision('7.2.y');
    expect(found.ok && neededBy(found.value, 'bcb81ac6ae3c')).toBe('73d2f10957f5');
    expect(found.ok && neededBy(found.value, 'b7b0b3851474')).toBeNull();
  });

  it('has what its predecessor among the releases has', () => {
    const releases = revisionNames().filter((name) => !name.endsWith('.y'));
    const stacks = releases.map((name) => {
      const found = findRevision(name);
      return found.ok ? found.value.commits : [];
    });
    for (const [i, stack] of stacks.entries()) {
      expect(stack).toEqual(expect.arrayContaining([...(stacks[i - 1] ?? [])]));
    }
  });
});
