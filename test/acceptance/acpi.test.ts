// SPDX-License-Identifier: GPL-2.0-only
// The machines whose tables QEMU made, checked under two kernels: known windows and no others. Some
// of them are left to `npm run test:sweep`.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTablesFolder } from '#firmware/acpi/folder';
import { findRevision } from '#kernel/index';
import { type Platform, platformOf } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { rowsOf } from '../support/sweep.ts';

function machine(name: string): Platform {
  const read = readTablesFolder(`test/fixtures/acpi/${name}`);
  if (!read.ok || !read.value) throw new Error(`${name} has no tables`);
  const platform = platformOf(read.value.firmware);
  if (!platform.ok) throw new Error(platform.error.message);
  return platform.value;
}

/** Windows by kernel; one client stands alone where a table names no other. */
const alone = { '6.12.y': ['C18'], '7.2': ['C10', 'C14', 'C15', 'C22', 'C36'] };
const several = (old: string): Record<string, readonly string[]> => ({
  '6.12.y': ['C07', old],
  '7.2': ['C10', 'C11', 'C14', 'C15', 'C22', 'C36'],
});
/** The units of these register before any driver of PCI is there. */
const none = { '6.12.y': [], '7.2': [] };

interface Machine {
  readonly name: string;
  readonly windows: Readonly<Record<string, readonly string[]>>;
  /** Left to the sweep: like another one here. */
  readonly sweep?: boolean;
}

const machines: readonly Machine[] = [
  { name: 'q35-intel-iommu', windows: none },
  { name: 'q35-intel-iommu-dt', windows: none },
  { name: 'q35-amd-iommu', windows: none },
  { name: 'q35-virtio-iommu', windows: alone, sweep: true },
  { name: 'q35-virtio-iommu-bypass', windows: several('C18'), sweep: true },
  { name: 'virt-smmuv3', windows: several('C35') },
  { name: 'virt-smmuv3-pxb-bypass', windows: several('C35'), sweep: true },
  { name: 'virt-virtio-iommu', windows: alone },
];
const cases = rowsOf(machines).flatMap(({ name, windows }) =>
  Object.entries(windows).map(([kernel, expected]) => [name, kernel, expected] as const),
);

test.each(cases)('%s under %s', async (name, kernel, expected) => {
  const revision = findRevision(kernel);
  if (!revision.ok) throw new Error(revision.error.message);
  const result = await checkPlatform(
    machine(name),
    { revision: revision.value, userFixes: [] },
    { ...defaultCheck, jobs: 1, toExplain: () => [] },
    '0',
  );
  expect(result.coverage.bounded).toEqual([]);
  expect([...new Set(result.findings.map((f) => f.window))].sort()).toEqual(expected);
  const outcomes = new Map(result.verdicts.map((v) => [v.property, v.outcome]));
  if (expected.length === 0) expect(outcomes.get('P3')).toBe('holds');
});

test('no machine is left out', () => {
  const recorded = readdirSync('test/fixtures/acpi').filter((name) => !name.includes('.'));
  const known = [...machines.map(({ name }) => name), 'virt-noiommu-its'];
  expect(recorded.sort()).toEqual(known.sort());
});

test('a machine without an IOMMU has nothing to check', async () => {
  expect(machine('virt-noiommu-its').iommus).toEqual([]);
});
