// SPDX-License-Identifier: GPL-2.0-only
// A small writer of ACPI tables, for tests that need one of a certain shape.

/** Little-endian bytes of a number. */
export function le(value: number | bigint, bytes: number): number[] {
  const big = BigInt(value);
  return Array.from({ length: bytes }, (_, i) => Number((big >> BigInt(8 * i)) & 0xffn));
}

const u16 = (v: number): number[] => le(v, 2);
const u32 = (v: number): number[] => le(v, 4);
const u64 = (v: number | bigint): number[] => le(v, 8);
const zeros = (n: number): number[] => new Array<number>(n).fill(0);

export function ascii(text: string, length = text.length + 1): number[] {
  const bytes = [...text].map((c) => c.charCodeAt(0));
  return [...bytes, ...zeros(Math.max(0, length - bytes.length))].slice(0, length);
}

/** A table with a good checksum around @body. */
export function table(signature: string, revision: number, body: readonly number[]): Uint8Array {
  const length = 36 + body.length;
  const head = [...ascii(signature, 4), ...u32(length), revision, 0];
  const names = [
    ...ascii('RWTEST', 6),
    ...ascii('BOARD', 8),
    ...u32(1),
    ...ascii('RW', 4),
    ...u32(1),
  ];
  const bytes = Uint8Array.from([...head, ...names, ...body]);
  return withChecksum(bytes);
}

/** @bytes with the checksum that makes their sum 0. */
export function withChecksum(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  out[9] = 0;
  out[9] = -out.reduce((sum, b) => sum + b, 0) & 0xff;
  return out;
}

/** An ID mapping; `to` is the index of a node of the same table. */
export interface Mapping {
  readonly input?: number;
  /** As the table has it: ids minus one. */
  readonly count?: number;
  readonly output: number;
  readonly to: number;
  readonly single?: boolean;
}

/** A node of an IORT: its type, its data, its mappings. */
export interface IortSpec {
  readonly type: number;
  readonly revision?: number;
  readonly data: readonly number[];
  readonly maps?: readonly Mapping[];
}

export const smmu3 = (base: number, index = 0): IortSpec => ({
  type: 4,
  revision: 4,
  data: [
    ...u64(base),
    ...u32(0),
    ...u32(0),
    ...u64(0),
    ...u32(0),
    ...zeros(16),
    ...u32(0),
    ...u32(index),
  ],
});

/** With wired interrupts, so that no mapping is set aside. */
export const smmu2 = (base: number): IortSpec => ({
  type: 3,
  revision: 3,
  data: [...u64(base), ...u64(0x10000), ...u32(3), ...u32(0), ...zeros(20)],
});

export const its = (): IortSpec => ({ type: 0, revision: 1, data: [...u32(1), ...u32(0)] });

export const rootComplex = (segment: number, maps: readonly Mapping[]): IortSpec => ({
  type: 2,
  revision: 3,
  data: [...u64(1), ...u32(0), ...u32(segment), 64, ...zeros(3)],
  maps,
});

export const named = (path: string, maps: readonly Mapping[]): IortSpec => {
  const data = [...u32(0), ...u64(1), 48, ...ascii(path)];
  return { type: 1, revision: 4, data: [...data, ...zeros(-data.length & 3)], maps };
};

export const pmcg = (to: number): IortSpec => ({
  type: 5,
  revision: 1,
  data: [...u64(0x2b442000), ...u32(0), ...u32(0), ...u64(0)],
  maps: [{ output: 0, to, single: true }],
});

export const rmr = (to: number): IortSpec => ({
  type: 6,
  revision: 1,
  data: [...u32(0), ...u32(1), ...u32(28), ...u64(0x80000000), ...u64(0x10000), ...u32(0)],
  maps: [{ count: 0, output: 1, to }],
});

export const iwb = (path: string): IortSpec => {
  const data = [...u64(0x2f000000), ...u16(0), ...ascii(path)];
  return { type: 7, revision: 0, data: [...data, ...zeros(-data.length & 3)] };
};

/** Write an IORT; `table revision` 0 to 6 say nothing about its nodes. */
export function iort(nodes: readonly IortSpec[], revision = 5): Uint8Array {
  const sizes = nodes.map(({ data, maps }) => 16 + data.length + 20 * (maps?.length ?? 0));
  const offsets = sizes.map((_, i) => 48 + sizes.slice(0, i).reduce((a, b) => a + b, 0));
  const body = nodes.flatMap(({ type, revision: own = 0, data, maps = [] }, i) => [
    ...[type, ...u16(sizes[i]!), own, ...u32(i)],
    ...u32(maps.length),
    ...u32(maps.length === 0 ? 0 : 16 + data.length),
    ...data,
    ...maps.flatMap((m) => mapping(m, offsets[m.to] ?? 0)),
  ]);
  return table('IORT', revision, [...u32(nodes.length), ...u32(48), ...u32(0), ...body]);
}

function mapping({ input = 0, count = 0, output, single = false }: Mapping, to: number): number[] {
  return [...u32(input), ...u32(count), ...u32(output), ...u32(to), ...u32(single ? 1 : 0)];
}

/** A VIOT: nodes as bytes; those of this file have fixed lengths. */
export function viot(nodes: readonly (readonly number[])[]): Uint8Array {
  const body = nodes.flat();
  return table('VIOT', 1, [...u16(nodes.length), ...u16(48), ...zeros(8), ...body]);
}

export const viotPci = (bdf: number, segment = 0): number[] => [
  ...[3, 0, ...u16(16), ...u16(segment), ...u16(bdf)],
  ...zeros(8),
];
export const viotMmio = (base: number): number[] => [4, 0, ...u16(16), ...u32(0), ...u64(base)];
export const viotRange = (
  [first, last]: readonly [number, number],
  endpoint: number,
  output: number,
  segments: readonly [number, number] = [0, 0],
): number[] => [
  ...[1, 0, ...u16(24), ...u32(endpoint), ...u16(segments[0]), ...u16(segments[1])],
  ...[...u16(first), ...u16(last), ...u16(output), ...zeros(6)],
];
export const viotEndpoint = (base: number, endpoint: number, output: number): number[] => [
  ...[2, 0, ...u16(24), ...u32(endpoint), ...u64(base), ...u16(output), ...zeros(6)],
];

/** A device scope: type, enumeration id, bus and hops. */
export const scope = (
  type: number,
  bus: number,
  hops: readonly (readonly [number, number])[],
  enumeration = 0,
): number[] => [type, 6 + 2 * hops.length, 0, 0, enumeration, bus, ...hops.flat()];

export const drhd = (
  scopes: readonly (readonly number[])[],
  { segment = 0, all = false, base = 0xfed90000 } = {},
): number[] => {
  const own = scopes.flat();
  return [
    ...u16(0),
    ...u16(16 + own.length),
    all ? 1 : 0,
    0,
    ...u16(segment),
    ...u64(base),
    ...own,
  ];
};

export const andd = (number: number, path: string): number[] => {
  const name = ascii(path);
  return [...u16(4), ...u16(8 + name.length), 0, 0, 0, number, ...name];
};

export const dmar = (structures: readonly (readonly number[])[]): Uint8Array =>
  table('DMAR', 1, [38, 1, ...zeros(10), ...structures.flat()]);

/** A block of an IVRS of type 10h, or 11h and 40h with their longer heads. */
export const ivhd = (
  type: number,
  entries: readonly (readonly number[])[],
  { id = 0x10, segment = 0 } = {},
): number[] => {
  const own = entries.flat();
  const head = type === 0x10 ? 24 : 40;
  return [
    ...[type, 0, ...u16(head + own.length), ...u16(id), ...u16(0x40), ...u64(0xfed80000)],
    ...[...u16(segment), ...u16(0), ...u32(0), ...zeros(head - 24), ...own],
  ];
};

export const entry = (type: number, id: number, more: readonly number[] = []): number[] => [
  ...[type, ...u16(id), 0, ...more],
];

export const ivrsHid = (hid: string, id: number, uid: string): number[] => [
  ...[0xf0, ...u16(id), 0, ...ascii(hid, 8), ...zeros(8), 2, uid.length, ...ascii(uid, uid.length)],
];

export const ivrs = (blocks: readonly (readonly number[])[]): Uint8Array =>
  table('IVRS', 2, [...u32(0), ...zeros(8), ...blocks.flat()]);

/** A RIMT of one IOMMU with an HID, a root complex and a platform device behind it. */
export function rimt(): Uint8Array {
  const iommu = [
    ...[0, 1, ...u16(40), 0, 0, ...u16(0), ...ascii('RSCV0004', 8), ...u64(0x3000000)],
    ...[...u32(0), ...u32(0), ...u16(0), ...u16(0), ...u16(0), ...u16(0)],
  ];
  const map = (input: number, count: number, output: number): number[] => [
    ...[...u32(input), ...u32(count), ...u32(output), ...u32(48), ...u32(0)],
  ];
  const root = [
    ...[1, 1, ...u16(40), 0, 0, ...u16(1), ...u32(0), 0, 0, ...u16(0), ...u16(20), ...u16(1)],
    ...map(0, 0xffff, 0x10000),
  ];
  const path = ascii('\\_SB.DMA0', 12);
  const device = [
    2,
    1,
    ...u16(44),
    0,
    0,
    ...u16(2),
    ...u16(24),
    ...u16(1),
    ...path,
    ...map(0, 0, 7),
  ];
  return table('RIMT', 1, [...u32(3), ...u32(48), ...u32(0), ...iommu, ...root, ...device]);
}

export const mcfg = (entries: readonly (readonly [number, number, number])[]): Uint8Array =>
  table('MCFG', 1, [
    ...zeros(8),
    ...entries.flatMap(([segment, a, b]) => [...u64(0xb0000000), ...u16(segment), a, b, ...u32(0)]),
  ]);

/** What acpidump prints of tables. */
export function acpidump(tables: readonly Uint8Array[]): string {
  const hex = (n: number, width: number): string =>
    n.toString(16).toUpperCase().padStart(width, '0');
  return tables
    .map((bytes) => {
      const name = String.fromCharCode(...bytes.subarray(0, 4));
      const lines = [`${name} @ 0x0000000079620000`];
      for (let at = 0; at < bytes.length; at += 16) {
        const row = [...bytes.subarray(at, at + 16)];
        const text = row.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join('');
        const pairs = row.map((b) => hex(b, 2)).join(' ');
        lines.push(`    ${hex(at, 4)}: ${pairs.padEnd(47)}  ${text}`);
      }
      return `${lines.join('\n')}\n\n`;
    })
    .join('');
}
