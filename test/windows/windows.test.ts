// SPDX-License-Identifier: GPL-2.0-only
// Each window of the catalogue: found where it should be, with a pinned shortest schedule, and
// absent where it is closed, in all interleavings of the same world.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Commit, Revision } from '#kernel/index';
import { exploreWorld } from '#run/explore';
import { factOf, windowById, windows } from '#windows/index';
import { genericWorlds } from '#worlds/generic';
import * as own from './fixes.ts';
import { kernelOf, shownIn, windowsAlong, windowsIn, worldOf } from './support.ts';

interface Row {
  readonly window: string;
  readonly world: string;
  /** A kernel, and commits or example fixes added to it. */
  readonly kernel: string;
  /** A change made by this test. */
  readonly change?: Commit;
}

const pci = 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+bind+retry/1 client/bystanders 0+0';
const buffers = 'hand:walk+bind buffers';
const cdx = 'hand:walk+bind cdx';

/** What the files of the windows say. */
const rowsOf = (which: 'found' | 'absent'): Row[] =>
  windows.flatMap(({ id, worlds }) =>
    worlds.flatMap(({ world, [which]: kernels = [] }) =>
      kernels.map((kernel) => ({ window: id, world, kernel })),
    ),
  );

// The order of locks is seen over all runs: below, and in lock-order.test.ts.
const isOfRuns = ({ window }: Row): boolean => window !== 'C30';

const foundIn: readonly Row[] = [
  ...rowsOf('found').filter(isOfRuns),
  { window: 'C23', world: pci, kernel: '7.2', change: own.noTriggerCount },
  { window: 'C24', world: buffers, kernel: '7.2', change: own.readyBehindGroup },
  { window: 'C24', world: buffers, kernel: '6.12', change: own.listedUnlocked },
];

const absentIn: readonly Row[] = [
  ...rowsOf('absent').filter(isOfRuns),
  { window: 'C17', world: cdx, kernel: '7.2', change: own.cdxReturns },
  { window: 'C23', world: pci, kernel: '7.2' },
  { window: 'C24', world: buffers, kernel: '7.2' },
  { window: 'C24', world: buffers, kernel: '6.12' },
];

const file = new URL('./golden/schedules.txt', import.meta.url);
const pinned = new Map(
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' = ') as [string, string]),
);

describe('each window', () => {
  const seen = new Map<string, string>();

  /** A pin holds as long as its run shows what is shown now: other runs may be as short. */
  const stillShows = (pin: string, head: string, row: Row, revision: Revision): boolean => {
    if (!pin.startsWith(head)) return false;
    try {
      const rule = head.split(',')[0]!;
      const reports = windowsAlong(worldOf(row.world), revision, pin.slice(head.length));
      return reports.includes(`${rule} ${row.window}`);
    } catch {
      return false;
    }
  };

  test.each(foundIn)('$window is found in $kernel, $world', async (row) => {
    const { window, world, kernel, change } = row;
    const revision = await kernelOf(kernel, change ? [change] : []);
    const shown = shownIn(worldOf(world), revision, window);
    expect(shown).not.toBeNull();
    if (!shown) return;
    const name = `${window} ${kernel}, ${world}`;
    const head = `${shown.report}, ${shown.preemptions} preemptions, `;
    const pin = pinned.get(name) ?? '';
    seen.set(name, stillShows(pin, head, row, revision) ? pin : head + shown.schedule);
  });

  test('has the pinned rule and preemptions, and its pinned run shows it', async () => {
    const rows = foundIn.map(({ window, kernel, world }) => `${window} ${kernel}, ${world}`);
    const lines = rows.map((name) => `${name} = ${seen.get(name) ?? pinned.get(name)}\n`);
    await expect(lines.sort().join('')).toMatchFileSnapshot('./golden/schedules.txt');
  });

  test.each(absentIn)(
    '$window is absent in $kernel, $world',
    async ({ window, world, kernel, change }) => {
      const revision = await kernelOf(kernel, change ? [change] : []);
      expect(windowsIn(worldOf(world), revision)).not.toContain(window);
    },
  );

  test('of locks shows as a cycle in their order: C30 in 6.14, not in 6.15', async () => {
    const derived = genericWorlds().find((w) => w.classKey === 'hand:walk+cpu intel');
    const of = async (name: string) =>
      exploreWorld(derived!, await kernelOf(name)).sightings.map((s) => s.window);
    for (const { found = [], absent = [] } of windowById('C30')!.worlds) {
      for (const name of found) expect(await of(name)).toContain('C30');
      for (const name of absent) expect(await of(name)).not.toContain('C30');
    }
  });

  test('of links is there by default, and gone with fw_devlink.strict=1: C32', async () => {
    const derived = genericWorlds().find((w) => w.classKey === 'hand:walk+bind exynos');
    const world = derived!.world;
    const strict = { ...world, switches: { ...world.switches, strictDevlink: true } };
    const options = { statesMax: 60_000, preemptions: 0 };
    for (const name of ['6.1', '6.12', '7.2']) {
      const revision = await kernelOf(name);
      const byDefault = exploreWorld(derived!, revision, options);
      expect(byDefault.reached).toContain(factOf('C32'));
      const strictly = exploreWorld({ ...derived!, world: strict }, revision, options);
      expect([strictly.bounded, strictly.reached.includes('a bind')]).toEqual([false, true]);
      expect(strictly.reached).not.toContain(factOf('C32'));
    }
  });

  test('is shown by a row, but for C32, which is a fact', () => {
    const shown = new Set([...foundIn.map((row) => row.window), 'C30', 'C32']);
    expect([...shown].sort()).toEqual(windows.map((w) => w.id));
  });
});
