// SPDX-License-Identifier: GPL-2.0-only
// The example fixes: each of them closes and opens what its head comment says.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleFix } from '#cli/fix';
import { findRevision, type Revision, withCommits } from '#kernel/index';
import { exploreWorld } from '#run/explore';
import { commitFromScript } from '#run/user-fix';
import { worldsWith } from '../support/worlds.ts';

const options = { statesMax: 40_000, preemptions: 2 };

function revision(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  return found.value;
}

/** @base with fixes and commits on it. */
async function withFixes(base: string, ...names: string[]): Promise<Revision> {
  let result = revision(base);
  for (const name of names) {
    const bundled = name.endsWith('.ts')
      ? await bundleFix(path.join('examples/fixes', name))
      : undefined;
    if (bundled && !bundled.ok) throw new Error(bundled.error.message);
    const loaded = bundled && commitFromScript(bundled.value);
    if (loaded && !loaded.ok) throw new Error(loaded.error.message);
    const changed = withCommits(result, { with: [loaded?.value ?? name] });
    if (!changed.ok) throw new Error(changed.error.message);
    result = changed.value;
  }
  return result;
}

/** `P1 C09`: what breaks in the world whose class or name ends so. */
function seen(r: Revision, scene: string, classEnd: string): string[] {
  const [derived] = worldsWith(`${scene} | ${classEnd}`);
  const { sightings } = exploreWorld(derived, r, options);
  return sightings.map((s) => `${s.report} ${s.window ?? 'new'}`);
}

const dtPci = ['walk+bind+retry', 'dt/pci'] as const;
const dtAmba = ['walk+bind+retry', 'dt/amba'] as const;
const acpiPci = ['walk+bind+retry', 'acpi/pci'] as const;
const acpiTwo = ['walk+bind acpi two', 'hand:'] as const;
const nested = ['probe registers a driver', 'hand:'] as const;

describe('the seed', () => {
  test('closes C09 on 6.15.0 and nothing else', async () => {
    const before = seen(revision('6.15.0'), ...dtPci);
    const after = seen(await withFixes('6.15.0', 'seed-ready.ts'), ...dtPci);
    expect(before).toContain('P1 C09');
    expect(after).not.toContain('P1 C09');
    expect(before).toEqual(expect.arrayContaining(after));
  });
});

describe('the unconditional test of ready', () => {
  test('leaves ACPI devices without IOMMU, though nothing races', async () => {
    const after = seen(await withFixes('7.2', 'unconditional-ready.ts'), ...acpiPci);
    expect(after).toContain('P3 new');
    expect(after).toContain('P8 new');
  });

  test('undoes the walk: each device is probed late, at its bind', async () => {
    const after = seen(await withFixes('7.2', 'unconditional-ready.ts'), ...nested);
    expect(seen(revision('7.2'), ...nested)).toEqual([]);
    expect(after.some((s) => s.startsWith('P1'))).toBe(true);
  });
});

describe('masks that are limited at a bind', () => {
  const scenes = ['wide', 'narrow', 'wide bare', 'narrow bare', 'wide ranges', 'narrow acpi'];

  test.each(scenes)('close C44 in hand:masks %s, and open nothing', async (scene) => {
    const where = [`masks ${scene}/1`, `hand:masks ${scene}`] as const;
    const before = seen(revision('7.2'), ...where);
    const after = seen(await withFixes('7.2', 'c44-masks-at-bind.ts'), ...where);
    expect(before).toContain('P15 C44');
    expect(after).not.toContain('P15 C44');
    expect(before).toEqual(expect.arrayContaining(after));
  });
});

describe('fixes that deadlock', () => {
  test('a match under the device lock waits for itself if a probe registers a driver', async () => {
    const fixed = await withFixes('6.18', 'match-under-device-lock.ts');
    expect(seen(fixed, ...nested)).toEqual(['deadlock new']);
  });

  test('the device lock in the walk is taken against the order of a bind', async () => {
    const fixed = await withFixes('7.2', 'walk-takes-device-lock.ts');
    expect(seen(fixed, ...dtPci)).toContain('deadlock new');
  });

  test('two walks that take it first wait for each other', async () => {
    const fixed = await withFixes('7.2', 'walk-takes-device-lock-first.ts');
    expect(seen(fixed, 'walk+walk', 'acpi/platform')).toContain('deadlock new');
  });
});

describe('our proposals', () => {
  test('C13 goes where each instance has to be ready', async () => {
    expect(seen(revision('7.2'), ...acpiTwo)).toContain('P3 C13');
    const after = seen(await withFixes('7.2', 'c13-ready-per-instance.ts'), ...acpiTwo);
    expect(after.filter((s) => s.endsWith('C13') || s.endsWith('new'))).toEqual([]);
  });

  test('C14 and C16 go where a bind waits for a probe in progress; C10 stays', async () => {
    const after = seen(await withFixes('7.2', 'c14-defer-in-flight.ts'), ...dtAmba);
    expect(after).toEqual(['P1 C10']);
  });

  test('the short fix for C10 closes it, and leaves C14', async () => {
    const after = seen(await withFixes('7.2', 'c10-not-bound.ts'), ...dtPci);
    expect(after.filter((s) => s.endsWith('C10'))).toEqual([]);
    expect(after).toContain('P3 C14');
  });

  test('nothing is left where the walk asks whether a bind has settled', async () => {
    const fixed = await withFixes('7.2', 'c10-settled.ts');
    for (const [scene, classEnd] of [dtPci, dtAmba, acpiPci, acpiTwo]) {
      expect(seen(fixed, scene, classEnd)).toEqual([]);
    }
  });
});

describe('the series against half probed devices', () => {
  const cdx = ['walk+bind cdx', 'hand:walk+bind cdx'] as const;
  const scenes = [dtPci, dtAmba, acpiPci, cdx, acpiTwo];
  const seenIn = (fixed: Revision) => scenes.map(([scene, end]) => seen(fixed, scene, end));

  test('its first patch leaves of C14 the warning alone, and C10 and C13', async () => {
    const fixed = await withFixes('7.2', 'half-probed-1.ts');
    const after = seenIn(fixed).flat();
    const left = after.filter((s) => s.endsWith('C14') || s.endsWith('new'));
    expect(new Set(left)).toEqual(new Set(['P1 C14']));
    expect(after).toEqual(expect.arrayContaining(['P1 C10', 'P3 C13']));
  });

  test('its second closes C10, C16 and C17, and leaves C13', async () => {
    const fixed = await withFixes('7.2', 'half-probed-2.ts');
    const after = seenIn(fixed);
    expect(after.slice(0, -1).flat()).toEqual([]);
    expect(after.at(-1)).toContain('P3 C13');
    expect(seen(revision('7.2'), ...cdx)).toContain('P3 C17');
  });

  test('the whole leaves nothing in these worlds', async () => {
    const fixed = await withFixes('7.2', 'half-probed.ts');
    expect(seenIn(fixed).flat()).toEqual([]);
  });

  test('the warning stays: without the check of ready C09 is told by it', async () => {
    const fixed = await withFixes('7.2', 'half-probed-2.ts');
    const unchecked = withCommits(fixed, { with: [], without: ['da33e87bd2bf'] });
    if (!unchecked.ok) throw new Error(unchecked.error.message);
    expect(seen(unchecked.value, ...dtPci)).toContain('P1 C09');
  });
});
