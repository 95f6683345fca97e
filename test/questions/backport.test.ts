// SPDX-License-Identifier: GPL-2.0-only
// What a backport proposes, and what its first line and its exit code are made of.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commits, findRevision, type Revision } from '#kernel/index';
import { type CarryPlan, carryBack } from '#questions/backport-all';
import { candidateSets, openersOf } from '#questions/bisect';
import { type Change, isHarmful, type Trial, windowsOf } from '#questions/try';
import { defaultExplore } from '#run/explore';
import { makeExplorer } from '#run/world-pool';
import { windows } from '#windows/index';
import { genericWorlds } from '#worlds/generic';

function revision(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  return found.value;
}

const change = (window: string | null, report: string): Change => {
  return { window, report, classes: ['dt'], because: '' };
};

const trial = (some: Partial<Trial>): Trial => {
  return {
    ...{ closes: [], opens: [], leaves: [], undecided: [], bounded: [] },
    ...{ worlds: 1, states: 1 },
    ...some,
  };
};

describe('a set that is proposed', () => {
  test('has no commit that opens the window', () => {
    expect(openersOf('C13')).toEqual(['da33e87bd2bf']);
    const sets = candidateSets(revision('6.15.0'), 1, openersOf('C13'));
    const shas = new Set(sets.flat().map((c) => c.sha));
    expect(shas.has('0c8e9c148e29')).toBe(true);
    expect(shas.has('da33e87bd2bf')).toBe(false);
  });

  test('may have one that opens it in one way and closes it in another', () => {
    expect(openersOf('C41')).toEqual([]);
  });
});

describe('what a set does', () => {
  test('is told by windows: those that are gone, and those that come', () => {
    const told = windowsOf(
      trial({
        closes: [change('C07', 'P2'), change('C07', 'P8'), change('C10', 'P1')],
        opens: [change('C08', 'oops'), change(null, 'P3')],
        leaves: [change('C10', 'P8')],
      }),
    );
    expect(told).toEqual({ closed: ['C07'], opened: ['C08', 'new'], widened: [] });
  });

  test('tells a crash that comes in a window that was there before, and what else grows', () => {
    const told = windowsOf(
      trial({
        closes: [change('C07', 'P2')],
        opens: [change('C08', 'oops'), change('C10', 'P1')],
        leaves: [change('C08', 'P3'), change('C10', 'P1')],
      }),
    );
    expect(told).toEqual({ closed: ['C07'], opened: ['C08 oops'], widened: ['C10'] });
  });

  test('tells of all that is opened: nothing that isHarmful() sees is left out', () => {
    const ids = fc.constantFrom(null, 'C08', 'C09', 'C10');
    const some = fc.array(
      fc.tuple(ids, fc.constantFrom('P1', 'P3', 'oops')).map(([w, r]) => change(w, r)),
    );
    fc.assert(
      fc.property(some, some, some, (opens, leaves, closes) => {
        const { opened, widened } = windowsOf(trial({ opens, leaves, closes }));
        for (const { window, report } of opens) {
          const id = window ?? 'new';
          const isTold = opened.includes(id) || opened.includes(`${id} ${report}`);
          expect(isTold || (report !== 'oops' && widened.includes(id))).toBe(true);
        }
      }),
    );
  });

  test('is harm where it opens a crash, or what fits no window', () => {
    expect(isHarmful(trial({ opens: [change('C08', 'oops')] }))).toBe(true);
    expect(isHarmful(trial({ opens: [change('C08', 'use-after-free')] }))).toBe(true);
    expect(isHarmful(trial({ opens: [change(null, 'P2')] }))).toBe(true);
    expect(isHarmful(trial({ opens: [change('C10', 'P1')] }))).toBe(false);
    expect(isHarmful(trial({ leaves: [change('C21', 'oops')] }))).toBe(false);
  });
});

describe('a backport for a whole kernel', () => {
  const small = (...kinds: string[]) =>
    genericWorlds().filter((w) => kinds.some((kind) => w.classKey.startsWith(kind)));
  const plan = async (kernel: string, ...kinds: string[]): Promise<CarryPlan> => {
    const explorer = await makeExplorer(1);
    const options = { ...defaultExplore, statesMax: 9000 };
    const question = { worlds: small(...kinds), explorer, options };
    expect(question.worlds.length).toBeGreaterThan(0);
    return await carryBack(question, revision(kernel)).finally(() => explorer.close());
  };

  test('has what closes a window, and says what each commit is there for', async () => {
    const {
      before,
      after,
      parts,
      revision: with_,
    } = await plan('6.12.y', 'hand:walk+bind acpi virtio');
    expect(before.map((o) => o.window)).toContain('C18');
    expect(after.map((o) => o.window)).not.toContain('C18');
    expect(parts.map(({ commit, closes }) => [commit.sha, closes])).toEqual([
      ['72b6f7cd89ce', ['C18']],
    ]);
    expect(with_.commits.some((c) => c.sha === '72b6f7cd89ce')).toBe(true);
  });

  test('has what follows up on what the kernel has, and on what is taken', async () => {
    const { parts, trial } = await plan('6.15.0', 'hand:walk+bind alias');
    const shas = parts.map(({ commit }) => commit.sha);
    expect(shas).toContain('da33e87bd2bf');
    expect(windowsOf(trial).closed).toEqual(expect.arrayContaining(['C09', 'C16']));
    for (const { commit } of parts) {
      for (const need of commit.requires) {
        const isThere = [...shas, ...revision('6.15.0').commits.map((c) => c.sha)].includes(need);
        expect(isThere, `${commit.sha} requires ${need}`).toBe(true);
      }
    }
  });
});

describe('what follows up on a commit, by the history', () => {
  /** Closers of what a commit of the history has opened, whose rows name no commit they fix. */
  const untagged = new Map([
    ['01657bc14a39', '57365a04c921'],
    ['b67483b3c44e', 'f188056352bc'],
    ['f8670e8e43b8', 'bcb81ac6ae3c'],
    ['a2225b6e834a', 'bcb81ac6ae3c'],
    // It landed before what it closes: where it is there, the later one opens nothing.
    ['bcb81ac6ae3c', 'c41e2fb67e26'],
  ]);
  const pairs = windows
    .flatMap(({ ways }) => ways)
    .flatMap(({ opened, closed }) => closed.map((closer) => ({ opened, closer })))
    .flatMap(({ opened, closer }) => {
      const commit = commits.find(({ sha }) => sha === closer);
      return opened === null || commit === undefined ? [] : [{ opened, commit }];
    });

  test('is named by what closes a window, as a Fixes: line, or stands here as one without', () => {
    const silent = pairs.filter(({ commit }) => commit.fixes.length === 0);
    expect(pairs.length).toBeGreaterThan(2 * silent.length);
    const found = new Map(silent.map(({ opened, commit }) => [commit.sha, opened]));
    expect([...found].sort()).toEqual([...untagged].sort());
  });

  test('landed after what it fixes', () => {
    const fixing = commits.filter(({ fixes }) => fixes.length > 0);
    expect(fixing.length).toBeGreaterThan(8);
    for (const [i, { sha, fixes }] of commits.entries()) {
      for (const fixed of fixes) {
        expect(fixed).toMatch(/^[0-9a-f]{12}$/);
        const at = commits.findIndex((c) => c.sha === fixed);
        expect([sha, at < i]).toEqual([sha, true]);
      }
    }
  });
});
