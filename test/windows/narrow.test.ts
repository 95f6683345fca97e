// SPDX-License-Identifier: GPL-2.0-only
// Looking for one window alone must see all that a look for all of them finds.
import { expect, test } from 'vitest';
import type { KernelSpec } from '#finding/finding';
import { computeMatrix } from '#questions/matrix';
import { exploreWorld } from '#run/explore';
import { specOf } from '#run/kernel-spec';
import { makeExplorer } from '#run/world-pool';
import { worldsWith } from '../support/worlds.ts';
import { kernelOf, worldOf } from './support.ts';

const options = { statesMax: 60_000, preemptions: 0 };

function derivedOf(words: string) {
  const world = worldOf(words);
  return worldsWith(words).find((w) => w.world.name === world.name)!;
}

test.each([
  ['C02', '6.1', 'hand:walk+walk parsed'],
  ['C08', '6.15-rc1', 'walk+add | dt/pci'],
  ['C12', '7.2', 'hand:walk+bind lazy shared two'],
  ['C14', '7.2', 'walk+bind | dt/pci'],
  ['C15', '7.2', 'walk+add | dt/pci'],
  ['C36', '7.2', 'walk+add | acpi/pci'],
])('%s in %s is seen alone as well', async (window, kernel, words) => {
  const revision = await kernelOf(kernel);
  const narrow = exploreWorld(derivedOf(words), revision, { ...options, windows: [window] });
  expect(narrow.bounded).toBe(false);
  expect(narrow.sightings.map((s) => s.window)).toContain(window);
});

test.each([
  ['C02', '6.2', 'hand:walk+walk parsed'],
  ['C08', '6.12', 'walk+add | dt/pci'],
  ['C36', '6.12', 'walk+add | acpi/pci'],
])('%s in %s is not', async (window, kernel, words) => {
  const revision = await kernelOf(kernel);
  const narrow = exploreWorld(derivedOf(words), revision, { ...options, windows: [window] });
  expect([narrow.bounded, narrow.sightings]).toEqual([false, []]);
});

test('a world that was cut off is explored again, and decides the same', async () => {
  const worlds = [derivedOf('walk+add | dt/pci'), derivedOf('hand:walk+bind exynos')];
  const kernels: KernelSpec[] = [];
  for (const name of ['6.6', '6.15.0', '6.15.1']) kernels.push(specOf(await kernelOf(name), []));
  const windows = ['C05', 'C08', 'C15', 'C36'];
  const of = async (firstStates: number) => {
    const question = { worlds, kernels, windows, options, firstStates };
    const { cells } = await computeMatrix(question, await makeExplorer(1));
    return cells.map((c) => `${c.window} ${c.kernel} ${c.state}`);
  };
  const twice = await of(50);
  expect(twice).toEqual(await of(options.statesMax));
  expect(twice).toContain('C08 6.15.0 found');
  expect(twice).toContain('C08 6.15.1 absent');
  expect(twice).toContain('C05 6.6 found');
});
