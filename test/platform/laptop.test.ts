// SPDX-License-Identifier: GPL-2.0-only
// The board that ships with the program: its blob is its source, and is understood as meant.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { must } from '#base/assert';
import { classesOf, type Platform, readPlatform } from '#platform/index';
import { renderBoard } from '#report/board';

const blobPath = 'examples/boards/laptop.dtb';

function laptop(): Platform {
  const result = readPlatform(new Uint8Array(readFileSync(blobPath)));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const dtc = spawnSync('dtc', ['--version']).status === 0;
if (!dtc) console.log('NOT COVERED: that laptop.dtb is laptop.dts, since dtc is not installed');

test.skipIf(!dtc)('the blob is what dtc makes of the source', () => {
  const args = ['-q', '-I', 'dts', '-O', 'dtb', 'examples/boards/laptop.dts'];
  const made = spawnSync('dtc', args);
  expect(made.status).toBe(0);
  expect(made.stdout.equals(readFileSync(blobPath))).toBe(true);
});

test('the GPU and its management unit are behind the GPU SMMU, before it on the bus', () => {
  const platform = laptop();
  const names = platform.devices.map((d) => d.name);
  for (const name of ['3d00000.gpu', '3d6a000.gmu']) {
    const device = must(
      platform.devices.find((d) => d.name === name),
      name,
    );
    expect(new Set(device.iommus.map((use) => use.iommu))).toEqual(new Set(['3da0000.iommu']));
    expect(names.indexOf(name)).toBeLessThan(names.indexOf('3da0000.iommu'));
  }
});

test('its clients are of five kinds', () => {
  const kinds = new Map<string, number>();
  for (const { kind, devices } of classesOf(laptop())) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + devices.length);
  }
  expect([...kinds]).toEqual([
    ['dt/platform/populate/arm-smmu@0.before', 5],
    ['dt/platform/populate/arm-smmu@0.before+arm-smmu@1.after', 1],
    ['dt/platform/populate/arm-smmu@0.after', 1],
    ['dt/platform/parent-driver/arm-smmu@0.after', 1],
    ['dt/pci/bus-scan/arm-smmu@0.other-bus', 2],
  ]);
});

test('its report is plain text of at most 75 columns that names every client', () => {
  const platform = laptop();
  const text = renderBoard(platform, { scenesOf: () => ['walk+bind+retry'] });
  expect(text).toMatch(/^[\n\x20-\x7e]+$/);
  expect(text.split('\n').filter((line) => line.length > 75)).toEqual([]);
  for (const device of platform.devices.filter((d) => d.iommus.length > 0)) {
    expect(text).toContain(device.name);
  }
  expect(text).toContain('10 clients of 5 kinds in 10 classes');
  expect(text).toContain('scene: walk+bind+retry');
});
