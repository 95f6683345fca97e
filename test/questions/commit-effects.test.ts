// SPDX-License-Identifier: GPL-2.0-only
// Taking any commit from any stack changes what a world comes to, or is refused with a reason.
//
// Here each commit is taken from the newest stack in which it can be; scripts/shows.mjs --check
// does so for all stacks.
import { describe, expect, test } from 'vitest';
import { commits, findRevision, type Revision, revisionNames, withCommits } from '#kernel/index';
import { shownIn, unseen } from '#questions/commit-effects';
import { shownData } from '#questions/commit-effects-data';
import { withoutCommit } from '#questions/commit-effects-search';
import { kindOfKey } from '#worlds/derive';
import { genericWorlds } from '#worlds/generic';

const worlds = genericWorlds();

function revision(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  return found.value;
}

/** Kernels from whose stack @sha can be taken, newest first. */
function kernelsOf(sha: string): string[] {
  const names = revisionNames().filter((name) => {
    const base = revision(name);
    const has = base.commits.some((c) => c.sha === sha);
    return has && withCommits(base, { without: [sha] }).ok;
  });
  return names.reverse();
}

test('every commit of every stack has a world, a refusal or a reason', () => {
  for (const name of revisionNames()) {
    for (const { sha } of revision(name).commits) {
      const without = withCommits(revision(name), { without: [sha] });
      if (!without.ok) {
        expect([name, sha, without.error.code]).toEqual([name, sha, 'RW053']);
        expect(without.error.message).toMatch(/^[0-9a-f]{12} needs [0-9a-f]{12} \(.+\)$/);
        continue;
      }
      const told = shownIn(name, sha)?.world ?? unseen(name, sha);
      expect([name, sha, told]).toEqual([name, sha, expect.any(String)]);
    }
  }
});

describe('without it, a world comes to something else', () => {
  const rows = commits.flatMap(({ sha }) => {
    const kernel = kernelsOf(sha).find((name) => shownIn(name, sha));
    return kernel === undefined ? [] : [{ sha, kernel }];
  });

  test.each(rows)('$sha, in $kernel', ({ sha, kernel }) => {
    const shown = shownIn(kernel, sha)!;
    const derived = worlds.find(
      (w) => `${kindOfKey(w.classKey)} | ${w.world.name}` === shown.world,
    )!;
    const { gone, come } = shown;
    expect(withoutCommit(derived, revision(kernel), sha, shown.aspect)).toEqual({ gone, come });
    expect(gone.length + come.length).toBeGreaterThan(0);
  });

  test('is asked of all commits but those that others always need', () => {
    const asked = rows.map((row) => row.sha);
    const never = commits.map((c) => c.sha).filter((sha) => !asked.includes(sha));
    for (const sha of never) expect(kernelsOf(sha)).toEqual([]);
  });
});

test('each world that is written down is one, and each kernel', () => {
  const known = new Set(
    worlds.map(({ classKey, world }) => `${kindOfKey(classKey)} | ${world.name}`),
  );
  const written = Object.values(shownData).flat();
  expect(written.map((entry) => entry.world).filter((world) => !known.has(world))).toEqual([]);
  const kernels = written.flatMap((entry) => entry.kernels.split(' '));
  expect(kernels.filter((name) => !revisionNames().includes(name))).toEqual([]);
});
