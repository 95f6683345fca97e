// SPDX-License-Identifier: GPL-2.0-only
// Scenes beyond a platform device from a device tree, and the reason where there is none.

import { beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '#realc/build/errors';
import { buildTree, type KernelImage } from '#realc/build/image';
import { checkWorld } from '#realc/machine/buildable';
import { iortOf } from '#realc/machine/iort';
import { searchWorld } from '#realc/search-world';
import { sourceWorld } from '#realc/worlds';
import type { World, WorldDevice } from '#worlds/world';
import { cc, NO_LIMIT_MS, treeOrSkip } from '../helpers.ts';

const base = sourceWorld('two-drivers')!;

const client = (over: Partial<WorldDevice>, world: World = base): World => ({
  ...world,
  devices: world.devices.map((d) => (d.role === 'client' ? { ...d, ...over } : d)),
});

const reason = (world: World): string => {
  try {
    checkWorld(world);
    return 'none';
  } catch (e) {
    if (!(e instanceof SourceError)) throw e;
    return `${e.code} ${e.message}`;
  }
};

const acpi = sourceWorld('acpi')!;
const pci = sourceWorld('pci')!;
const v2 = acpi.instances.map((i) => ({ ...i, driver: 'arm-smmu' }));
const ids = [{ instance: 'mmu0', ids: [1, 2] }];

it.each<[string, World, RegExp]>([
  ['another bus', client({ bus: 'cdx' }), /the cdx bus, which is not linked/],
  ['a function with two ids', client({ iommus: ids }, pci), /iommu-map gives one/],
  ['a thread of another kind', { ...base, threads: [{ kind: 'cpu-online', name: 'c' }] }, /cpu-/],
  [
    'a PCI function that is removed',
    { ...pci, threads: [{ kind: 'device-del', name: 'r', device: '0000:00:01.0' }] },
    /removed from the pci bus/,
  ],
  ['a driver that nobody attaches', { ...base, threads: [] }, /has not tried it/],
  ['an earlier parse', client({ parsed: true }), /earlier bind/],
  ['a refused client', client({ probeError: true }), /refused by its IOMMU driver/],
  ['an SMMUv2 in an IORT', { ...acpi, instances: v2 }, /no SMMUv3/],
  ['AMBA in ACPI', client({ bus: 'amba' }, acpi), /from ACPI/],
  ['an SMMU after a device', { ...acpi, devices: [...acpi.devices].reverse() }, /read first/],
])('refuses %s by name', (_what, world, text) => {
  expect(reason(world)).toMatch(text);
});

it('writes an IORT that QEMU would: a header, an SMMU, a component behind it', () => {
  const table = iortOf(acpi);
  expect(table.toString('latin1', 0, 4)).toBe('IORT');
  expect(table.readUInt32LE(4)).toBe(table.length);
  expect(table.readUInt32LE(36)).toBe(2);
  const smmu = table.readUInt32LE(40);
  expect(table.readUInt8(smmu)).toBe(4);
  const component = smmu + table.readUInt16LE(smmu + 1);
  expect(table.readUInt8(component)).toBe(1);
  const map = component + table.readUInt32LE(component + 12);
  expect([table.readUInt32LE(map + 8), table.readUInt32LE(map + 12)]).toEqual([1, smmu]);
});

const tree = treeOrSkip('7.2', 'PCI, AMBA and ACPI scenes in the C of 7.2');

describe.skipIf(!tree)('in 7.2', () => {
  let image: KernelImage;
  beforeAll(async () => {
    image = await buildTree(tree!, { cc });
  });

  const show = (world: string) => {
    const { findings, search } = searchWorld(image, sourceWorld(world)!, {
      strategy: { kind: 'bound', preemptions: 1 },
      timeMaxMs: NO_LIMIT_MS,
      statesMax: null,
      properties: null,
    });
    const files = new Set(findings.flatMap((f) => f.trace.map((s) => s.file)));
    return { keys: findings.map((f) => `${f.property} ${f.window}`), files, search, findings };
  };

  it('a PCI function meets C10 and C14 through iommu-map and its own bus', () => {
    const { keys, files, search } = show('pci');
    expect(keys).toEqual(expect.arrayContaining(['P1 C10', 'P1 C14', 'P3 C14']));
    expect([...files]).toContain('drivers/pci/pci-driver.c');
    expect([...search.hits]).toContain('grouped-by-walk');
  });

  it('an AMBA device meets C16: its driver is read before it is set', () => {
    const { keys, findings } = show('amba');
    expect(keys).toContain('P5 C16');
    const c16 = findings.find((f) => f.window === 'C16')!;
    expect(c16.witness.because).toMatch(/at drivers\/amba\/bus\.c:\d+/);
  });

  it.each(['acpi', 'acpi-pci'])(
    'in %s, C10 leaves a client without a group: nothing is replayed',
    (world) => {
      const { keys, files } = show(world);
      expect(keys).toEqual(expect.arrayContaining(['P3 C10', 'P8 C10']));
      expect([...files].some((f) => f?.startsWith('drivers/acpi/'))).toBe(true);
    },
  );

  it('a driver that is there from the start is bound when its device is added', () => {
    const { search } = show('pci-scan');
    expect([...search.hits]).toContain('binds');
  });
});
