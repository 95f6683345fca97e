// SPDX-License-Identifier: GPL-2.0-only
// The windows of the bundled laptop under each kernel, as computed. Absence is claimed only where
// every world has been explored to the end and was seen to reach what the windows need.
//
// `npm test` has the newest kernel and a stable tree; `npm run test:sweep` has the rows that are
// marked as a sweep's: the kernel before the fix, and others beside these.

import { describe, expect, test } from 'vitest';
import { check } from '#checker/index';
import { REQUIRED } from '#properties/sometimes';
import { watchedScene } from '#run/watched-scene';
import { kernel, laptopWorlds } from '../support/boards.ts';
import { rowsOf } from '../support/sweep.ts';

/** Without the small worlds of single actors, which add windows but close none. */
const worlds = laptopWorlds({ usual: false });

interface Seen {
  /** Window -> classes it was found in; 'none' for reports that fit no window. */
  readonly windows: ReadonlyMap<string, ReadonlySet<string>>;
  readonly fewest: ReadonlyMap<string, number>;
}

/** Explore all worlds; @bound: up to so many preemptions only, null for everything. */
function explore(name: string, without: readonly string[], bound: number | null): Seen {
  const revision = kernel(name, without);
  const windows = new Map<string, Set<string>>();
  const fewest = new Map<string, number>();
  for (const { world, classKey } of worlds) {
    const { findings, coverage } = check(watchedScene(world, revision, null), {
      strategy: bound === null ? { kind: 'exhaustive' } : { kind: 'bound', preemptions: bound },
      minimiseMax: 1,
    });
    // A bound leaves orders out, and says so; nothing else may.
    const limits = coverage.bounded.map((limit) => limit.name);
    expect(limits.filter((limit) => bound === null || limit !== 'preemptions')).toEqual([]);
    expect(coverage.sometimes).toEqual(expect.arrayContaining([...REQUIRED]));
    for (const { report, preemptions } of findings) {
      const window = report.window ?? 'none';
      windows.set(window, (windows.get(window) ?? new Set()).add(classKey));
      fewest.set(window, Math.min(preemptions, fewest.get(window) ?? 99));
    }
  }
  return { windows, fewest };
}

interface Row {
  readonly name: string;
  readonly without: readonly string[];
  readonly sweep?: boolean;
}

const upToOne: readonly (Row & { readonly bound: number; readonly found: readonly string[] })[] = [
  {
    name: '6.15-rc1',
    without: [],
    bound: 1,
    found: ['C08', 'C09', 'C10', 'C11', 'C14', 'C16'],
    sweep: true,
  },
  {
    name: '6.15.0',
    without: [],
    bound: 1,
    found: ['C08', 'C09', 'C10', 'C11', 'C14'],
    sweep: true,
  },
  { name: '7.2', without: ['da33e87bd2bf'], bound: 1, found: ['C09'], sweep: true },
];

const toTheEnd: readonly (Row & {
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
})[] = [
  {
    name: '6.15.1',
    without: [],
    has: ['C10', 'C11', 'C13', 'C14'],
    hasNot: ['C08', 'C09'],
    sweep: true,
  },
  { name: '7.2', without: [], has: ['C10', 'C11', 'C13', 'C14'], hasNot: ['C08', 'C09'] },
  {
    name: '6.12',
    without: [],
    has: ['C05', 'C07'],
    hasNot: ['C09', 'C10', 'C14'],
    sweep: true,
  },
  { name: '6.12.y', without: [], has: ['C07'], hasNot: ['C05', 'C09', 'C10', 'C14'] },
  {
    name: '6.12.y',
    without: ['b46064a18810'],
    has: ['C05', 'C07'],
    hasNot: ['C09', 'C10'],
    sweep: true,
  },
];

describe.each(rowsOf(upToOne))(
  '$name without [$without] up to $bound preemption',
  ({ name, without, bound, found }) => {
    test(`has ${found.join(', ')}, C09 within two preemptions, and nothing unexplained`, () => {
      const { windows, fewest } = explore(name, without, bound);
      for (const id of found) expect([...windows.keys()]).toContain(id);
      expect(windows.get('none')).toBeUndefined();
      if (found.includes('C09')) expect(fewest.get('C09')).toBeLessThanOrEqual(2);
    });
  },
);

describe.each(rowsOf(toTheEnd))(
  '$name without [$without], exhaustively',
  ({ name, without, has, hasNot }) => {
    test(`has ${has.join(', ')} and has not ${hasNot.join(', ')}`, () => {
      const { windows } = explore(name, without, null);
      const found = [...windows.keys()];
      for (const id of has) expect(found).toContain(id);
      for (const id of hasNot) expect(found).not.toContain(id);
      expect(windows.get('none')).toBeUndefined();
    });
  },
);
