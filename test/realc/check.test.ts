// SPDX-License-Identifier: GPL-2.0-only
// The windows of 7.2 and 6.12 in the kernel's own C, by exploration.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildTree, type KernelImage } from '#realc/build/image';
import { searchSource } from '#realc/search/layers';
import { SourceRunner } from '#realc/search/run';
import { searchWorld } from '#realc/search-world';
import { sourceWorld } from '#realc/worlds';
import { isLeftOut } from '../support/sweep.ts';
import { cc, edit, NO_LIMIT_MS, treeOrSkip } from './helpers.ts';

const OPTIONS = {
  strategy: { kind: 'bound', preemptions: 1 },
  timeMaxMs: NO_LIMIT_MS,
  statesMax: null,
  properties: null,
} as const;

const show = (image: KernelImage, world: string) => {
  const { search, findings } = searchWorld(image, sourceWorld(world)!, OPTIONS);
  return { search, findings, keys: findings.map((f) => `${f.property} ${f.window}`) };
};

const tree72 = treeOrSkip('7.2', 'the windows of 7.2 in its own C');

describe.skipIf(!tree72)('7.2 as shipped', () => {
  let image: KernelImage;
  beforeAll(async () => {
    image = await buildTree(tree72!, { cc });
  });

  it('shows C10 and C14, and not C09', () => {
    const { keys, search, findings } = show(image, 'bystanders');
    expect(keys).toContain('P1 C10');
    expect(keys).toContain('P3 C14');
    expect(keys.filter((k) => k.endsWith('C09') || k.endsWith('null'))).toEqual([]);
    // The precondition of C09 was reached: a client met its IOMMU while that was registering.
    expect([...search.hits]).toContain('deferred-while-registering');
    expect([...search.hits]).toContain('retries');
    const c14 = findings.find((f) => f.window === 'C14' && f.property === 'P3')!;
    const step = c14.trace.find((s) => s.object.endsWith('.eth') && s.field === 'iommu')!;
    expect(step.file).toBe('drivers/iommu/iommu.c');
    expect(step.line).toBeGreaterThan(100);
  });

  it('shows no C09 with two preemptions, and everything that needs fewer', () => {
    const { search, findings } = searchWorld(image, sourceWorld('two-drivers')!, {
      ...OPTIONS,
      strategy: { kind: 'bound', preemptions: 2 },
    });
    expect(search.complete).toBe(true);
    expect(new Set(findings.map((f) => f.window))).toEqual(new Set(['C10', 'C14']));
  });

  it('shows C13 where a client names two IOMMUs', () => {
    const { findings } = show(image, 'two-specifiers');
    const c13 = findings.find((f) => f.property === 'P1' && f.window === 'C13');
    // The test that warns, not what prints the warning.
    expect(c13?.witness.facts['at']).toMatch(/^drivers\/iommu\/iommu\.c:\d+$/);
  });

  it.each([
    ['C15', 'device-add', 2],
    ['C36', 'two-walks', 1],
  ])('shows %s in %s with %i preemptions, at the words that decide', (window, world, bound) => {
    const runner = new SourceRunner(image, sourceWorld(world)!);
    const { findings } = searchSource(runner, {
      bound,
      focus: (word) => runner.events.view.decides(word),
      enough: (report) => report.window === window,
      timeMaxMs: NO_LIMIT_MS,
    });
    const found = findings.find((f) => f.report.window === window);
    expect(found?.plan.preemptions.length).toBe(bound);
  });

  it('shows C16 on AMBA, where the driver is followed that was computed from NULL', () => {
    const c16 = show(image, 'amba').findings.find((f) => f.window === 'C16');
    expect([c16?.property, c16?.preemptions]).toEqual(['P5', 1]);
    expect(c16?.trace.at(-1)?.events).toEqual(['driver-from-null b0000000.dma']);
    expect(c16?.witness.facts['at']).toMatch(/^amba_dma_configure drivers\/amba\/bus\.c:\d+$/);
  });

  it.each(['wide-mask', 'narrow-mask'])(
    'shows C44 in %s, behind an IOMMU and behind none',
    (name) => {
      for (const world of [name, `${name}-bare`]) {
        const found = show(image, world).findings.filter((f) => f.window === 'C44');
        expect(found.map((f) => [f.property, f.preemptions])).toEqual([['P15', 1]]);
        const stores = found[0]!.trace.filter((s) => s.events.some((e) => /^dma-mask-/.test(e)));
        // The kernel's own functions: nothing stands in for them.
        const files = new Set(stores.map((s) => `${s.file} ${s.function}`));
        expect(files).toEqual(
          new Set([
            'drivers/of/device.c of_dma_configure_id',
            'kernel/dma/mapping.c dma_set_mask',
            'kernel/dma/mapping.c dma_set_coherent_mask',
          ]),
        );
      }
    },
  );

  it.skipIf(isLeftOut)('shows no C44 once the bind alone limits the masks', async () => {
    const name = 'c44-masks-at-bind.patch';
    const patch = { name, text: readFileSync(`examples/patches/${name}`, 'latin1') };
    const patched = await buildTree(tree72!, { cc, patches: [patch] });
    for (const world of ['wide-mask', 'narrow-mask', 'wide-mask-bare', 'narrow-mask-bare']) {
      const after = show(patched, world).keys;
      expect(after).not.toContain('P15 C44');
      expect(show(image, world).keys).toEqual(expect.arrayContaining(after));
    }
  });

  it('shows the same when no run is left out', () => {
    const world = sourceWorld('two-drivers')!;
    const keys = (full: boolean) => {
      const r = searchSource(new SourceRunner(image, world), { bound: 1, full });
      return r.findings.map((f) => `${f.report.property} ${f.report.window}`).sort();
    };
    expect(keys(false)).toEqual(keys(true));
  });

  it('shows nothing with strict device links', () => {
    expect(show(image, 'strict-devlink').keys).toEqual([]);
  });

  it('shows C09 once the check of ready is gone', async () => {
    const marker = '!dev->iommu && !READ_ONCE(iommu->ready)';
    const patch = edit(tree72!, 'drivers/iommu/iommu.c', marker, [], 2);
    const broken = await buildTree(tree72!, { cc, patches: [patch] });
    const { findings } = show(broken, 'two-drivers');
    const c09 = findings.find((f) => f.window === 'C09');
    expect(c09?.property).toBe('P1');
    expect(c09!.preemptions).toBeLessThanOrEqual(2);
  });
});

const tree612 = treeOrSkip('6.12', 'the windows of 6.12 in its own C');

describe.skipIf(!tree612)('6.12', () => {
  it('shows neither C09 nor C14, but bystanders that the walk leaves without a group', async () => {
    const image = await buildTree(tree612!, { cc });
    const { keys } = show(image, 'bystanders');
    expect(keys).toContain('P8 C07');
    expect(keys.filter((k) => /C09|C14/.test(k))).toEqual([]);
    const { search, findings } = searchWorld(image, sourceWorld('two-drivers')!, {
      ...OPTIONS,
      strategy: { kind: 'bound', preemptions: 2 },
    });
    expect(search.complete).toBe(true);
    expect(findings.filter((f) => /C09|C14/.test(`${f.window}`))).toEqual([]);
  });
});
