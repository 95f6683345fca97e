// SPDX-License-Identifier: GPL-2.0-only
// What rules and windows are about comes about in the kernel's own C where it does in the model; a
// check of the C says `not reached` elsewhere, and the way that it names leads there.

import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '#base/assert';
import { defaultCheck } from '#questions/check';
import { revisionOfTree } from '#questions/index';
import { buildTree, type KernelImage } from '#realc/build/image';
import { checkSource } from '#realc/check';
import { whyUnasked } from '#realc/search/blind';
import { learn } from '#realc/search/learn';
import { SourceRunner } from '#realc/search/run';
import { sourceWorld } from '#realc/worlds';
import { exitCodeOf } from '#report/exit';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { preconditionsOf, windows } from '#windows/index';
import type { World } from '#worlds/world';
import { cc, NO_LIMIT_MS, treeOrSkip } from './helpers.ts';

const all = windows.map(({ id }) => id);
const needs = preconditionsOf(all);
const isOurs = (id: string): boolean => needs.includes(id) || id.endsWith(' is asked');
const named = (name: string): World => must(sourceWorld(name), name);

/** What comes about in random runs of the C. */
function inTheC(image: KernelImage, world: World): string[] {
  const runner = new SourceRunner(image, world, { windows: all });
  learn(runner);
  return [...runner.watch.hits].filter(isOurs).sort();
}

/** What comes about in any order of the model, but for what no scene of the C tells. */
function inTheModel(image: KernelImage, world: World): string[] {
  const { seen, bounded } = runWorld({
    ask: 'check',
    world,
    kernel: specOf(must(revisionOfTree(image.version.text), image.version.text), []),
    properties: null,
    windows: all,
    strategy: { kind: 'exhaustive' },
    statesMax: 100_000,
    timeMaxMs: null,
    minimiseMax: 0,
  });
  expect(bounded).toEqual([]);
  const isTold = (id: string): boolean => whyUnasked(id.split(' ')[0]!) === null;
  return seen.filter((id) => isOurs(id) && isTold(id)).sort();
}

const names = ['two-drivers', 'bystanders', 'second-instance', 'two-specifiers', 'deferred'];

describe.each(['7.2', '6.12'] as const)('the C of %s', (series) => {
  const tree = treeOrSkip(series, `what comes about in the C of ${series}`);
  let image: KernelImage;
  beforeAll(async () => {
    if (tree) image = await buildTree(tree, { cc });
  });
  it.skipIf(!tree).each([...names, 'pci-scan', 'acpi', 'narrow-mask'])(
    '%s: comes to what the model comes to',
    (name) => {
      const here = inTheC(image, named(name));
      expect(here).toEqual(inTheModel(image, named(name)));
      expect(here.length).toBeGreaterThan(5);
    },
  );
});

const tree = treeOrSkip('7.2', 'what a check of the C says of what it did not come to');

describe.skipIf(!tree)('a check of the C', () => {
  it('says not reached where a whole search did not come to it, and how to', async () => {
    const wanted = ['C09', 'C13', 'C26'];
    const check = {
      ...defaultCheck,
      windows: wanted,
      strategy: { kind: 'source-dpor' },
      timeMaxMs: NO_LIMIT_MS,
    } as const;
    const opt = { cc, check, world: 'strict-devlink', version: '0' };
    const report = await checkSource(tree!, null, opt);
    // Every class of runs was made: it is no limit that leaves it open.
    expect(report.coverage.bounded).toEqual([]);
    const rows = report.windows ?? [];
    expect(rows.map((w) => w.outcome)).toEqual(['not reached', 'not reached', 'n.a.']);
    expect(report.verdicts.map((v) => v.outcome)).not.toContain('holds');
    expect(exitCodeOf(report)).toBe(3);
    for (const { window, reach = [] } of rows.slice(0, 2)) {
      const [, name = ''] = /^--world (\S+) \(/.exec(reach[0] ?? '') ?? [];
      const led = inTheC(await buildTree(tree!, { cc }), named(name));
      expect(preconditionsOf([window]).some((id) => led.includes(id))).toBe(true);
    }
    expect(rows[2]?.reach?.[0]).toMatch(/^racewindow check --kernel 7\.2\S* --device \S+ \(/);
  });
});
