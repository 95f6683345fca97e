// SPDX-License-Identifier: GPL-2.0-only
// Looking for one window ends with the first run that shows it, and misses none.
import { expect, test } from 'vitest';
import { exploreWorld } from '#run/explore';
import { lookFor } from '#run/look-for';
import { genericWorlds } from '#worlds/generic';
import { worldsWith } from '../support/worlds.ts';
import { kernelOf } from '../windows/support.ts';

const options = { statesMax: 60_000, preemptions: 1 };
const [pci] = worldsWith('walk+bind | dt/pci');
const windowsOf = (e: { sightings: readonly { window: string | null }[] }) =>
  e.sightings.map((s) => s.window);

test('the search ends with the first run that shows the window', async () => {
  const revision = await kernelOf('6.15.0');
  const ended = exploreWorld(pci, revision, { ...options, until: 'C09' });
  expect(windowsOf(ended)).toContain('C09');
  expect(ended.states).toBeLessThan(exploreWorld(pci, revision, options).states);
  expect(windowsOf(lookFor(pci, revision, 'C09', options))).toContain('C09');
});

test('what is absent is absent in all states', async () => {
  const { sightings, bounded } = lookFor(pci, await kernelOf('6.15.1'), 'C09', options);
  expect([sightings.map((s) => s.window).includes('C09'), bounded]).toEqual([false, false]);
});

test('a world whose order of locks is not seen in full is bounded, and no fault', async () => {
  const online = worldsWith('').find(({ world }) =>
    world.threads.some((thread) => thread.kind === 'cpu-online'),
  );
  const revision = await kernelOf('7.2');
  const all = exploreWorld(online!, revision, { statesMax: 60_000, preemptions: 0 });
  const cut = exploreWorld(online!, revision, { statesMax: 200, preemptions: 0 });
  expect([all.bounded, cut.bounded]).toEqual([false, true]);
});

test('what another window claims is not found', async () => {
  // Alone, C09 would explain the groups that are out of order in C07.
  const acpi = genericWorlds().find(
    ({ classKey, world }) =>
      classKey.startsWith('acpi/platform/populate/arm-smmu-v3@0.after/') &&
      world.name === 'walk+bind+retry/1 client/bystanders 1+0',
  )!;
  const revision = await kernelOf('6.12');
  const alone = exploreWorld(acpi, revision, { ...options, windows: ['C09'] });
  expect(windowsOf(alone)).toContain('C09');
  const found = windowsOf(lookFor(acpi, revision, 'C09', options));
  expect(found).toContain('C07');
  expect(found).not.toContain('C09');
});

test('layers of preemptions end with it as well', async () => {
  const revision = await kernelOf('6.15.0');
  const few = { statesMax: 60_000, preemptions: 1, layersOnly: true };
  const ended = exploreWorld(pci, revision, { ...few, until: 'C09' });
  expect([windowsOf(ended).includes('C09'), ended.bounded]).toEqual([true, true]);
  expect(ended.states).toBeLessThan(exploreWorld(pci, revision, few).states);
});
