// SPDX-License-Identifier: GPL-2.0-only
// The search takes runs up at checkpoints, and learns which locks may matter.

import { expect, it } from 'vitest';
import { buildTree } from '#realc/build/image';
import { searchSource } from '#realc/search/layers';
import { onCycles } from '#realc/search/learn';
import type { Plan, RunResult } from '#realc/search/plan';
import { SourceRunner } from '#realc/search/run';
import { sourceWorld } from '#realc/worlds';
import { every } from '../../support/sweep.ts';
import { cc, treeOrSkip } from '../helpers.ts';

it('a lock that is taken in two orders is on a cycle, one that is always last is not', () => {
  const order = new Map([
    [1, new Set([2, 9])],
    [2, new Set([3])],
    [3, new Set([1])],
    [4, new Set([1])],
  ]);
  expect([...onCycles(order)].sort()).toEqual([1, 2, 3]);
});

const tree = treeOrSkip('7.2', 'runs from checkpoints of 7.2');

it.skipIf(!tree)('a run taken up at a checkpoint is the run from its beginning', async () => {
  const image = await buildTree(tree!, { cc });
  for (const name of every(3, ['two-drivers', 'async-probe', 'device-add'])) {
    const runner = new SourceRunner(image, sourceWorld(name)!);
    const { mem } = runner.machine;
    const log = (): string => mem.log.slice(0, mem.logLength).join();
    // The numbers of a plan count the switch points of its time only.
    const points = (): number => mem.map.reduce((n, bits) => n + (bits & 1), 0);
    const text = (r: RunResult): string => JSON.stringify({ ...r, demoted: 0 });
    const seen: { plan: Plan; result: string; log: string; points: number }[] = [];
    let runs = 0;
    searchSource(runner, {
      bound: 2,
      runsMax: 1500,
      onRun(plan, result) {
        if (runs++ % 3 === 0)
          seen.push({ plan, result: text(result), log: log(), points: points() });
      },
    });
    const same = seen.filter((s) => s.points === points());
    expect(same.length).toBeGreaterThan(20);
    for (const s of same) {
      expect(text(runner.run(s.plan))).toBe(s.result);
      expect(log()).toBe(s.log);
    }
  }
});
