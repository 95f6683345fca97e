// SPDX-License-Identifier: GPL-2.0-only
// The machines whose tables QEMU made, checked under two kernels: known windows and no others.
import { afterAll, expect, test } from 'vitest';
import { readTablesFolder } from '#firmware/acpi/folder';
import { findRevision } from '#kernel/index';
import { type Platform, platformOf } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';

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

const machines: readonly (readonly [string, Record<string, readonly string[]>])[] = [
  ['q35-intel-iommu', none],
  ['q35-intel-iommu-dt', none],
  ['q35-amd-iommu', none],
  ['q35-virtio-iommu', alone],
  ['q35-virtio-iommu-bypass', several('C18')],
  ['virt-smmuv3', several('C35')],
  ['virt-smmuv3-pxb-bypass', several('C35')],
  ['virt-virtio-iommu', alone],
];
const cases = machines.flatMap(([name, windows]) =>
  Object.entries(windows).map(([kernel, expected]) => [name, kernel, expected] as const),
);
afterAll(() => expect(cases).toHaveLength(16));

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

test('a machine without an IOMMU has nothing to check', async () => {
  expect(machine('virt-noiommu-its').iommus).toEqual([]);
});
