// SPDX-License-Identifier: GPL-2.0-only
// What IOMMU drivers refuse, maps that are not filled in, shared ids; each on a small tree.
import { describe, expect, test } from 'vitest';
import { must } from '#base/assert';
import { classesOf, nothingToCheck, type Platform, readPlatform } from '#platform/index';
import { renderBoard } from '#report/board';
import { blob, type Spec } from '../firmware/blob.ts';

const cells11 = { '#address-cells': 1, '#size-cells': 1 };

function platform(spec: Spec): Platform {
  const result = readPlatform(blob({ compatible: 'a,board', ...cells11, ...spec }));
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.message}`);
  return result.value;
}

/** For each device that refers to an IOMMU: the IOMMUs it gets, or the error. */
function got(board: Platform): Record<string, string> {
  const asked = board.devices.filter((d) => d.refersToIommu);
  return Object.fromEntries(
    asked.map((d) => [
      d.name,
      d.problem?.errno ?? [...new Set(d.iommus.map((use) => use.iommu))].join(' '),
    ]),
  );
}

const smmu = (phandle: number, more: Spec = {}): Spec => ({
  compatible: 'arm,mmu-500',
  phandle,
  '#iommu-cells': 1,
  ...more,
});

function ipmmuOf(soc: string): string[] {
  const own = soc.replace('renesas,', 'renesas,ipmmu-');
  return soc === 'renesas,r8a779g0' ? [own, 'renesas,rcar-gen4-ipmmu-vmsa'] : [own];
}

describe('ipmmu-vmsa', () => {
  const renesas = (...soc: string[]): Platform =>
    platform({
      compatible: ['renesas,some-board', ...soc],
      soc: {
        compatible: 'simple-bus',
        ...cells11,
        ranges: true,
        'iommu@10': {
          compatible: ipmmuOf(soc.at(-1) ?? ''),
          reg: [0x10, 4],
          phandle: 1,
          '#iommu-cells': 1,
        },
        'iommu@20': {
          compatible: ipmmuOf(soc.at(-1) ?? ''),
          reg: [0x20, 4],
          phandle: 2,
          '#iommu-cells': 1,
          'renesas,ipmmu-main': [1, 5],
        },
        'mmc@ee100000': { compatible: 'x', reg: [0xee10_0000, 4], iommus: [2, 1] },
        'eth@30': { compatible: 'x', reg: [0x30, 4], iommus: [2, 2] },
        'dma@40': { compatible: 'x', reg: [0x40, 4], iommus: [1, 3] },
        'pcie@50': {
          compatible: 'h',
          reg: [0x50, 4],
          device_type: 'pci',
          'iommu-map': [0, 2, 4, 1],
        },
      },
    });

  test('lets in some mmc hosts and PCI on the SoCs that have to opt in', () => {
    for (const soc of ['r8a774b1', 'r8a7795', 'r8a77961', 'r8a779g0']) {
      expect([soc, got(renesas(`renesas,${soc}`))]).toEqual([
        soc,
        {
          'ee100000.mmc': '20.iommu',
          '30.eth': 'ENODEV',
          '40.dma': 'EPROBE_DEFER',
          '0000:00:00.0': '20.iommu',
        },
      ]);
    }
  });

  test('turns down everything on two SoCs, and nothing on older ones', () => {
    for (const soc of ['r8a774a1', 'r8a7796']) {
      const board = renesas(`renesas,${soc}`);
      expect(board.devices.filter((d) => d.iommus.length > 0)).toEqual([]);
      expect(nothingToCheck(board)?.because.join('\n')).toContain(
        `ipmmu-vmsa turns down every device of ${soc}`,
      );
    }
    // A board of two names is the first that the SoC driver knows: r8a779m3 is an r8a77961.
    expect(got(renesas('renesas,r8a779m3', 'renesas,r8a77961'))['ee100000.mmc']).toBe('20.iommu');
    const gen2 = platform({
      compatible: 'renesas,r8a7791',
      a: {
        compatible: ['renesas,ipmmu-r8a7791', 'renesas,ipmmu-vmsa'],
        phandle: 1,
        '#iommu-cells': 1,
      },
      b: { compatible: 'x', iommus: [1, 1] },
    });
    expect(got(gen2)).toEqual({ b: 'a' });
    expect(gen2.iommus.map((i) => i.registers)).toEqual([true]);
  });

  test('does not register the root, nor those whose root is disabled', () => {
    const board = renesas('renesas,r8a77965');
    expect(board.iommus.map((i) => [i.name, i.registers])).toEqual([
      ['10.iommu', false],
      ['20.iommu', true],
    ]);
    // So there is no second walk.
    expect(classesOf(board).map((c) => c.surroundings.second)).toEqual([null, null]);
    expect(renderBoard(board)).toContain('10.iommu never registers: it is the root IPMMU');
    const leaf = { compatible: 'renesas,ipmmu-r8a77965', '#iommu-cells': 1 };
    const off = platform({
      compatible: 'renesas,r8a77965',
      a: { ...leaf, phandle: 1, status: 'disabled' },
      b: { ...leaf, phandle: 2, 'renesas,ipmmu-main': [1, 5] },
    });
    expect(off.iommus.map((i) => i.because)[1]).toContain('its root IPMMU is disabled');
  });
});

describe('other drivers', () => {
  test('mediatek wants a larb of the IOMMU that is there', () => {
    const board = (status: string): Platform =>
      platform({
        a: {
          compatible: 'mediatek,mt8173-m4u',
          phandle: 1,
          '#iommu-cells': 1,
          'mediatek,larbs': [2, 3],
        },
        l0: { compatible: 'l', phandle: 2 },
        l1: { compatible: 'l', phandle: 3, status },
        l0user: { compatible: 'x', iommus: [1, 7] },
        l1user: { compatible: 'x', iommus: [1, 32 + 7] },
        l9user: { compatible: 'x', iommus: [1, 9 * 32] },
      });
    expect(got(board('okay'))).toEqual({ l0user: 'a', l1user: 'a', l9user: 'EINVAL' });
    expect(got(board('disabled'))).toEqual({ l0user: 'a', l1user: 'EINVAL', l9user: 'EINVAL' });
  });

  test('qcom-iommu wants a context bank that is there, and one IOMMU', () => {
    const bank = (reg: number): Spec => ({ compatible: 'qcom,msm-iommu-v1-ns', reg: [reg, 4] });
    const iommu = (phandle: number): Spec => ({
      compatible: 'qcom,msm-iommu-v1',
      phandle,
      '#iommu-cells': 1,
      ...cells11,
      'bank@3000': bank(0x3000),
      'bank@9000': { ...bank(0x9000), 'qcom,ctx-asid': 1 },
    });
    const board = platform({
      a: iommu(1),
      b: iommu(2),
      p: { compatible: 'x', iommus: [1, 3] },
      q: { compatible: 'x', iommus: [1, 1] },
      r: { compatible: 'x', iommus: [1, 9] },
      s: { compatible: 'x', iommus: [1, 3, 2, 3] },
    });
    expect(got(board)).toEqual({ p: 'a', q: 'a', r: 'EINVAL', s: 'EINVAL' });
  });

  test('nobody can be behind IOMMUs of two drivers, nor behind a GART', () => {
    const board = platform({
      a: smmu(1),
      b: { compatible: 'rockchip,iommu', phandle: 2, '#iommu-cells': 0 },
      c: { compatible: 'x', iommus: [1, 7, 2] },
      g: { compatible: 'nvidia,tegra20-mc-gart', phandle: 3, '#iommu-cells': 0 },
      h: { compatible: 'x', iommus: [3] },
    });
    expect(got(board)).toEqual({ c: 'EINVAL', h: 'EPROBE_DEFER' });
  });
});

describe('iommu-map', () => {
  test('that the boot loader fills in is told, also of fsl-mc', () => {
    const board = platform({
      a: smmu(1),
      'fsl-mc': { compatible: 'fsl,qoriq-mc', 'iommu-map': [0, 1, 0, 0] },
      'pcie@1': { compatible: 'fsl,lx2160a-pcie', device_type: 'pci', 'iommu-map': [0, 1, 0, 1] },
      'pcie@2': { compatible: 'fsl,ls1088a-pcie', device_type: 'pci', 'iommu-map': [0, 1, 0, 1] },
    });
    expect(got(board)).toEqual({});
    expect(board.hosts.map((h) => h.unfilled)).toEqual([true, true, true]);
    const text = renderBoard(board);
    expect(text).toContain('/fsl-mc: the boot loader fills in iommu-map');
    expect(text).toContain('/pcie@1: the boot loader fills in iommu-map');
    expect(nothingToCheck(board)?.because).toEqual([
      'the boot loader fills in the iommu-map of fsl-mc, pcie@1, pcie@2; it has not yet',
    ]);
  });

  test('with one IOMMU per port has a device behind each', () => {
    const dart = (phandle: number): Spec => ({
      compatible: 'apple,t8103-dart',
      phandle,
      '#iommu-cells': 1,
    });
    const board = platform({
      p0: dart(1),
      p1: dart(2),
      p2: dart(3),
      'pcie@1': {
        compatible: 'apple,pcie',
        device_type: 'pci',
        'iommu-map-mask': 0xff00,
        'iommu-map': [0x100, 1, 1, 1, 0x200, 2, 1, 1, 0x300, 3, 1, 1],
      },
    });
    expect(got(board)).toEqual({
      '0000:01:00.0': 'p0',
      '0000:02:00.0': 'p1',
      '0000:03:00.0': 'p2',
    });
  });

  test('of a host1x with two SMMUs has contexts behind both', () => {
    const entries = [0, 1, 2, 3].flatMap((i) => [i, i < 2 ? 1 : 2, 0x35 + i, 1]);
    const board = platform({
      a: smmu(1),
      b: smmu(2),
      host: { compatible: 'nvidia,tegra234-host1x', 'iommu-map': entries },
    });
    expect(new Set(Object.values(got(board)))).toEqual(new Set(['a', 'b']));
  });
});

test('clients that share an id are named', () => {
  const board = (compatible: string): string =>
    renderBoard(
      platform({
        a: smmu(1, { compatible }),
        b: { compatible: 'x', iommus: [1, 7] },
        c: { compatible: 'x', iommus: [1, 8, 1, 7] },
      }),
    );
  expect(board('arm,mmu-500')).toContain('b and c share id 0x7 of a: one group');
  expect(board('arm,smmu-v3')).toContain('b and c share id 0x7 of a: the one that comes second');
  expect(board('rockchip,iommu')).not.toContain('share id');
});

describe('a board without clients', () => {
  const because = (spec: Spec): string =>
    must(nothingToCheck(platform(spec)), 'there are clients').because.join('\n');

  test('says why', () => {
    expect(because({})).toBe('no IOMMU is found: no node has #iommu-cells');
    expect(because({ a: { compatible: 'arm,mmu-500', 'mmu-masters': [1, 2] } })).toMatch(
      /^no IOMMU is found: .*\na: devices of its mmu-masters, an old binding, are left out$/,
    );
    expect(because({ a: smmu(1) })).toBe('no device refers to an IOMMU');
    const off = because({
      a: smmu(1, { status: 'disabled' }),
      b: { compatible: 'x', iommus: [1, 7] },
    });
    expect(off).toBe('1 IOMMU disabled: a\nb without IOMMU: a is disabled');
    expect(
      because({ a: smmu(1), b: { compatible: 'x', iommus: [1, 7], status: 'disabled' } }),
    ).toBe('1 node that would refer to one disabled');
  });

  test('says nothing where there is one', () => {
    const board = platform({ a: smmu(1), b: { compatible: 'x', iommus: [1, 7] } });
    expect(nothingToCheck(board)).toBeNull();
  });
});
