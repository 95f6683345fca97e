// SPDX-License-Identifier: GPL-2.0-only
// A class has one set of worlds: no device is judged by a world that is not its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { CheckOptions } from '#finding/report';
import { classesOf, kindOfKey, type Platform, readPlatform } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { actors } from '#worlds/actors';
import { worldsForPlatform } from '#worlds/derive';
import { genericWorlds } from '#worlds/generic';
import { shapeOf } from '#worlds/shape';
import { blob, type Spec } from '../firmware/blob.ts';
import { axes, kernel } from '../support/boards.ts';
import { draws } from '../support/sweep.ts';

function platformOf(nodes: Spec): Platform {
  const root = { compatible: 'a,board', '#address-cells': 1, '#size-cells': 1, ...nodes };
  const platform = readPlatform(blob(root));
  if (!platform.ok) throw new Error(platform.error.message);
  return platform.value;
}

const smmu = (phandle: number): Spec => ({
  compatible: 'arm,mmu-500',
  phandle,
  '#iommu-cells': 1,
});
const client = (...iommus: number[]): Spec => ({ compatible: 'x', iommus });

/** The worlds of one device asked for alone, and of it as one of all. */
function shapesOf(platform: Platform, name: string, prefer: readonly string[]): string[] {
  const acting = { ...axes, prefer, actors: actors.map(({ id }) => id) };
  const mine = worldsForPlatform(platform, acting).filter((w) => w.devices.includes(name));
  return [...new Set(mine.map((w) => shapeOf(w.world)))].sort();
}

const options: CheckOptions = {
  ...defaultCheck,
  properties: ['P2'],
};

const node = fc.oneof(
  { arbitrary: fc.constant('smmu' as const), weight: 1 },
  {
    arbitrary: fc.record({
      first: fc.nat(2),
      second: fc.option(fc.nat(2), { freq: 6 }),
      id: fc.nat(2),
      several: fc.boolean(),
      amba: fc.boolean(),
    }),
    weight: 4,
  },
);

/** Nodes at the root: three SMMUs at most, and clients of them with few ids, so groups arise. */
const boards = fc
  .tuple(fc.array(node, { minLength: 2, maxLength: 9 }), fc.boolean())
  .map(([list, mtk]) => {
    // MediaTek's can be unbound, and their probe may fail.
    const iommu = (phandle: number): Spec => ({
      ...smmu(phandle),
      ...(mtk ? { compatible: 'mediatek,mt8195-iommu-vdo' } : {}),
    });
    const count = Math.min(3, Math.max(1, list.filter((n) => n === 'smmu').length));
    let made = 0;
    const nodes: Record<string, Spec> = {};
    list.forEach((n, i) => {
      if (n === 'smmu') {
        if (made < count) nodes[`n${i}`] = iommu(++made);
        return;
      }
      const uses = [(n.first % count) + 1, n.id];
      if (n.several) uses.push((n.first % count) + 1, n.id + 8);
      if (n.second !== null) uses.push((n.second % count) + 1, n.id);
      const compatible = n.amba ? ['x', 'arm,primecell'] : 'x';
      nodes[`n${i}`] = { ...client(...uses), compatible };
    });
    while (made < count) nodes[`s${made}`] = iommu(++made);
    return nodes;
  });

describe('classes', () => {
  test('with one key have worlds of the same shapes, on whichever board', () => {
    const known = new Map<string, string>();
    fc.assert(
      fc.property(boards, (nodes) => {
        const platform = platformOf(nodes);
        for (const c of classesOf(platform)) {
          expect(kindOfKey(c.key)).toBe(c.kind);
          for (const name of c.devices) {
            const alone = shapesOf(platform, name, [name]);
            expect(alone).toEqual(shapesOf(platform, name, []));
            const shapes = alone.join('\n');
            expect(known.get(c.key) ?? shapes).toBe(shapes);
            known.set(c.key, shapes);
          }
        }
      }),
      { numRuns: draws(100), seed: 13 },
    );
    expect(known.size).toBeGreaterThan(50);
  });

  test('of one kind are apart where neighbours or a second IOMMU differ', () => {
    const keys = (nodes: Spec): string[] => classesOf(platformOf(nodes)).map((c) => c.key);
    const kind = 'dt/platform/populate/arm-smmu@0.after';
    expect(keys({ a: smmu(1), b: client(1, 1) })).toEqual([kind]);
    expect(keys({ a: smmu(1), b: client(1, 1), z: smmu(2) })).toEqual([
      `${kind}/second=iommu,client,other`,
    ]);
    const other = { ...smmu(2), compatible: 'arm,smmu-v3' };
    expect(keys({ a: smmu(1), b: client(1, 1), z: other })).toEqual([
      `${kind}/second=iommu,client,other:arm-smmu-v3`,
    ]);
    expect(keys({ a: smmu(1), b: client(1, 1), c: client(1, 2) })).toEqual([
      `${kind}/list=iommu,client,peer`,
      `${kind}/list=iommu,peer,client`,
    ]);
    expect(keys({ a: smmu(1), b: client(1, 1), c: client(1, 1) })).toEqual([
      `${kind}/shared/list=iommu,client,mate`,
      `${kind}/shared/list=iommu,mate,client`,
    ]);
  });

  test('that share a group have a world with a mate, whoever stands nearer', () => {
    const platform = platformOf({
      b: client(1, 1),
      c: client(1, 2),
      d: client(1, 2),
      e: client(1, 1),
      s: smmu(1),
    });
    for (const c of classesOf(platform)) {
      expect(c.key).toContain('mate');
      expect(c.key).toContain('peer');
    }
  });
});

test('the generic worlds are told apart by kind and name', () => {
  const names = genericWorlds().map((w) => `${kindOfKey(w.classKey)} | ${w.world.name}`);
  expect(new Set(names).size).toBe(names.length);
});

describe('a check of a whole board', () => {
  const nodes = {
    b: client(1, 1),
    c: client(1, 2),
    d: client(1, 2),
    e: client(1, 1),
    f: client(1, 3),
    s: smmu(1),
  };
  const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-classes-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  // A world of the very same names is explored once.
  const resume = path.join(dir, 'journal');
  const run = (devices: readonly string[] | null) =>
    checkPlatform(
      platformOf(nodes),
      { revision: kernel('7.2'), userFixes: [] },
      { ...options, devices, resume },
      '0',
    );

  test('says of each device what a check of it alone says', async () => {
    const whole = await run(null);
    const outcomes: string[] = [];
    for (const name of ['b', 'c', 'd', 'e', 'f']) {
      const alone = await run([name]);
      const outcomeIn = (report: typeof whole): string =>
        report.verdicts.find((v) => v.devices.includes(name))?.outcome ?? 'none';
      expect([name, outcomeIn(whole)]).toEqual([name, outcomeIn(alone)]);
      outcomes.push(outcomeIn(whole));
      const shows = alone.findings.length > 0;
      expect(whole.findings.some((f) => f.devices.includes(name))).toBe(shows);
    }
    // The board has both: otherwise this would say little.
    expect(new Set(outcomes)).toEqual(new Set(['holds', 'violated']));
  });
});
