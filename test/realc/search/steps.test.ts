// SPDX-License-Identifier: GPL-2.0-only
// All classes of runs of a world of 7.2, held against its layers and against random runs.

import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '#base/assert';
import { buildTree, type KernelImage } from '#realc/build/image';
import { outcomeRule, sampleRuns } from '#realc/conform/conform';
import { searchSource } from '#realc/search/layers';
import { SourceRunner } from '#realc/search/run';
import { searchSteps } from '#realc/search/steps';
import type { SearchFinding } from '#realc/search/tally';
import { searchWorld } from '#realc/search-world';
import { sourceWorld } from '#realc/worlds';
import { every } from '../../support/sweep.ts';
import { cc, edit, NO_LIMIT_MS, treeOrSkip } from '../helpers.ts';

/** A search of a world by one way, and what all its runs came to. */
function outcomesOf(image: KernelImage, name: string, how: (r: SourceRunner) => void) {
  const outcomes = new Set<string>();
  const world = must(sourceWorld(name), name);
  how(new SourceRunner(image, world, { more: (ctx) => [outcomeRule(ctx, outcomes)] }));
  return outcomes;
}

const options = {
  timeMaxMs: NO_LIMIT_MS,
  properties: null,
  strategy: { kind: 'source-dpor' },
} as const;

const tree612 = treeOrSkip('6.12', 'source-DPOR on 6.12');

describe.skipIf(!tree612)('every class of runs of 6.12', () => {
  let image: KernelImage;
  beforeAll(async () => {
    image = await buildTree(tree612!, { cc });
  });

  it.each(every(2, ['two-drivers', 'two-drivers-smmu-v2']))(
    'comes to all that layers and random runs of %s come to',
    (name) => {
      const found = new Set<string>();
      const keep = (s: { complete: boolean; findings: readonly SearchFinding[] }): string[] => {
        expect(s.complete).toBe(true);
        return s.findings.map(({ report }) => `${report.property} ${report.window}`);
      };
      const all = outcomesOf(image, name, (r) => {
        for (const key of keep(searchSteps(r, {}))) found.add(key);
      });
      const layers = outcomesOf(image, name, (r) => {
        for (const key of keep(searchSource(r, { bound: 2 }))) expect([...found]).toContain(key);
      });
      const random = outcomesOf(image, name, (r) => {
        searchSource(r, { bound: 0 });
        sampleRuns(r, 5000, () => undefined);
      });
      expect([...layers].filter((o) => !all.has(o))).toEqual([]);
      expect([...random].filter((o) => !all.has(o))).toEqual([]);
      expect(layers.size).toBeGreaterThan(1);
    },
  );

  it('proves that two-drivers has neither C09 nor C14, and says when it did not get so far', () => {
    const world = must(sourceWorld('two-drivers'), 'two-drivers');
    const { search, findings } = searchWorld(image, world, { ...options, statesMax: null });
    expect(search.complete).toBe(true);
    expect(search.classes).toBeGreaterThan(1000);
    expect(new Set(findings.map((f) => f.window))).toEqual(new Set(['C35']));
    // The layers come first, so that each finding has the fewest preemptions.
    expect(findings.every((f) => f.minimal && f.preemptions === 1)).toBe(true);
    const short = searchWorld(image, world, { ...options, statesMax: 1000 });
    expect(short.search.complete).toBe(false);
    expect(short.search.limit).toBe('runs-max');
  });
});

const tree = treeOrSkip('7.2', 'source-DPOR on 7.2');

describe.skipIf(!tree)('classes of runs of 7.2', () => {
  it('shows C09 once the check of ready is gone', async () => {
    const marker = '!dev->iommu && !READ_ONCE(iommu->ready)';
    const patch = edit(tree!, 'drivers/iommu/iommu.c', marker, [], 2);
    const broken = await buildTree(tree!, { cc, patches: [patch] });
    const runner = new SourceRunner(broken, must(sourceWorld('two-drivers'), 'two-drivers'));
    const { findings } = searchSteps(runner, { enough: (report) => report.window === 'C09' });
    expect(findings.map((f) => f.report.window)).toContain('C09');
  });
});
