// SPDX-License-Identifier: GPL-2.0-only
// ACPI tables: what each says is read field by field, and what is wrong with one is told.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAcpiDump } from '#firmware/acpi/dump';
import { acpiLimits } from '#firmware/acpi/limits';
import { Remarks } from '#firmware/acpi/remarks';
import { type AcpiTables, readAcpiTables } from '#firmware/acpi/tables';
import {
  acpidump,
  andd,
  dmar,
  drhd,
  entry,
  iort,
  its,
  ivhd,
  ivrs,
  ivrsHid,
  iwb,
  mcfg,
  named,
  pmcg,
  rimt,
  rmr,
  rootComplex,
  scope,
  smmu2,
  smmu3,
  table,
  viot,
  viotEndpoint,
  viotMmio,
  viotPci,
  viotRange,
  withChecksum,
} from './tables.ts';

function read(...files: readonly Uint8Array[]): AcpiTables {
  const result = readAcpiTables(files);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const codes = (tables: AcpiTables): string[] => tables.remarks.map((r) => r.code);

/** All node types of an IORT. */
const everyNode = [
  its(),
  smmu3(0x9050000),
  smmu2(0x5000000),
  rootComplex(0, [{ count: 0xffff, output: 0, to: 1 }]),
  named('\\_SB.GPU0', [
    { output: 7, to: 1, single: true },
    { output: 8, to: 2, single: true },
  ]),
  pmcg(0),
  rmr(1),
  iwb('\\_SB.IWB0'),
  { type: 9, data: [1, 2, 3, 4] },
];

describe('IORT', () => {
  test.each([0, 1, 2, 3, 4, 5, 6])('of revision %d gives all types of nodes', (revision) => {
    const tables = read(iort(everyNode, revision));
    expect(codes(tables)).toEqual([]);
    expect(tables.iort?.revision).toBe(revision);
    expect(tables.iort?.nodes.map((n) => n.data)).toEqual([
      { kind: 'its', identifiers: [0] },
      { kind: 'smmu-v3', base: 0x9050000n, model: 0, deviceIdMapping: null },
      { kind: 'smmu', base: 0x5000000n, model: 3 },
      { kind: 'root-complex', segment: 0, ats: 0 },
      { kind: 'named', path: '\\_SB.GPU0', flags: 0 },
      { kind: 'pmcg', base: 0x2b442000n, of: 0 },
      { kind: 'rmr', regions: 1 },
      { kind: 'iwb', base: 0x2f000000n, path: '\\_SB.IWB0', index: 0 },
      { kind: 'unknown', type: 9 },
    ]);
    const [its0, smmu, , root, gpu] = tables.iort!.nodes;
    expect(root?.mappings).toEqual([
      { input: 0, count: 0xffff, output: 0, reference: smmu?.offset, single: false },
    ]);
    expect(gpu?.mappings.map((m) => m.single)).toEqual([true, true]);
    expect(its0?.offset).toBe(48);
  });

  test('an SMMUv3 sets a mapping aside for its own interrupts by the rule of its revision', () => {
    const own = [{ output: 0, to: 0, single: true }];
    const at = (node: object): unknown => {
      const data = read(iort([its(), { ...smmu3(1), maps: own, ...node }])).iort!.nodes[1]!.data;
      return data.kind === 'smmu-v3' ? data.deviceIdMapping : 'none';
    };
    expect(at({})).toBe(0);
    expect(at({ revision: 0 })).toBeNull();
    expect(at({ revision: 5 })).toBeNull();
    const valid = smmu3(1).data.map((b, i) => (i === 8 ? 0x10 : b));
    expect(at({ revision: 5, data: valid })).toBe(0);
    const wired = smmu3(1).data.map((b, i) => (i >= 28 && i < 44 ? 1 : b));
    expect(at({ data: wired })).toBeNull();
  });

  test('a node that is cut off is told, and those before it are used', () => {
    const whole = iort(everyNode);
    const cut = read(whole.slice(0, 200));
    expect(codes(cut)).toContain('RW023');
    expect(cut.iort!.nodes.length).toBeGreaterThan(1);
    expect(cut.iort!.nodes.length).toBeLessThan(everyNode.length);
  });

  test('a node of length 0 ends the list, however many are announced', () => {
    const bytes = iort([its(), its()]);
    bytes[49] = 0;
    bytes.set([0xff, 0xff, 0xff, 0xff], 36);
    const tables = read(withChecksum(bytes));
    expect(tables.iort?.nodes).toEqual([]);
    expect(codes(tables)).toEqual(['RW024']);
  });

  test('mappings past the end of the table are left out, and told', () => {
    const bytes = iort([its(), rootComplex(0, [{ count: 9, output: 0, to: 0 }])]);
    const node = 48 + 24;
    bytes.set([0xff, 0xff, 0xff, 0x7f], node + 8);
    const tables = read(withChecksum(bytes));
    expect(tables.iort?.nodes[1]?.mappings).toHaveLength(1);
    expect(codes(tables)).toEqual(['RW024']);
  });
});

describe('the other tables', () => {
  test('VIOT gives ranges, endpoints and IOMMUs', () => {
    const nodes = [
      viotPci(0x10),
      viotMmio(0xa003e00),
      viotRange([0, 0xff], 5, 48),
      viotEndpoint(0x9000, 6, 64),
    ];
    const tables = read(viot(nodes));
    expect(codes(tables)).toEqual([]);
    expect(tables.viot?.nodes).toEqual([
      { offset: 48, kind: 'pci-iommu', segment: 0, bdf: 0x10 },
      { offset: 64, kind: 'mmio-iommu', base: 0xa003e00n },
      { offset: 80, kind: 'pci-range', endpoint: 5, segments: [0, 0], bdfs: [0, 0xff], output: 48 },
      { offset: 104, kind: 'mmio', endpoint: 6, base: 0x9000n, output: 64 },
    ]);
  });

  test('DMAR gives units with their scopes, and devices of the namespace', () => {
    const unit = drhd([
      scope(1, 0, [[2, 0]]),
      scope(2, 0, [
        [28, 0],
        [0, 1],
      ]),
      scope(5, 0, [[30, 3]], 1),
    ]);
    const tables = read(
      dmar([unit, drhd([], { all: true, base: 0xfed91000 }), andd(1, '\\_SB.PCI0.I2C0')]),
    );
    expect(codes(tables)).toEqual([]);
    expect(tables.dmar?.units).toEqual([
      {
        segment: 0,
        includeAll: false,
        base: 0xfed90000n,
        scopes: [
          { kind: 'endpoint', enumeration: 0, bus: 0, path: [{ device: 2, function: 0 }] },
          {
            kind: 'bridge',
            enumeration: 0,
            bus: 0,
            path: [
              { device: 28, function: 0 },
              { device: 0, function: 1 },
            ],
          },
          { kind: 'namespace', enumeration: 1, bus: 0, path: [{ device: 30, function: 3 }] },
        ],
      },
      { segment: 0, includeAll: true, base: 0xfed91000n, scopes: [] },
    ]);
    expect(tables.dmar?.namespaceDevices).toEqual([{ number: 1, path: '\\_SB.PCI0.I2C0' }]);
  });

  test('of the blocks of an IVRS those of the newest type of the first unit count', () => {
    const old = ivhd(0x10, [entry(2, 8)]);
    const newer = ivhd(0x11, [entry(2, 9), entry(3, 0x100), entry(4, 0x1ff)]);
    const newest = ivhd(0x40, [
      ...[entry(3, 0x100), entry(4, 0x1ff), entry(0x43, 0x200, [0, 0, 2, 0]), entry(4, 0x2ff)],
      ...[entry(0x48, 0, [0, 0xa0, 0, 1]), ivrsHid('AMDI0020', 0x4ff, 'ID00')],
    ]);
    const strange = [0x51, 0, 8, 0, 0x10, 0, 0, 0];
    const tables = read(ivrs([old, newer, newest, strange]));
    expect(codes(tables)).toEqual([]);
    expect(tables.ivrs?.blocks).toEqual([0x10, 0x11, 0x40, 0x51]);
    expect(tables.ivrs?.units).toHaveLength(1);
    expect(tables.ivrs?.units[0]).toMatchObject({
      type: 0x40,
      id: 0x10,
      ranges: [
        { first: 0x100, last: 0x1ff, alias: null },
        { first: 0x200, last: 0x200, alias: null },
        { first: 0x200, last: 0x2ff, alias: 0x200 },
        { first: 0xa0, last: 0xa0, forInterrupts: true },
      ],
      devices: [{ hid: 'AMDI0020', uid: 'ID00', id: 0x4ff }],
    });
    expect(read(ivrs([old, newer])).ivrs?.units[0]?.type).toBe(0x11);
  });

  test('RIMT and MCFG', () => {
    const tables = read(
      rimt(),
      mcfg([
        [0, 0, 255],
        [1, 0x40, 0x7f],
      ]),
    );
    expect(codes(tables)).toEqual([]);
    expect(tables.rimt?.nodes.map((n) => n.data)).toEqual([
      { kind: 'iommu', hid: 'RSCV0004', base: 0x3000000n, pci: null },
      { kind: 'root-complex', segment: 0 },
      { kind: 'named', path: '\\_SB.DMA0' },
    ]);
    expect(tables.rimt?.nodes[1]?.mappings[0]).toMatchObject({ count: 0xffff, output: 0x10000 });
    expect(tables.mcfg).toEqual([
      { segment: 0, firstBus: 0, lastBus: 255 },
      { segment: 1, firstBus: 0x40, lastBus: 0x7f },
    ]);
  });
});

describe('tables in files', () => {
  test('a list that is longer than it may be is cut, and that is told', () => {
    const most = acpiLimits.nodesMax;
    const many = <T>(one: T): T[] => new Array<T>(most + 1).fill(one);
    const tables = read(viot(many(viotMmio(0))), mcfg(many([0, 0, 255])), dmar(many(drhd([]))));
    expect(codes(tables)).toEqual(['RW025', 'RW025', 'RW025']);
    const { nodes } = tables.viot!;
    expect([nodes, tables.mcfg, tables.dmar!.units].map((list) => list.length)).toEqual(
      new Array<number>(3).fill(most),
    );
    expect(codes(read(viot(many(viotMmio(0)).slice(1))))).toEqual([]);
  });

  test('a wrong checksum is told, and the table is used', () => {
    const bytes = iort(everyNode);
    bytes[9]! ^= 1;
    const tables = read(bytes);
    expect(codes(tables)).toEqual(['RW022']);
    expect(tables.iort?.nodes).toHaveLength(everyNode.length);
  });

  test('several stand one after the other; of two of a kind the first counts', () => {
    const both = Buffer.concat([iort([its()]), mcfg([[0, 0, 1]]), iort([]), Buffer.alloc(16)]);
    const tables = read(both);
    expect(tables.signatures).toEqual(['IORT', 'MCFG', 'IORT']);
    expect(tables.iort?.nodes).toHaveLength(1);
    expect(codes(tables)).toEqual(['RW023']);
  });

  test('what is no table is refused', () => {
    expect(readAcpiTables([Uint8Array.from([1, 2, 3])])).toMatchObject({
      error: { code: 'RW021' },
    });
    expect(readAcpiTables([])).toMatchObject({ error: { code: 'RW021' } });
  });

  test('the text of acpidump gives the same bytes', () => {
    const all = [iort(everyNode), dmar([drhd([])]), table('DSDT', 2, new Array(70000).fill(0x41))];
    const remarks = new Remarks();
    const found = readAcpiDump(
      `RSD PTR @ 0x00000000000F59B0\n    0000: 52 53\n\n${acpidump(all)}`,
      remarks,
    );
    expect(found.map((b) => [...b])).toEqual(all.map((b) => [...b]));
    expect(remarks.list()).toEqual([]);
  });

  test('a line that is missing in it is told', () => {
    const lines = acpidump([iort(everyNode)]).split('\n');
    const remarks = new Remarks();
    readAcpiDump(lines.filter((_, i) => i !== 3).join('\n'), remarks);
    expect(remarks.list()[0]?.code).toBe('RW026');
  });
});

/** Tables as iasl writes them for people to fill in; acpica-tools has it. */
test('the templates of iasl are read', () => {
  if (spawnSync('iasl', ['-v']).status !== 0) {
    process.stderr.write('NOT COVERED: templates of iasl: no iasl of acpica-tools runs here\n');
    return;
  }
  const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-iasl-'));
  try {
    const all = ['IORT', 'VIOT', 'DMAR', 'IVRS', 'RIMT', 'MCFG'];
    const known = all.filter((name) => {
      const made = spawnSync('iasl', ['-T', name], { cwd: dir });
      return made.status === 0 && readdirSync(dir).includes(`${name.toLowerCase()}.asl`);
    });
    expect(known).toEqual(expect.arrayContaining(['IORT', 'DMAR', 'IVRS', 'MCFG']));
    for (const name of known) {
      execFileSync('iasl', [`${name.toLowerCase()}.asl`], { cwd: dir, stdio: 'ignore' });
      const bytes = new Uint8Array(readFileSync(path.join(dir, `${name.toLowerCase()}.aml`)));
      const tables = read(bytes);
      expect(tables.signatures).toEqual([name]);
      expect({ name, remarks: tables.remarks }).toEqual({ name, remarks: [] });
      const part =
        tables[name.toLowerCase() as 'iort' | 'viot' | 'dmar' | 'ivrs' | 'rimt' | 'mcfg'];
      const list = part && ('nodes' in part ? part.nodes : 'units' in part ? part.units : part);
      expect(list?.length).toBeGreaterThan(0);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
