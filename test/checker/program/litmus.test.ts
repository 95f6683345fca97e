// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { reportKey } from '#finding/key';
import { benchWorlds } from '../../../bench/worlds.ts';
import { check } from '../../../src/checker/check.ts';
import { Machine } from '../../../src/checker/machine/machine.ts';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { type MemoryModel, underMemory } from '../../../src/checker/program/store-buffers.ts';
import { exhaustive } from '../../../src/checker/search/exhaustive.ts';
import { findRevision } from '../../../src/kernel/revisions.ts';
import { watchedScene } from '../../../src/run/watched-scene.ts';
import { litmusScene, litmusTests } from '../../support/checker/litmus/shapes.ts';
import { randomScene } from '../../support/checker/random-scene.ts';

describe('litmus tests', () => {
  for (const litmus of litmusTests) {
    for (const model of ['sc', 'tso', 'pso'] as const) {
      const allowed = litmus.allowed.includes(model);
      test(`${litmus.name} is ${allowed ? 'allowed' : 'forbidden'} under ${model}`, () => {
        const { outcome, findings } = check(litmusScene(litmus, model), { minimiseMax: 1000 });
        expect(findings.map((f) => f.report.property)).toEqual(allowed ? ['outcome'] : []);
        expect(outcome).toBe(allowed ? 'violated' : 'holds');
      });
    }
  }
});

const folder = fileURLToPath(new URL('../../support/checker/litmus/', import.meta.url));
/** tools/memory-model of a kernel tree: herd7 itself has no model of the kernel any more. */
const model = process.env['RACEWINDOW_LKMM'] ?? '';
const herd =
  existsSync(`${model}/linux-kernel.cfg`) &&
  spawnSync('herd7', ['-version'], { stdio: 'ignore' }).error === undefined;

describe.skipIf(!herd)('herd7 agrees with the files', () => {
  for (const name of readdirSync(folder).filter((f) => f.endsWith('.litmus'))) {
    test(name, () => {
      const [, expected] = /Result: (\w+)/.exec(readFileSync(`${folder}${name}`, 'utf8')) ?? [];
      const args = ['-conf', 'linux-kernel.cfg', `${folder}${name}`];
      const { stdout } = spawnSync('herd7', args, { cwd: model, encoding: 'utf8' });
      expect(stdout).toContain(`Observation ${name.replace('.litmus', '')}`);
      expect(stdout).toContain(` ${expected} `);
    });
  }
});

test.each(['tso', 'pso'] as const)('all that sc can show, %s can, too', (model) => {
  const keys = (scene: Scene): string[] | null => {
    const { found, bounded } = exhaustive(new Machine(scene), { statesMax: 20_000 });
    return bounded.length > 0 ? null : found.map(({ report }) => reportKey(report));
  };
  let compared = 0;
  for (let seed = 2; seed < 200; seed += 2) {
    const scene = randomScene(seed);
    const strong = keys(scene);
    if (strong === null || strong.length === 0) continue;
    for (const fields of [['cells.x'], ['cells.x', 'cells.y']]) {
      const weak = keys(underMemory(scene, model, fields));
      if (weak === null) continue;
      compared++;
      expect(weak, `seed ${seed}`).toEqual(expect.arrayContaining(strong));
    }
  }
  expect(compared).toBeGreaterThan(20);
});

describe('C24, the ordering of READY, on the registration scene itself', () => {
  const world = benchWorlds()[0]!;
  const found = findRevision('7.3');
  if (!found.ok) throw new Error(found.error.message);
  const scene = watchedScene(world, found.value, null);
  const published = ['iommu_device.ready', 'iommu_device.fwnode', 'device.bound'];
  const fields = [...published, 'device.iommu_group'];
  const keys = (model: MemoryModel): string[] => {
    const machine = new Machine(underMemory(scene, model, fields));
    const { found: reports, bounded } = exhaustive(machine);
    expect(bounded).toEqual([]);
    return [...new Set(reports.map(({ report: r }) => `${r.property} ${r.window}`))].sort();
  };

  test.each(['tso', 'pso'] as const)(
    'reordered stores of READY, fwnode, hwdev and group show nothing new under %s',
    (model) => {
      expect(keys(model)).toEqual(keys('sc'));
    },
  );
});
