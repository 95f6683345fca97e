// SPDX-License-Identifier: GPL-2.0-only
// What small worlds show under kernels old and new is named by windows that those kernels have, and
// none of it fits no window. `npm run agree` asks this of all worlds, of boards and of the C.
import { describe, expect, test } from 'vitest';
import { exploreWorld } from '#run/explore';
import { windowById } from '#windows/index';
import { disagreement } from '#windows/ways';
import { kernelOf, worldOf } from './support.ts';

const scenes = [
  ...['walk+bind exynos', 'walk+bind acpi two', 'walk+bind+timeout', 'walk+bind cdx'],
  ...['walk parsed', 'walk+del', 'unbind+add', 'fail+bind+retry', 'walk+bind managed'],
  ...['refuse+bind+retry', 'walk+bind mediatek', 'mock add', 'masks wide', 'masks narrow bare'],
  'fail+bind+retry mediatek',
];
const kernels = ['6.0', '6.6', '6.15.0', '7.2'];

describe.each(kernels)('under %s', (kernel) => {
  test.each(scenes)('what hand:%s shows has a window that is open there', async (scene) => {
    const world = worldOf(`hand:${scene}`);
    const derived = { world, classKey: world.classKey, devices: world.focus };
    const revision = await kernelOf(kernel);
    const options = { statesMax: 3000, preemptions: 1 };
    const faults = exploreWorld(derived, revision, options).sightings.flatMap((s) => {
      const known = s.window === null ? undefined : windowById(s.window);
      const fault = disagreement(known, revision.commits, world);
      return fault === null ? [] : [`${s.report}: ${fault}: ${s.because}`];
    });
    expect(faults).toEqual([]);
  });
});

test('there is something to be named in each scene', async () => {
  const shown = await Promise.all(
    scenes.map(async (scene) => {
      const world = worldOf(`hand:${scene}`);
      const derived = { world, classKey: world.classKey, devices: world.focus };
      const revision = await kernelOf(scene === 'walk parsed' ? '6.0' : '7.2');
      const options = { statesMax: 3000, preemptions: 1 };
      return exploreWorld(derived, revision, options).sightings.length > 0;
    }),
  );
  expect(scenes.filter((_, i) => !shown[i])).toEqual([]);
});

test('a window that is closed, or not open yet, and no window do not agree', async () => {
  const world = worldOf('hand:walk+bind exynos');
  const c09 = windowById('C09');
  const under = async (kernel: string) =>
    disagreement(c09, (await kernelOf(kernel)).commits, world);
  expect(await under('6.15.0')).toBeNull();
  expect(await under('6.14')).toBe('named C09, which is not open there');
  expect(await under('7.2')).toBe('named C09, which is not open there');
  expect(disagreement(undefined, [], world)).toBe('fits no window');
});
