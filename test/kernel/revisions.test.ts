// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commits,
  draftOf,
  findCommit,
  findRevision,
  loadUserFix,
  type Revision,
  revisionNames,
  revisionOfTree,
  stableTreeOf,
  withCommits,
} from '#kernel/index';
import { functions, tableOf } from '../../src/kernel/functions.ts';
import * as probe from '../../src/kernel/iommu/probe.ts';
import { kernel } from './support/run.ts';

const model = path.join(import.meta.dirname, '../../src/kernel');

function code(result: { ok: boolean; error?: { code: string } }): string {
  return result.ok ? 'ok' : (result.error?.code ?? '');
}

function revision(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  return found.value;
}

describe('revisions', () => {
  it('names run from 6.0 to 7.3 with the stable trees', () => {
    expect(revisionNames()[0]).toBe('6.0');
    expect(revisionNames().at(-1)).toBe('7.3');
    for (const tree of ['6.1.y', '6.6.y', '6.12.y', '6.18.y', '7.2.y']) {
      expect(revisionNames()).toContain(tree);
    }
    expect(new Set(revisionNames()).size).toBe(revisionNames().length);
  });

  it('each stable tree is known by its series, and 7.2.y alone makes no difference', () => {
    const series = revisionNames().flatMap((name) => /^(.+)\.y$/.exec(name)?.[1] ?? []);
    const trees = series.map((name) => stableTreeOf(name));
    expect(trees.map((tree) => tree?.revision.name)).toEqual(series.map((name) => `${name}.y`));
    expect(series.filter((_, i) => trees[i]?.matters === false)).toEqual(['7.2']);
    expect(stableTreeOf('6.2')).toBeNull();
  });

  it.each([
    ['7.2', '7.2'],
    ['7.2.0', '7.2'],
    ['7.2.12', '7.2.y'],
    ['6.12.0', '6.12'],
    ['6.12.25', '6.12'],
    ['6.12.94', '6.12.y'],
    ['6.15.0', '6.15.0'],
    ['6.15.1', '6.15.1'],
    ['6.15.9', '6.15.1'],
    ['6.99.1', null],
    ['5.10.3', null],
  ])('the sources of %s are those of %s', (text, name) => {
    expect(revisionOfTree(text)?.name ?? null).toBe(name);
  });

  it('an unknown kernel, an unknown id and a short id are refused', () => {
    expect(code(findRevision('5.4'))).toBe('RW050');
    expect(code(findCommit('0123456789ab'))).toBe('RW051');
    expect(code(findCommit('da33e8'))).toBe('RW051');
    expect(code(findCommit('da33e87'))).toBe('ok');
    expect(code(findCommit('da33e87bd2bf9f1ab5c2a5a0bcb0eb1d1a1a1a1a'))).toBe('ok');
  });

  it('every stack has what each of its commits requires', () => {
    for (const name of revisionNames()) {
      expect([name, code(withCommits(revision(name), {}))]).toEqual([name, 'ok']);
    }
  });

  it('taking any commit away changes the kernel or is refused with a reason', () => {
    for (const name of revisionNames()) {
      const base = revision(name);
      const before = draftOf(base).sw;
      for (const { sha } of base.commits) {
        const without = withCommits(base, { without: [sha] });
        if (!without.ok) {
          expect(without.error.code).toBe('RW053');
          continue;
        }
        expect([name, sha, draftOf(without.value).sw]).not.toEqual([name, sha, before]);
      }
    }
  });

  it('a commit that is there already, or is not there, is refused', () => {
    expect(code(withCommits(revision('7.2'), { with: ['da33e87bd2bf'] }))).toBe('RW052');
    expect(code(withCommits(revision('6.12'), { without: ['da33e87bd2bf'] }))).toBe('RW052');
  });

  it('a commit lands where it stands in the history, whatever the order of the options', () => {
    const changed = withCommits(revision('6.15.0'), { with: ['da33e87bd2bf', '0c8e9c148e29'] });
    expect(changed.ok && changed.value.commits).toEqual(revision('6.15.1').commits);
  });

  it('what needs a commit goes with it', () => {
    expect(code(withCommits(revision('7.2'), { without: ['bcb81ac6ae3c'] }))).toBe('RW053');
    const six = ['72b6f7c', '78447d4', 'da33e87', '0c8e9c1', '95deee3', '73d2f10', 'bcb81ac'];
    expect(code(withCommits(revision('7.2'), { without: six }))).toBe('ok');
  });

  it('the backport to 6.6.y stands for the commit of the same id', () => {
    const variant = revision('6.6.y').commits.find((commit) => commit.sha === 'b46064a18810');
    expect(variant?.variant).toBe('6.6.y');
    expect(kernel('6.6.y', ['b46064a18810']).commits).not.toContain(variant);
  });
});

describe('a fix of your own', () => {
  const fix = { subject: 'try this', apply: (draft: { sw: { iommu_ready: boolean } }) => draft };

  it('goes on top of the stack', () => {
    const loaded = loadUserFix({ default: fix }, 'fix.ts');
    expect(loaded.ok && loaded.value.sha).toBe('fix.ts');
    const changed = loaded.ok ? withCommits(revision('6.12'), { with: [loaded.value] }) : loaded;
    expect(changed.ok && changed.value.commits.at(-1)?.subject).toBe('try this');
  });

  it.each([
    null,
    {},
    { default: 3 },
    { default: {} },
    { default: { ...fix, apply: 'no' } },
    { default: { ...fix, subject: 7 } },
    { default: { ...fix, requires: 'all' } },
    { default: { ...fix, sha: 7 } },
  ])('of a wrong shape is refused: %j', (module) => {
    expect(code(loadUserFix(module, 'fix.ts'))).toBe('RW056');
  });
});

it('every commit is named by 12 digits', () => {
  expect(commits.every((commit) => /^[0-9a-f]{12}$/.test(commit.sha))).toBe(true);
});

describe('the table of functions', () => {
  it('has no name twice: the second one is refused, with both places', () => {
    const again = { *dev_iommu_get() {} };
    expect(() => tableOf({ 'iommu/probe.ts': probe, 'pci/acs.ts': again })).toThrow(
      'dev_iommu_get() is given twice: by iommu/probe.ts and by pci/acs.ts',
    );
  });

  /** The module that the others here have, be it of the sources or of what was built. */
  const specifierOf = (file: string): string =>
    new URL(
      file.replace(/\.ts$/, new URL(import.meta.resolve('#kernel/functions')).pathname.slice(-3)),
      import.meta.resolve('#kernel/functions'),
    ).href;

  it('names each module by its file, and has what the file exports', async () => {
    const text = readFileSync(path.join(model, 'functions.ts'), 'utf8');
    const named = [...text.matchAll(/^ {2}'(.*)': \w+,$/gm)].map(([, file]) => file!);
    const imported = [...text.matchAll(/import \* as \w+ from '\.\/(.*)'/g)].map(([, f]) => f!);
    expect(named).toEqual(imported);
    for (const file of named) {
      const module = (await import(/* @vite-ignore */ specifierOf(file))) as Record<
        string,
        unknown
      >;
      const same = Object.entries(module).filter(
        ([name, fn]) => (functions as Record<string, unknown>)[name] === fn,
      );
      expect([file, same.length > 0]).toEqual([file, true]);
    }
  });
});
