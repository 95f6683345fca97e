// SPDX-License-Identifier: GPL-2.0-only
// Each window of the catalogue: found where it should be, with a pinned shortest schedule, and
// absent where it is closed, in all interleavings of the same world.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Commit, windows } from '#kernel/index';
import { exploreWorld } from '#run/explore';
import { factOf } from '#signatures/preconditions';
import { genericWorlds } from '#worlds/generic';
import * as own from './fixes.ts';
import { kernelOf, shownIn, windowsIn, worldOf } from './support.ts';

interface Row {
  readonly window: string;
  readonly world: string;
  /** Kernel, and commits or example fixes added to it. */
  readonly found?: string;
  readonly absent?: string;
  /** Changes made by this test, in the kernel where it is found, or is absent. */
  readonly opener?: Commit;
  readonly closer?: Commit;
}

const pci = 'walk+bind | dt/pci';
const amba = 'walk+bind | dt/amba';
const addPci = 'walk+add | dt/pci';
const parsed = 'hand:walk+walk parsed';
const exynos = 'hand:walk+bind exynos';
const buffers = 'hand:walk+bind buffers';
const acpiTwo = 'hand:walk+bind acpi two';
const dtTwo = 'walk+bind | dt/platform/populate/arm-smmu@0.after+arm-smmu@1.after';

const rows: readonly Row[] = [
  { window: 'C01', world: parsed, found: '6.1', absent: '6.2' },
  { window: 'C02', world: parsed, found: '6.1', absent: '6.2' },
  { window: 'C03', world: amba, found: '6.2', absent: '6.7' },
  { window: 'C04', world: amba, found: '6.6', absent: '6.7' },
  { window: 'C05', world: exynos, found: '6.6', absent: '6.6 +b46064a18810' },
  { window: 'C05', world: exynos, absent: '6.6.y' },
  { window: 'C06', world: exynos, found: '6.6 +b46064a18810', absent: '6.6.y' },
  { window: 'C06', world: exynos, absent: '6.10 +b46064a18810' },
  { window: 'C07', world: exynos, found: '6.8', absent: '6.15-rc1' },
  { window: 'C08', world: addPci, found: '6.15-rc1', absent: '6.15.1' },
  { window: 'C09', world: pci, found: '6.15-rc1', absent: '6.15.1' },
  { window: 'C10', world: pci, found: '7.2', absent: '7.2 +c10-settled.ts' },
  { window: 'C10', world: 'walk+bind | acpi/pci', found: '6.15.1' },
  { window: 'C11', world: 'walk+add | parent-driver', found: '7.2', absent: '6.14' },
  { window: 'C12', world: 'hand:walk+bind lazy shared two', found: '7.2', absent: '6.14' },
  { window: 'C12', world: 'hand:walk+bind lazy shared parsed', found: '6.14', absent: '6.4' },
  { window: 'C13', world: acpiTwo, found: '6.15.1', absent: '7.2 +c13-ready-per-instance.ts' },
  { window: 'C14', world: pci, found: '7.2', absent: '7.2 +c14-defer-in-flight.ts' },
  { window: 'C15', world: addPci, found: '7.2', absent: '7.2 +c14-defer-in-flight.ts' },
  { window: 'C16', world: pci, found: '6.15.0', absent: '7.2' },
  { window: 'C16', world: amba, found: '7.2', absent: '6.14' },
  {
    window: 'C17',
    world: 'hand:walk+bind cdx',
    found: '7.2',
    absent: '7.2',
    closer: own.cdxReturns,
  },
  { window: 'C18', world: 'hand:walk+bind mediatek', found: '6.15-rc1', absent: '6.15.0' },
  { window: 'C18', world: 'hand:walk+bind acpi virtio', found: '6.16', absent: '6.17' },
  { window: 'C19', world: 'hand:refuse+bind', found: '7.2', absent: '6.14' },
  { window: 'C19', world: 'hand:fail+bind', found: '6.1', absent: '6.0' },
  { window: 'C20', world: 'hand:refuse+walk', found: '6.15.1' },
  { window: 'C21', world: 'hand:unbind+add', found: '7.2' },
  { window: 'C21', world: 'hand:unbind+add', found: '6.0' },
  { window: 'C22', world: 'hand:walk+bind+timeout', found: '7.2' },
  { window: 'C23', world: pci, found: '7.2', opener: own.noTriggerCount, absent: '7.2' },
  { window: 'C24', world: buffers, found: '7.2', opener: own.readyBehindGroup, absent: '7.2' },
  { window: 'C24', world: buffers, found: '6.12', opener: own.listedUnlocked, absent: '6.12' },
  { window: 'C25', world: 'dma-ranges', found: '7.2', absent: '6.14' },
  { window: 'C25', world: 'hand:walk+bind exynos ranges', absent: '6.14' },
  { window: 'C26', world: 'hand:walk+bind flags', found: '7.1', absent: '7.2' },
  { window: 'C27', world: 'hand:add+attach dt', found: '6.5', absent: '6.6' },
  { window: 'C27', world: 'hand:add+attach dt', found: '6.15.1', absent: '7.1' },
  { window: 'C27', world: 'hand:add+attach acpi', found: '6.15.1', absent: '7.1' },
  { window: 'C28', world: 'walk+del/1', found: '7.2' },
  { window: 'C28', world: 'hand:walk+del intel', found: '6.0' },
  { window: 'C29', world: 'hand:walk+bind managed', found: '7.2', absent: '6.14' },
  { window: 'C29', world: 'hand:walk+bind managed intel', found: '6.0' },
  { window: 'C31', world: acpiTwo, found: '7.2', absent: '7.2 +c13-ready-per-instance.ts' },
  { window: 'C31', world: acpiTwo, found: '6.0' },
  { window: 'C33', world: 'hand:mock add', found: '6.18', absent: '6.17' },
  { window: 'C33', world: 'hand:mock add', absent: '6.18.y' },
  { window: 'C34', world: 'hand:walk+del shared', found: '7.2' },
  { window: 'C34', world: 'hand:walk+del intel', found: '6.0' },
  { window: 'C35', world: pci, found: '6.12', absent: '6.15-rc1' },
  {
    window: 'C36',
    world: 'walk+add | acpi/pci',
    found: '7.2',
    absent: '7.2 +c14-defer-in-flight.ts',
  },
  { window: 'C37', world: amba, found: '6.6', absent: '6.8' },
  { window: 'C38', world: parsed, found: '6.2', absent: '6.6' },
  { window: 'C39', world: dtTwo, found: '6.8', absent: '6.11' },
  { window: 'C40', world: 'hand:walk+walk order', found: '7.2', absent: '6.14' },
  { window: 'C41', world: 'hand:scan acs dt', found: '6.18', absent: '7.1' },
  { window: 'C41', world: 'hand:walk acs intel', found: '6.12.y +c41e2fb67e26', absent: '6.12.y' },
];

const file = new URL('./golden/schedules.txt', import.meta.url);
const update = process.env['RACEWINDOW_UPDATE'] !== undefined;
const pinned = new Map(
  (update ? '' : readFileSync(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' = ') as [string, string]),
);

describe('each window', () => {
  const seen: string[] = [];

  test.each(rows.filter((row) => row.found !== undefined))(
    '$window is found in $found, $world',
    async ({ window, world, found = '', opener }) => {
      const revision = await kernelOf(found, opener ? [opener] : []);
      const shown = shownIn(worldOf(world), revision, window);
      expect(shown).not.toBeNull();
      if (!shown) return;
      const name = `${window} ${found}, ${world}`;
      const line = `${shown.report}, ${shown.preemptions} preemptions, ${shown.schedule}`;
      seen.push(`${name} = ${line}`);
      if (update) writeFileSync(file, `${seen.join('\n')}\n`);
      else expect(line).toBe(pinned.get(name));
    },
  );

  test.each(rows.filter((row) => row.absent !== undefined))(
    '$window is absent in $absent, $world',
    async ({ window, world, absent = '', closer }) => {
      const revision = await kernelOf(absent, closer ? [closer] : []);
      expect(windowsIn(worldOf(world), revision)).not.toContain(window);
    },
  );

  test('of locks shows as a cycle in their order: C30 in 6.14, not in 6.15', async () => {
    const derived = genericWorlds().find((w) => w.classKey === 'hand:walk+cpu intel');
    const of = async (name: string) =>
      exploreWorld(derived!, await kernelOf(name)).sightings.map((s) => s.window);
    expect(await of('6.14')).toContain('C30');
    expect(await of('6.13')).not.toContain('C30');
    expect(await of('6.15.0')).not.toContain('C30');
  });

  test('of links is there by default, and gone with fw_devlink.strict=1: C32', async () => {
    const derived = genericWorlds().find((w) => w.classKey === 'hand:walk+bind exynos');
    const world = derived!.world;
    const strict = { ...world, switches: { ...world.switches, strictDevlink: true } };
    const options = { statesMax: 60_000, preemptions: 0 };
    for (const name of ['6.1', '6.12', '7.2']) {
      const revision = await kernelOf(name);
      const byDefault = exploreWorld(derived!, revision, options);
      expect(byDefault.reached).toContain(factOf['C32']);
      const strictly = exploreWorld({ ...derived!, world: strict }, revision, options);
      expect([strictly.bounded, strictly.reached.includes('a bind')]).toEqual([false, true]);
      expect(strictly.reached).not.toContain(factOf['C32']);
    }
  });

  test('of the catalogue has a row, but for those of another kind', () => {
    const other = ['C30', 'C32'];
    const ids = windows.map((w) => w.id).filter((id) => !other.includes(id));
    expect([...new Set(rows.map((row) => row.window))].sort()).toEqual(ids);
  });
});
