// SPDX-License-Identifier: GPL-2.0-only
// All classes of runs of a world of 7.2, held against its layers and against random runs.

import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '#base/assert';
import { buildTree, type KernelImage } from '#source/build';
import { outcomeRule, sampleRuns } from '#source/conform';
import { SourceRunner } from '#source/run';
import { searchSource } from '#source/search';
import { searchSteps } from '#source/search-steps';
import { searchWorld } from '#source/world';
import { sourceWorld } from '#source/worlds';
import { cc, edit, treeOrSkip } from './helpers.ts';

const tree = treeOrSkip('7.2', 'source-DPOR on 7.2');

/** A search of a world by one way, and what all its runs came to. */
function outcomesOf(image: KernelImage, name: string, how: (r: SourceRunner) => void) {
  const outcomes = new Set<string>();
  const world = must(sourceWorld(name), name);
  how(new SourceRunner(image, world, null, (ctx) => [outcomeRule(ctx, outcomes)]));
  return outcomes;
}

describe.skipIf(!tree)('every class of runs of 7.2', () => {
  let image: KernelImage;
  beforeAll(async () => {
    image = await buildTree(tree!, { cc });
  }, 900_000);

  it('comes to all that layers of two preemptions and random runs come to', () => {
    const found = new Set<string>();
    const all = outcomesOf(image, 'two-drivers', (r) => {
      const { complete, findings } = searchSteps(r, {});
      expect(complete).toBe(true);
      for (const { report } of findings) found.add(`${report.property} ${report.window}`);
    });
    const layers = outcomesOf(image, 'two-drivers', (r) => {
      const { complete, findings } = searchSource(r, { bound: 2 });
      expect(complete).toBe(true);
      for (const { report } of findings) {
        expect([...found]).toContain(`${report.property} ${report.window}`);
      }
    });
    const random = outcomesOf(image, 'two-drivers', (r) => {
      searchSource(r, { bound: 0 });
      sampleRuns(r, 5000, () => undefined);
    });
    expect([...layers].filter((o) => !all.has(o))).toEqual([]);
    expect([...random].filter((o) => !all.has(o))).toEqual([]);
    expect(layers.size).toBeGreaterThan(3);
  }, 600_000);

  it('proves that two-drivers has no C09, and says when it did not come to the end', () => {
    const options = { timeMaxMs: 600_000, properties: null, strategy: { kind: 'source' } } as const;
    const world = must(sourceWorld('two-drivers'), 'two-drivers');
    const { search, findings } = searchWorld(image, world, { ...options, statesMax: null });
    expect(search.complete).toBe(true);
    expect(search.classes).toBeGreaterThan(10_000);
    expect(new Set(findings.map((f) => f.window))).toEqual(new Set(['C10', 'C14']));
    expect([...search.hits]).toContain('deferred-while-registering');
    // The layers come first, so that each finding has the fewest preemptions.
    expect(findings.every((f) => f.minimal && f.preemptions === 1)).toBe(true);
    const short = searchWorld(image, world, { ...options, statesMax: 3000 });
    expect(short.search.complete).toBe(false);
    expect(short.search.limit).toBe('runs-max');
  }, 600_000);

  it('shows C09 once the check of ready is gone', async () => {
    const marker = '!dev->iommu && !READ_ONCE(iommu->ready)';
    const patch = edit(tree!, 'drivers/iommu/iommu.c', marker, [], 2);
    const broken = await buildTree(tree!, { cc, patches: [patch] });
    const runner = new SourceRunner(broken, must(sourceWorld('two-drivers'), 'two-drivers'));
    const { findings } = searchSteps(runner, { enough: (report) => report.window === 'C09' });
    expect(findings.map((f) => f.report.window)).toContain('C09');
  }, 900_000);
});
