// SPDX-License-Identifier: GPL-2.0-only
// Why a finding is no other window that is seen in the same way: held against the catalogue, the
// commits of the kernel, and what the run is told as once its own window is unknown.
import { describe, expect, test } from 'vitest';
import { Machine } from '#checker/machine/machine';
import { replay } from '#checker/program/schedule';
import { type Revision, withCommits } from '#kernel/index';
import { propertyOf } from '#properties/index';
import { alikeOf } from '#run/alike';
import { checkWorld } from '#run/check-world';
import { watchedScene } from '#run/watched-scene';
import { needsOf, openWays, windowById, windows } from '#windows/index';
import type { World } from '#worlds/world';
import { kernelOf, worldOf } from '../windows/support.ts';

const scenes: readonly (readonly [scene: string, kernel: string])[] = [
  ['walk+bind exynos', '6.15.0'],
  ['walk+bind exynos', '7.2'],
  ['walk+bind acpi two', '7.2'],
  ['walk+bind+timeout', '6.15.0'],
  ['walk+bind cdx', '7.2'],
  ['walk+del', '6.6'],
  ['fail+bind+retry', '6.12'],
  ['unbind+add', '6.6'],
  ['walk+bind managed', '7.2'],
];

/** What a world shows, with a run each, and why it is no other window. */
function shown(world: World, revision: Revision) {
  const { findings } = checkWorld(world, revision, {
    properties: null,
    strategy: { kind: 'bound', preemptions: 1 },
    statesMax: 8000,
    timeMaxMs: null,
  });
  return findings.map((f) => {
    const run = { ...f, subject: f.witness.subject };
    return { run, alike: alikeOf(world, revision, run) };
  });
}

/** What the run is told as where the signatures of its own window are not asked. */
function withoutOwn(world: World, revision: Revision, run: ReturnType<typeof shown>[0]['run']) {
  const scene = watchedScene(world, revision, null);
  const signatures = scene.signatures.filter((s) => s.window !== run.window);
  const again = replay(new Machine({ ...scene, signatures }), run.schedule);
  if (!again.ok) throw new Error(again.error.message);
  return again.value.reports
    .map(({ report }) => report)
    .filter((r) => propertyOf(r.property) === run.property && r.subject === run.subject)
    .map((r) => r.window);
}

describe.each(scenes)('what %s shows under %s', (name, kernel) => {
  test('is held against each other window of its symptom', async () => {
    const [world, revision] = [worldOf(`hand:${name}`), await kernelOf(kernel)];
    const all = shown(world, revision);
    expect(all.length).toBeGreaterThan(0);
    for (const { run, alike } of all) {
      const others = windows.filter((w) => w.symptomOf.includes(run.property));
      const ids = others.map(({ id }) => id).filter((id) => id !== run.window);
      expect(alike.map((a) => a.window).sort()).toEqual(ids);
      const fitting = alike.filter(({ because }) => because.startsWith('it fits as well'));
      const told = withoutOwn(world, revision, run);
      for (const { window, because } of alike) {
        const what = [name, kernel, run.property, run.window, window, because];
        const entry = windowById(window)!;
        const open = openWays(entry, revision.commits, world).length > 0;
        const closers = /^closed here by (.*)$/.exec(because)?.[1]?.match(/[0-9a-f]{12}/g);
        const takes = /^it takes (.*), which this run does not have$/.exec(because)?.[1];
        expect([...what, open]).toEqual([
          ...what,
          /^(it fits|it takes .*have$|another)/.test(because),
        ]);
        if (closers) {
          const taken = withCommits(revision, { without: closers });
          const reopened = !taken.ok || openWays(entry, taken.value.commits, world).length > 0;
          expect([...what, reopened]).toEqual([...what, true]);
        }
        if (takes) expect(needsOf(window).every((need) => takes.includes(need))).toBe(true);
        if (because.startsWith('another order: ')) {
          expect(because.toLowerCase()).toBe(`another order: ${entry.title}`.toLowerCase());
          expect([...what, told.includes(window)]).toEqual([...what, false]);
        }
      }
      const next = told.find((id) => id !== null && ids.includes(id));
      if (fitting.length > 0) expect(next).toBeDefined();
    }
  });
});

test('C09 and C10 of one client are told apart by their orders', async () => {
  const [world, revision] = [worldOf('hand:walk+bind exynos'), await kernelOf('6.15.0')];
  const late = shown(world, revision).filter(({ run }) => run.property === 'P1');
  const of = (id: string) => late.find(({ run }) => run.window === id)!.alike;
  const order = (id: string) => of(id).filter((a) => a.because.startsWith('another order'));
  expect(order('C09').map((a) => a.window)).toContain('C10');
  expect(order('C10').map((a) => a.window)).toContain('C09');
  expect(of('C09').find((a) => a.window === 'C13')!.because).toBe(
    'not here yet: it came with da33e87bd2bf (v6.16-rc1)',
  );
  const fixed = shown(world, await kernelOf('7.2')).find(({ run }) => run.property === 'P1')!;
  expect(fixed.alike.find((a) => a.window === 'C09')!.because).toBe(
    'closed here by da33e87bd2bf (v6.16-rc1)',
  );
});
