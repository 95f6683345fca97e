// SPDX-License-Identifier: GPL-2.0-only
// Platforms of ACPI tables: who is behind which IOMMU, under which ids, in which group.
import { describe, expect, test } from 'vitest';
import { classesOf, type Platform } from '#platform/index';
import {
  andd,
  dmar,
  drhd,
  entry,
  type IortSpec,
  iort,
  its,
  ivhd,
  ivrs,
  ivrsHid,
  mcfg,
  named,
  pmcg,
  rimt,
  rootComplex,
  scope,
  smmu2,
  smmu3,
  viot,
  viotEndpoint,
  viotMmio,
  viotPci,
  viotRange,
} from '../firmware/tables.ts';
import { behind, groups, lspci, platform } from './acpi-support.ts';

describe('IORT', () => {
  const rc = (maps: IortSpec['maps'] = []): IortSpec => rootComplex(0, maps);

  test('SMMUs are numbered with the PMCGs, in the order of the table', () => {
    const p = platform([iort([its(), smmu3(1), pmcg(1), smmu2(2), smmu3(3)])]);
    expect(p.iommus.map((i) => [i.name, i.driver])).toEqual([
      ['arm-smmu-v3.0.auto', 'arm-smmu-v3'],
      ['arm-smmu.2.auto', 'arm-smmu'],
      ['arm-smmu-v3.3.auto', 'arm-smmu-v3'],
    ]);
  });

  test('a named component may be behind two SMMUs, and bears the name that sysfs gives', () => {
    const gpu = named('\\_SB.GPU0', [
      { output: 7, to: 0, single: true },
      { output: 9, to: 1, single: true },
    ]);
    const p = platform([iort([smmu2(1), smmu2(2), gpu])]);
    expect(behind(p, '\\_SB.GPU0')).toEqual(['arm-smmu.0.auto:0x7', 'arm-smmu.1.auto:0x9']);
    expect(p.notes.join()).toContain('bear their paths here');
    const known = platform(
      [iort([smmu2(1), smmu2(2), gpu])],
      null,
      new Map([['\\_SB.GPU0', 'QCOM0C12:00']]),
    );
    expect(behind(known, 'QCOM0C12:00')).toHaveLength(2);
    expect(known.notes.join()).not.toContain('bear their paths');
    expect(classesOf(known).map((c) => c.kind)).toEqual([
      'acpi/platform/populate/arm-smmu@0.after+arm-smmu@1.after',
    ]);
  });

  test('SMMUs of two drivers for one component are refused, as by iommu_fwspec_init()', () => {
    const both = named('\\_SB.X', [
      { output: 1, to: 0, single: true },
      { output: 2, to: 1, single: true },
    ]);
    const p = platform([iort([smmu2(1), smmu3(2), both])]);
    expect(p.devices.find((d) => d.path === '\\_SB.X')).toMatchObject({
      iommus: [],
      problem: { errno: 'EINVAL' },
    });
  });

  test('a mapping that is not single ends the list of a component', () => {
    const maps = [
      { output: 1, to: 0, single: true },
      { count: 3, output: 2, to: 0 },
      { output: 5, to: 0, single: true },
    ];
    expect(behind(platform([iort([smmu3(1), named('\\X', maps)])]), '\\X')).toEqual([
      'arm-smmu-v3.0.auto:0x1',
    ]);
  });

  test('an id at the end of a range gives way to a range that begins there', () => {
    // As firmware has it that takes the count of ids for what should be one less.
    const maps = [
      { input: 0, count: 0x100, output: 0x1000, to: 0 },
      { input: 0x100, count: 0x100, output: 0x2000, to: 1 },
    ];
    const p = platform(
      [iort([smmu3(1), smmu3(2), rc(maps)])],
      lspci('00:1f.0 rciep', '01:00.0 rciep', '02:00.0 rciep', '02:00.1 rciep'),
    );
    expect(behind(p, '0000:00:1f.0')).toEqual(['arm-smmu-v3.0.auto:0x10f8']);
    expect(behind(p, '0000:01:00.0')).toEqual(['arm-smmu-v3.1.auto:0x2000']);
    // Nothing begins at the end of the second: it stays.
    expect(behind(p, '0000:02:00.0')).toEqual(['arm-smmu-v3.1.auto:0x2100']);
    expect(behind(p, '0000:02:00.1')).toEqual([]);
  });

  test('a function behind a bridge to PCI has the id of the bus besides its own', () => {
    const p = platform(
      [iort([smmu3(1), rc([{ count: 0xffff, output: 0, to: 0 }])])],
      lspci('00:06.0 bridge 03', '03:01.0 -'),
    );
    expect(behind(p, '0000:03:01.0')).toEqual([
      'arm-smmu-v3.0.auto:0x308',
      'arm-smmu-v3.0.auto:0x300',
    ]);
    expect(groups(p)).toEqual([['0000:00:06.0', '0000:03:01.0']]);
  });

  test('what is mapped to an ITS alone is behind no SMMU', () => {
    const maps = [
      { count: 0xff, output: 0, to: 1 },
      { input: 0x100, count: 0xffff, output: 0x100, to: 0 },
    ];
    const p = platform(
      [iort([its(), smmu3(1), rc(maps)])],
      lspci('00:01.0 root 01', '01:00.0 end'),
    );
    expect(behind(p, '0000:00:01.0')).toHaveLength(1);
    expect(behind(p, '0000:01:00.0')).toEqual([]);
  });

  test('nodes that refer to each other in a circle end nowhere', () => {
    const loop = rc([{ count: 0xffff, output: 0, to: 0 }]);
    expect(groups(platform([iort([loop])], lspci('00:01.0 rciep')))).toEqual([]);
  });

  test('of two root complexes of a segment the first is asked', () => {
    const first = rc([{ count: 0xffff, output: 0x10, to: 0 }]);
    const p = platform(
      [iort([smmu3(1), first, rc([{ count: 0xffff, output: 0, to: 0 }])])],
      lspci('00:01.0 rciep'),
    );
    expect(behind(p, '0000:00:01.0')).toEqual(['arm-smmu-v3.0.auto:0x18']);
  });
});

describe('VIOT', () => {
  test('an endpoint has its offset in the range, the IOMMU itself has none', () => {
    const tables = [viot([viotPci(0x10), viotRange([8, 0x1ff], 0x100, 48)])];
    const p = platform(
      tables,
      lspci('00:01.0 rciep', '00:02.0 rciep', '00:00.0 rciep', '01:00.0 end'),
    );
    expect(behind(p, '0000:00:01.0')).toEqual(['0000:00:02.0:0x100']);
    expect(behind(p, '0000:01:00.0')).toEqual(['0000:00:02.0:0x1f8']);
    expect(behind(p, '0000:00:00.0')).toEqual([]);
    expect(p.devices.find((d) => d.name === '0000:00:02.0')?.problem?.errno).toBe('EINVAL');
  });

  test('of ranges that overlap the last one in the table counts', () => {
    const nodes = [
      viotMmio(0xa000000),
      viotRange([0, 0xff], 1, 48),
      viotRange([0, 0xff], 0x500, 48),
    ];
    expect(behind(platform([viot(nodes)], lspci('00:01.0 rciep')), '0000:00:01.0')).toEqual([
      'virtio-mmio.a000000:0x508',
    ]);
  });

  test('segments count, and an MMIO endpoint is a device of its own', () => {
    const nodes = [
      viotMmio(0xa000000),
      viotRange([0, 0xff], 0, 48, [1, 2]),
      viotEndpoint(0x9000, 3, 48),
    ];
    const p = platform([viot(nodes)], lspci('0002:00:01.0 rciep', '0000:00:01.0 rciep'));
    expect(behind(p, '0002:00:01.0')).toEqual(['virtio-mmio.a000000:0x10008']);
    expect(behind(p, '0000:00:01.0')).toEqual([]);
    expect(behind(p, 'mmio.9000')).toEqual(['virtio-mmio.a000000:0x3']);
  });

  test('an IOMMU that the machine does not have takes its endpoints with it', () => {
    const p = platform(
      [viot([viotPci(0x10), viotRange([0, 0xff], 0, 48)])],
      lspci('00:01.0 rciep'),
    );
    expect(behind(p, '0000:00:01.0')).toEqual([]);
    expect(p.iommus[0]).toMatchObject({ registers: false });
  });

  test('IORT is asked first', () => {
    const iortTable = iort([smmu3(1), rootComplex(0, [{ count: 0xff, output: 0, to: 0 }])]);
    const viotTable = viot([viotMmio(0xa000000), viotRange([0, 0xffff], 0, 48)]);
    const p = platform([iortTable, viotTable], lspci('00:01.0 root 01', '01:00.0 end'));
    expect(behind(p, '0000:00:01.0')).toEqual(['arm-smmu-v3.0.auto:0x8']);
    expect(behind(p, '0000:01:00.0')).toEqual(['virtio-mmio.a000000:0x100']);
  });
});

describe('DMAR', () => {
  const machine = lspci(
    '00:02.0 rciep',
    '00:1c.0 root 01-02 acs',
    '01:00.0 end',
    '00:1f.0 -',
    '00:1f.3 -',
  );

  test('a unit has what its scopes name, and all behind a bridge of theirs', () => {
    const p = platform(
      [
        dmar([
          drhd([], { all: true, base: 1 }),
          drhd([scope(1, 0, [[2, 0]])], { base: 2 }),
          drhd([scope(2, 0, [[0x1c, 0]])], { base: 3 }),
        ]),
      ],
      machine,
    );
    expect(behind(p, '0000:00:02.0')).toEqual(['dmar1:0x10']);
    expect(behind(p, '0000:00:1c.0')).toEqual(['dmar2:0xe0']);
    expect(behind(p, '0000:01:00.0')).toEqual(['dmar2:0x100']);
    expect(behind(p, '0000:00:1f.0')).toEqual(['dmar0:0xf8']);
  });

  test('a path of several hops is followed from bridge to bridge', () => {
    const hops = [
      [0x1c, 0],
      [0, 0],
    ] as const;
    const p = platform([dmar([drhd([scope(1, 0, hops)])])], machine);
    expect(behind(p, '0000:01:00.0')).toEqual(['dmar0:0x100']);
    expect(behind(p, '0000:00:1c.0')).toEqual([]);
  });

  test('another segment is another machine', () => {
    expect(groups(platform([dmar([drhd([], { all: true, segment: 1 })])], machine))).toEqual([]);
  });

  test('a unit without a device does not register, and nobody has what is left', () => {
    const p = platform([dmar([drhd([scope(1, 0, [[9, 0]])])])], machine);
    expect(p.iommus[0]).toMatchObject({
      registers: false,
      because: expect.stringContaining('no device'),
    });
    expect(groups(p)).toEqual([]);
  });

  test('a scope that calls a bridge an endpoint stops all units', () => {
    const p = platform(
      [dmar([drhd([scope(1, 0, [[0x1c, 0]])]), drhd([], { all: true })])],
      machine,
    );
    expect(p.iommus.map((i) => i.registers)).toEqual([false, false]);
    expect(groups(p)).toEqual([]);
  });

  test('an ANDD is behind the unit that has its number in a scope', () => {
    const unit = drhd([scope(5, 0, [[0x15, 1]], 1)]);
    const p = platform(
      [dmar([unit, andd(1, '\\_SB.PCI0.I2C0'), andd(2, '\\_SB.PCI0.I2C1')])],
      machine,
    );
    expect(behind(p, '\\_SB.PCI0.I2C0')).toEqual(['dmar0:0xa9']);
    expect(p.devices.some((d) => d.path === '\\_SB.PCI0.I2C1')).toBe(false);
    expect(p.notes.join()).toContain("\\_SB.PCI0.I2C1 is in no unit's scope");
  });

  test('functions of one slot without ACS share a group; below a port with ACS they do not', () => {
    const p = platform([dmar([drhd([], { all: true })])], machine);
    expect(groups(p)).toEqual([
      ['0000:00:02.0'],
      ['0000:00:1c.0'],
      ['0000:00:1f.0', '0000:00:1f.3'],
      ['0000:01:00.0'],
    ]);
  });

  test('a port without ACS puts all below it into its own group', () => {
    const open = lspci(
      '00:1c.0 root 01-03',
      '01:00.0 up 02-03',
      '02:00.0 down 03 acs',
      '03:00.0 end',
    );
    expect(groups(platform([dmar([drhd([], { all: true })])], open))).toEqual([
      ['0000:00:1c.0', '0000:01:00.0', '0000:02:00.0', '0000:03:00.0'],
    ]);
  });
});

describe('IVRS', () => {
  test('what is set last counts, and the unit is behind itself never', () => {
    const first = ivhd(0x11, [entry(3, 0), entry(4, 0xffff)], { id: 2 });
    const second = ivhd(0x11, [entry(2, 0x100)], { id: 0x102 });
    // The second unit has another id, so its block counts by its type alone.
    const p = platform(
      [ivrs([first, second])],
      lspci('00:00.2 -', '00:01.0 -', '01:00.0 end', '01:00.2 -'),
    );
    expect(behind(p, '0000:00:01.0')).toEqual(['ivhd0:0x8']);
    expect(behind(p, '0000:01:00.0')).toEqual(['ivhd1:0x100']);
    expect(behind(p, '0000:00:00.2')).toEqual([]);
    expect(behind(p, '0000:01:00.2')).toEqual([]);
  });

  test('a unit whose function is missing stops them all', () => {
    const p = platform([ivrs([ivhd(0x11, [entry(1, 0)])])], lspci('00:01.0 -'));
    expect(p.iommus[0]).toMatchObject({ registers: false });
    expect(groups(p)).toEqual([]);
  });

  test('devices of the namespace with one id share a group', () => {
    const hids = [
      ivrsHid('AMDI0020', 0x98, '0'),
      ivrsHid('AMDI0020', 0x98, '1'),
      ivrsHid('AMDI0030', 0x99, ''),
    ];
    const p = platform([ivrs([ivhd(0x40, hids)])], lspci('00:02.0 -'));
    expect(groups(p)).toEqual([['AMDI0020:00', 'AMDI0020:01'], ['AMDI0030:00']]);
  });

  test('an alias on the own bus joins the group of the function that it names', () => {
    const block = ivhd(0x11, [entry(0x43, 0x300, [0, 0, 3, 0]), entry(4, 0x3ff)]);
    const p = platform(
      [ivrs([block])],
      lspci(
        '00:02.0 -',
        '00:1c.0 root 03 acs',
        '03:00.0 end',
        '03:00.1 end acs',
        '03:00.2 end acs',
      ),
    );
    expect(groups(p)).toEqual([['0000:03:00.0', '0000:03:00.1', '0000:03:00.2']]);
  });
});

test('RIMT maps functions and named devices', () => {
  const p = platform([rimt()], lspci('00:01.0 rciep'));
  expect(behind(p, '0000:00:01.0')).toEqual(['RSCV0004:00:0x10008']);
  expect(behind(p, '\\_SB.DMA0')).toEqual(['RSCV0004:00:0x7']);
});

test('functions stand in for those that nobody has told, within the buses of MCFG', () => {
  const table = iort([smmu3(1), rootComplex(0, [{ count: 0xffff, output: 0, to: 0 }])]);
  const names = (p: Platform): string[] =>
    p.devices.filter((d) => d.bus === 'pci').map((d) => d.name);
  const p = platform([table]);
  expect(names(p)).toEqual(['0000:00:00.0', '0000:01:00.0']);
  expect(p.notes.join()).toContain('2 stand for them');
  expect(names(platform([table, mcfg([[0, 0, 0]])]))).toEqual(['0000:00:00.0']);
});
