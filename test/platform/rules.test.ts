// SPDX-License-Identifier: GPL-2.0-only
// The kernel's rules for devices, names, IOMMUs and groups, each on a tree of a few nodes.
import { describe, expect, test } from 'vitest';
import { must } from '#base/assert';
import { classesOf, type Platform, type PlatformDevice, readPlatform } from '#platform/index';
import { renderBoard } from '#report/board';
import { blob, type Spec } from '../firmware/blob.ts';

const cells11 = { '#address-cells': 1, '#size-cells': 1 };

function platform(spec: Spec): Platform {
  const result = readPlatform(blob({ compatible: 'a,board', ...cells11, ...spec }));
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.message}`);
  return result.value;
}

function refusal(spec: Spec): string {
  const result = readPlatform(blob({ compatible: 'a,board', ...cells11, ...spec }));
  return result.ok ? 'ok' : `${result.error.code} ${result.error.message}`;
}

function names(spec: Spec): string[] {
  return platform(spec).devices.map((d) => d.name);
}

function device(board: Platform, name: string): PlatformDevice {
  return must(
    board.devices.find((d) => d.name === name),
    `no device ${name}`,
  );
}

const smmu = (phandle: number, cells = 1): Spec => ({
  compatible: 'arm,mmu-500',
  phandle,
  '#iommu-cells': cells,
});

describe('which nodes become devices', () => {
  test('buses are entered depth first, all else is left to drivers', () => {
    expect(
      names({
        soc: {
          compatible: 'simple-bus',
          ...cells11,
          ranges: true,
          'uart@10': { compatible: 'a,uart', reg: [0x10, 4], below: { compatible: 'a,part' } },
          'mfd@20': {
            compatible: ['a,mfd', 'simple-mfd'],
            reg: [0x20, 4],
            led: { compatible: 'l' },
          },
        },
        nameless: { reg: [1, 1] },
        off: { compatible: 'a,off', status: 'disabled', in: { compatible: 'b' } },
        reserved: { compatible: 'a,r', status: 'reserved' },
        okay: { compatible: 'a,ok', status: 'ok' },
        opp: { compatible: 'operating-points-v2' },
      }),
    ).toEqual(['soc', '10.uart', '20.mfd', '20.mfd:led', 'okay']);
  });

  test('reserved memory, firmware and the framebuffer come first', () => {
    expect(
      names({
        last: { compatible: 'a' },
        chosen: { fb: { compatible: 'simple-framebuffer' } },
        firmware: { scm: { compatible: 'q,scm' } },
        'reserved-memory': {
          ...cells11,
          ranges: true,
          'smem@800': { compatible: 'qcom,smem', reg: [0x800, 4] },
          'pool@900': { compatible: 'shared-dma-pool', reg: [0x900, 4] },
        },
      }),
    ).toEqual(['800.smem', 'firmware:scm', 'chosen:fb', 'last']);
  });

  test('primecells go to the AMBA bus and are not entered', () => {
    const board = platform({
      'dma@30': {
        compatible: ['arm,pl330', 'arm,primecell', 'simple-bus'],
        reg: [0x30, 4],
        in: { compatible: 'b' },
      },
    });
    expect(board.devices.map((d) => [d.name, d.bus])).toEqual([['30.dma', 'amba']]);
  });
});

describe('names', () => {
  const below = (bus: Spec): string[] =>
    names({ bus: { compatible: 'simple-bus', ...cells11, ...bus } }).slice(1);
  const dev = { 'dev@100': { compatible: 'a', reg: [0x100, 4] } };

  test('carry the address as the CPU sees it', () => {
    expect(below({ ranges: true, ...dev })).toEqual(['100.dev']);
    expect(below({ ranges: [0, 0x8000_0000, 0x1000], ...dev })).toEqual(['80000100.dev']);
  });

  test('carry the path where no ranges lead up, or none of them covers the address', () => {
    expect(below(dev)).toEqual(['bus:dev@100']);
    expect(below({ ranges: [0x200, 0, 0x1000], ...dev })).toEqual(['bus:dev@100']);
    expect(below({ ranges: true, '#size-cells': 0, ...dev })).toEqual(['bus:dev@100']);
  });

  test('carry the bit of a mask', () => {
    const masked = { 'dev@100': { compatible: 'a', reg: [0x100, 4], mask: 0x10 } };
    expect(below({ ranges: true, ...masked })).toEqual(['100.4.dev']);
  });

  test('of children that a driver makes carry the whole way down', () => {
    const board = platform({
      'smmu@9': { ...smmu(1), reg: [9, 1] },
      'rproc@40': {
        compatible: 'a,rproc',
        reg: [0x40, 4],
        edge: {
          fastrpc: {
            compatible: 'q,fastrpc',
            'cb@6': { compatible: 'q,cb', reg: 6, iommus: [1, 3] },
          },
        },
      },
    });
    const made = device(board, '40.rproc:edge:fastrpc:cb@6');
    expect([made.createdBy, made.parent]).toEqual(['parent-driver', '40.rproc:edge:fastrpc']);
  });
});

describe('iommus', () => {
  test('are taken in order, each with the cells its provider wants', () => {
    const board = platform({
      a: smmu(1, 2),
      b: smmu(2, 0),
      c: { compatible: 'x', iommus: [1, 7, 0x80, 2, 1, 8, 0] },
    });
    expect(device(board, 'c').iommus).toEqual([
      { iommu: 'a', ids: [7, 0x80] },
      { iommu: 'b', ids: [] },
      { iommu: 'a', ids: [8, 0] },
    ]);
    expect(classesOf(board).map((c) => c.kind)).toEqual([
      'dt/platform/populate/arm-smmu@0.after+arm-smmu@1.after+arm-smmu@0.after',
    ]);
    expect(board.iommus.map((i) => i.clients)).toEqual([['c'], ['c']]);
  });

  test('of a disabled provider leave the client without', () => {
    const board = platform({
      a: { ...smmu(1), status: 'disabled' },
      b: smmu(2),
      c: { compatible: 'x', iommus: [2, 5, 1, 7] },
    });
    const c = device(board, 'c');
    expect([c.iommus, c.problem?.errno, c.groupKey]).toEqual([[], 'ENODEV', null]);
    expect(classesOf(board)).toEqual([]);
    expect(board.unavailable).toEqual({ iommus: 1, clients: 0, maps: 0 });
  });

  test('of a provider below a disabled node never come', () => {
    const board = platform({
      off: { compatible: 'simple-bus', status: 'disabled', a: smmu(1) },
      c: { compatible: 'x', iommus: [1, 7] },
    });
    expect(device(board, 'c').problem?.errno).toBe('EPROBE_DEFER');
  });

  test.each<[string, Spec, RegExp]>([
    [
      'name no node',
      { c: { compatible: 'x', iommus: [7, 0] } },
      /^RW030 \/c: iommus names phandle/,
    ],
    ['are cut short', { a: smmu(1, 2), c: { compatible: 'x', iommus: [1, 0] } }, /^RW031 \/c/],
    ['name no IOMMU', { a: { phandle: 1 }, c: { compatible: 'x', iommus: 1 } }, /^RW031 .*#iommu/],
    ['lead to themselves', { a: { ...smmu(1), iommus: [1, 0] } }, /^RW032 .*: \/a -> \/a$/],
    [
      'lead round in a circle',
      { a: { ...smmu(1), iommus: [2, 0] }, b: { ...smmu(2), iommus: [1, 0] } },
      /^RW032 .*: \/a -> \/b -> \/a$/,
    ],
  ])('that %s are an error', (_name, spec, expected) => {
    expect(refusal(spec)).toMatch(expected);
  });

  test('of a disabled client are not looked at', () => {
    expect(refusal({ c: { compatible: 'x', iommus: [7, 0], status: 'disabled' } })).toBe('ok');
  });

  test('are absent on a board without IOMMUs, which is said', () => {
    const board = platform({ c: { compatible: 'x' } });
    expect(board.iommus).toEqual([]);
    expect(renderBoard(board)).toContain('No device ends up behind an IOMMU');
  });
});

describe('iommu-map', () => {
  const host = (map: readonly number[], more: Spec = {}, cells = 1): Platform =>
    platform({
      a: { ...smmu(1, cells), compatible: 'arm,smmu-v3' },
      pcie: { compatible: 'h', device_type: 'pci', 'iommu-map': map, ...more },
    });
  const ends = (board: Platform): unknown[] =>
    board.devices
      .filter((d) => d.bus === 'pci')
      .map((d) => [
        d.name,
        ...d.iommus.map((use) => use.ids),
        ...(d.problem ? [d.problem.errno] : []),
      ]);

  test('gives a root port and a function where it covers both', () => {
    expect(ends(host([0, 1, 0x40, 0x10000]))).toEqual([
      ['0000:00:00.0', [0x40]],
      ['0000:01:00.0', [0x140]],
    ]);
  });

  test('gives the ids that it covers, and the domain of the host', () => {
    expect(ends(host([0x208, 1, 5, 2], { 'linux,pci-domain': 3 }))).toEqual([
      ['0003:02:01.0', [5]],
    ]);
  });

  test('has entries as long as its IOMMU wants', () => {
    expect(ends(host([0, 1, 0x1400, 2, 1, 0x100, 1, 0x1401, 3, 1], {}, 2))).toEqual([
      ['0000:00:00.0', [0x1400, 2]],
      ['0000:01:00.0', [0x1401, 3]],
    ]);
  });

  test('of one-cell entries for an IOMMU of two cells is understood', () => {
    expect(ends(host([0, 1, 0x1400, 1, 0x100, 1, 0x1401, 1], {}, 2))).toEqual([
      ['0000:00:00.0', [0x1400]],
      ['0000:01:00.0', [0x1401]],
    ]);
  });

  test('sees ids through its mask', () => {
    expect(ends(host([0, 1, 9, 1], { 'iommu-map-mask': 0 }))).toEqual([
      ['0000:00:00.0', [9]],
      ['0000:01:00.0', [9]],
    ]);
    expect(ends(host([0x100, 1, 9, 1], { 'iommu-map-mask': 0xff }))).toEqual([
      ['0000:00:00.0', 'EFAULT'],
      ['0000:01:00.0', 'EFAULT'],
    ]);
  });

  test('cannot translate a range for an IOMMU of two cells', () => {
    expect(ends(host([0, 1, 7, 0, 0x10000], {}, 2))).toEqual([
      ['0000:00:00.0', 'EINVAL'],
      ['0000:01:00.0', 'EINVAL'],
    ]);
  });

  test('that is cut short or names no node is an error', () => {
    const spec = (map: readonly number[]): Spec => ({
      a: smmu(1),
      pcie: { compatible: 'h', device_type: 'pci', 'iommu-map': map },
    });
    expect(refusal(spec([0, 1, 7]))).toMatch(/^RW031 \/pcie: iommu-map/);
    expect(refusal(spec([0, 5, 7, 1]))).toMatch(/^RW030 \/pcie: iommu-map names phandle 0x5/);
  });

  test('leaves an IOMMU on its own bus out, and devices stand in scan order', () => {
    const board = platform({
      pcie: {
        compatible: 'h',
        device_type: 'pci',
        'iommu-map': [0, 1, 0, 8, 9, 1, 9, 0xfff7],
        'iommu@1': {
          compatible: 'virtio,pci-iommu',
          reg: [0x800, 0, 0, 0, 0],
          phandle: 1,
          '#iommu-cells': 1,
        },
      },
    });
    const pci = board.devices.filter((d) => d.bus === 'pci');
    expect(pci.map((d) => d.name)).toEqual(['0000:00:00.0', '0000:00:01.0', '0000:01:00.0']);
    expect(classesOf(board).map((c) => c.key)).toEqual([
      'dt/pci/bus-scan/virtio@0.before/list=client,iommu,peer',
      'dt/pci/bus-scan/virtio@0.after/list=peer,iommu,client',
    ]);
  });
});

describe('groups', () => {
  const keysOf = (spec: Spec): unknown[] =>
    platform(spec)
      .devices.filter((d) => d.groupKey !== null)
      .map((d) => [d.name, d.groupKey]);

  test('of an SMMU are shared where one stream entry covers the other', () => {
    expect(
      keysOf({
        a: smmu(1, 2),
        b: { compatible: 'x', iommus: [1, 0x400, 0x3] },
        c: { compatible: 'x', iommus: [1, 0x402, 0] },
        d: { compatible: 'x', iommus: [1, 0x404, 0] },
      }),
    ).toEqual([
      ['b', 'b'],
      ['c', 'b'],
      ['d', 'd'],
    ]);
  });

  test('of an IOMMU with one group hold all of its clients', () => {
    expect(
      keysOf({
        a: { ...smmu(1, 0), compatible: 'rockchip,rk3568-iommu' },
        b: { compatible: 'x', iommus: 1 },
        c: { compatible: 'x', iommus: 1 },
      }),
    ).toEqual([
      ['b', 'b'],
      ['c', 'b'],
    ]);
  });

  test('of an SMMUv3 hold one device each', () => {
    const spec = {
      a: { ...smmu(1), compatible: 'arm,smmu-v3' },
      b: { compatible: 'x', iommus: [1, 1] },
    };
    expect(keysOf({ ...spec, c: { compatible: 'x', iommus: [1, 2] } })).toEqual([
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });
});

describe('DMA', () => {
  const client = { compatible: 'x', iommus: [1, 1] };

  test('ranges count where they are not empty and no level lacks them', () => {
    const bus = (more: Spec): boolean =>
      device(platform({ a: smmu(1), bus: { compatible: 'simple-bus', ...more } }), 'bus:c')
        .dmaRanges;
    expect(bus({ c: client })).toBe(false);
    expect(bus({ 'dma-ranges': true, c: client })).toBe(false);
    expect(bus({ 'dma-ranges': [0, 0, 1], c: client })).toBe(true);
  });

  test('is coherent by the nearest word on it, and reserved addresses are seen', () => {
    const board = platform({
      'dma-coherent': true,
      a: smmu(1),
      c: { ...client, phandle: 5, 'memory-region': 6 },
      d: { ...client, 'dma-noncoherent': true, 'memory-region': 6 },
      'reserved-memory': { r: { phandle: 6, 'iommu-addresses': [5, 0, 0x1000] } },
    });
    const facts = ['c', 'd'].map((n) => device(board, n));
    expect(facts.map((d) => [d.dmaCoherent, d.iommuAddresses])).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe('limits', () => {
  test('of the platform reader are named', () => {
    const many = Array.from({ length: 9000 }, () => [1, 1]).flat();
    expect(refusal({ a: smmu(1), c: { compatible: 'x', iommus: many } })).toMatch(
      /^RW033 .*usesMax/,
    );
  });
});
