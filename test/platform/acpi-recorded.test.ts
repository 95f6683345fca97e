// SPDX-License-Identifier: GPL-2.0-only
// ACPI machines that were booted: the groups of their logs, and the tables that QEMU made.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { functionsIn, readTablesFolder } from '#firmware/acpi/folder';
import type { PciFunctions } from '#firmware/pci/functions';
import { platformOf } from '#platform/index';
import {
  dmar,
  drhd,
  entry,
  iort,
  its,
  ivhd,
  ivrs,
  rootComplex,
  scope,
  smmu3,
} from '../firmware/tables.ts';
import { groups, platform } from './acpi-support.ts';

/** The log of a machine: functions it lists, and the groups that its kernel made. */
function recorded(name: string): { functions: PciFunctions; made: string[][] } {
  const bytes = new Uint8Array(gunzipSync(readFileSync(`test/fixtures/logs/${name}.log.gz`)));
  const functions = functionsIn(bytes);
  if (!functions) throw new Error(`${name} lists no functions`);
  const made = new Map<string, string[]>();
  for (const [, device, group] of new TextDecoder()
    .decode(bytes)
    .matchAll(/pci (\S+): Adding to iommu group (\d+)/g)) {
    made.set(group!, [...(made.get(group!) ?? []), device!].sort());
  }
  return { functions, made: [...made.values()] };
}

/** Tables as QEMU writes them for the machines of the logs; the lengths are those the logs tell. */
describe('the groups of a booted machine', () => {
  const slots = [0, 1, 2, 3, 4, 5, 6, 7];

  test('are those of the model, with an Intel IOMMU', () => {
    const ends = [0, 1, 3, 4, 5].map((slot) => scope(1, 0, [[slot, 0]]));
    const bridges = [2, 6, 7].map((slot) => scope(2, 0, [[slot, 0]]));
    const lpc = [0, 2, 3].map((fn) => scope(1, 0, [[0x1f, fn]]));
    const table = dmar([drhd([scope(3, 0xff, [[0, 0]]), ...ends, ...bridges, ...lpc])]);
    expect(table.length).toBe(0xa0);
    const { functions, made } = recorded('24-qemu-q35-intel-iommu-6.1.192');
    expect(made).toHaveLength(11);
    expect(groups(platform([table], functions))).toEqual(made);
  });

  test('are those of the model, with an AMD IOMMU', () => {
    const own = [...slots.filter((slot) => slot !== 8), 8].map((slot) => entry(2, slot << 3));
    const lpc = [0xf8, 0xfa, 0xfb].map((id) => entry(2, id));
    const ports = [entry(2, 0x100), entry(2, 0x200)];
    const behindPci = [entry(0x43, 0x300, [0, 0, 3, 0]), entry(4, 0x3ff)];
    const ioapic = entry(0x48, 0, [0, 0xa0, 0, 1]);
    const table = ivrs([ivhd(0x10, [...own, ...ports, ...behindPci, ...lpc, ioapic])]);
    const { functions, made } = recorded('25-qemu-q35-amd-iommu-6.1.192');
    expect(made).toHaveLength(11);
    expect(groups(platform([table], functions))).toEqual(made);
  });

  test('are those of the model, with an SMMUv3', () => {
    const maps = [
      { count: 0x400, output: 0, to: 1 },
      { input: 0x400, count: 0xfbff, output: 0x400, to: 0 },
    ];
    const toIts = { ...smmu3(0x9050000), maps: [{ count: 0xffff, output: 0, to: 0 }] };
    const table = iort([its(), toIts, rootComplex(0, maps)], 3);
    expect(table.length).toBe(0xec);
    const { functions, made } = recorded('26-qemu-virt-smmuv3-acpi-7.2.13');
    expect(made).toHaveLength(9);
    expect(groups(platform([table], functions))).toEqual(made);
  });
});

/** What is known of each machine whose tables are in test/fixtures/acpi. */
describe('the tables of QEMU', () => {
  const machines: readonly (readonly [string, readonly string[], number])[] = [
    ['q35-intel-iommu', ['dmar0'], 7],
    ['q35-intel-iommu-dt', ['dmar0'], 7],
    ['q35-amd-iommu', ['ivhd0'], 9],
    ['q35-virtio-iommu', ['0000:00:02.0'], 1],
    ['q35-virtio-iommu-bypass', ['0000:00:02.0'], 3],
    ['virt-smmuv3', ['arm-smmu-v3.0.auto'], 7],
    ['virt-smmuv3-pxb-bypass', ['arm-smmu-v3.0.auto'], 3],
    ['virt-virtio-iommu', ['0000:00:01.0'], 1],
    ['virt-noiommu-its', [], 0],
  ];

  test.each(machines)('%s', (name, iommus, clients) => {
    const read = readTablesFolder(`test/fixtures/acpi/${name}`);
    if (!read.ok || !read.value) throw new Error(`${name} has no tables`);
    const { firmware } = read.value;
    expect(firmware.tables.remarks).toEqual([]);
    const result = platformOf(firmware);
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.iommus.map((i) => i.name)).toEqual(iommus);
    expect(result.value.devices.filter((d) => d.iommus.length > 0)).toHaveLength(clients);
  });
});
