// SPDX-License-Identifier: GPL-2.0-only
// One road: nobody but those named here opens worlds, runs the checker on them, or starts threads.
//
// Whoever makes a scene or a kernel in a way of his own may ask another question than the rest do.
// A name goes from a list once its file has no need any more: the tests say so.

import { describe, expect, test } from 'vitest';
import { importsOf, moduleOf } from './modules.ts';
import { programs, type SourceFile } from './sources.ts';

/** Values of the program that @file names in imports, as `module name`. */
function taken(file: SourceFile): string[] {
  return importsOf(file.name, file.text).flatMap((i) => {
    const target = moduleOf(i)
      ?.replace(/^(\.\.\/)+(src|dist)\//, '')
      .replace(/\.js$/, '');
    return target === undefined ? [] : i.names.map((name) => `${target} ${name}`);
  });
}

/** Files among @files that take a value which @isMeant, but for those of the module itself. */
function takers(files: readonly SourceFile[], isMeant: (value: string) => boolean): string[] {
  return files.filter((file) => taken(file).some(isMeant)).map(({ name }) => name);
}

const all = programs.filter(({ name }) => /^(src|scripts|bench|test)\//.test(name));
const shipped = all.filter(({ name }) => !name.startsWith('test/'));

describe('from a world and a kernel to a scene', () => {
  test('goes openWorld(), and for the costs of a scene by itself', () => {
    const builds = takers(shipped, (value) => value === 'worlds/scene buildScene');
    expect(builds).toEqual(['bench/worlds.ts', 'src/run/watched-scene.ts']);
  });

  test('of a task goes runWorld(), which alone asks the single questions', () => {
    const asks = /^run\/(check-world|explore|explain-world|look-for) \w+World$|lookFor$/;
    expect(takers(shipped, (value) => asks.test(value))).toEqual([
      // In two steps, of which each is one exploration.
      'src/run/look-for.ts',
      'src/run/run-world.ts',
    ]);
  });
});

/** What explores or replays. */
const searches =
  /^checker\/\S+ (check|exhaustive|bounded|delay|sample|optimal|sourceDpor|detect|watch|replay)$/;

/** A world of the model is in reach of it. */
const opens = /^(worlds\/scene buildScene|run\/watched-scene (openWorld|watchedScene))$/;

/** Tests that look at single runs, kill a search, or are an oracle of their own. */
const ofTests: readonly string[] = [
  'test/acceptance/laptop.test.ts',
  'test/acceptance/one-more.test.ts',
  'test/checker/program/litmus.test.ts',
  'test/checker/progress.test.ts',
  'test/checker/search/checkpoint.test.ts',
  'test/kernel/fields.test.ts',
  'test/kernel/lock-rules.test.ts',
  'test/kernel/masks.test.ts',
  'test/kernel/support/explore.ts',
  'test/questions/check.test.ts',
  'test/reproduce/plan.test.ts',
  'test/run/alike.test.ts',
  'test/run/names.test.ts',
  'test/support/audit-cache.ts',
  'test/support/checker/checkpoint-child.ts',
  'test/support/model/judge-main.ts',
  'test/support/sometimes.ts',
  'test/support/walk.ts',
  'test/windows/support.ts',
];

const runsWorlds = (file: SourceFile): boolean => {
  const values = taken(file);
  return values.some((v) => searches.test(v)) && values.some((v) => opens.test(v));
};

describe('the checker is run on worlds of the model', () => {
  test('by the questions of runWorld(), by what replays, and by conform', () => {
    expect(shipped.filter(runsWorlds).map(({ name }) => name)).toEqual([
      'src/cli/rerun.ts',
      'src/realc/conform/conform.ts',
      'src/reproduce/plan.ts',
      // One run, watched by the signatures of other windows.
      'src/run/alike.ts',
      'src/run/check-world.ts',
      'src/run/explore.ts',
      // Leads a run along the order of a log, which is no rule of the kernel.
      'src/run/follow.ts',
      'src/run/to-finding.ts',
      // Other choices at the steps of a finding, in a browser.
      'src/view/engine/session.ts',
    ]);
  });

  test('by tests that ask what no question does', () => {
    const own = all.filter(({ name }) => name.startsWith('test/')).filter(runsWorlds);
    expect(own.map(({ name }) => name)).toEqual(ofTests);
  });

  test('is found', () => {
    const file = (name: string, text: string): SourceFile => ({ name, text, lines: [] });
    const own =
      "import { check } from '#checker/index';\nimport { buildScene } from '#worlds/scene';";
    expect(runsWorlds(file('src/cli/a.ts', own))).toBe(true);
    expect(runsWorlds(file('src/cli/a.ts', own.replace('check }', 'type check }')))).toBe(false);
  });
});

test('one pool starts worker threads', () => {
  const isStart = /from 'piscina'|import\('piscina'\)|\bWorker\b[^\n]*'node:worker_threads'/;
  const starts = shipped.filter(({ text }) => isStart.test(text)).map(({ name }) => name);
  expect(starts).toEqual(['src/run/pool.ts']);
});
