// SPDX-License-Identifier: GPL-2.0-only
// Damaged inputs of every kind that a board may come from: each gives a board or one coded error.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { errorCodes, formatUserError, type UserError } from '#base/errors';
import { functionsIn, tablesIn } from '#firmware/acpi/folder';
import { Remarks } from '#firmware/acpi/remarks';
import { readAcpiTables } from '#firmware/acpi/tables';
import { contentOf } from '#firmware/content';
import { readDeviceTree } from '#firmware/dtb/read';
import type { PciFunctions } from '#firmware/pci/functions';
import { readLog, storyOf } from '#log/index';
import { classesOf, type Platform, platformOf } from '#platform/index';
import { renderBoard } from '#report/board';
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
  named,
  rimt,
  rmr,
  rootComplex,
  scope,
  smmu2,
  smmu3,
  viot,
  viotEndpoint,
  viotPci,
  viotRange,
  withChecksum,
} from '../firmware/tables.ts';

/** An input to be damaged. */
export interface Original {
  readonly kind: 'table' | 'text' | 'tree' | 'log';
  readonly bytes: Uint8Array;
}

const busyIort = iort([
  ...[its(), smmu3(1), smmu2(2)],
  rootComplex(0, [
    { count: 0x100, output: 0, to: 1 },
    { input: 0x100, count: 0xffff, output: 0, to: 0 },
  ]),
  named('\\_SB.GPU0', [
    { output: 7, to: 1, single: true },
    { output: 8, to: 2, single: true },
  ]),
  rmr(1),
]);

const lspci = `00:00.0 Host bridge [0600]: Somebody Something [8086:29c0]
\tCapabilities: [40] Express (v2) Root Complex Integrated Endpoint, IntMsgNum 0
00:1c.0 PCI bridge [0604]: Somebody Something [8086:29c1]
\tBus: primary=00, secondary=01, subordinate=03, sec-latency=0
\tCapabilities: [54] Express (v2) Root Port (Slot+), MSI 00
\tCapabilities: [148 v1] Access Control Services
01:00.0 Ethernet controller [0200]: Somebody Something [8086:10d3]
`;

/** One of each kind and more; small, but for the logs. */
export function originals(): Original[] {
  const dir = 'test/fixtures/acpi';
  const machines = readdirSync(dir).filter((name) => !name.includes('.'));
  const recorded = machines.flatMap((machine) =>
    readdirSync(`${dir}/${machine}`).map((file) => readFileSync(`${dir}/${machine}/${file}`)),
  );
  const unit = drhd([scope(1, 0, [[2, 0]]), scope(2, 0, [[28, 0]]), scope(5, 0, [[30, 3]], 1)]);
  const block = ivhd(0x40, [
    ...[entry(3, 0), entry(4, 0xffff), entry(0x43, 0x300, [0, 0, 3, 0]), entry(4, 0x3ff)],
    ivrsHid('AMDI0020', 0x98, 'ID0'),
  ]);
  const made = [
    ...[busyIort, dmar([unit, andd(1, '\\_SB.I2C0')]), ivrs([ivhd(0x11, [entry(1, 0)]), block])],
    ...[rimt(), viot([viotPci(0x10), viotRange([0, 0xff], 5, 48), viotEndpoint(9, 6, 48)])],
  ];
  const logs = ['26-qemu-virt-smmuv3-acpi-7.2.13', 'forced-a-c10'];
  const blobs = ['examples/boards/laptop.dtb', 'test/fixtures/dtb/qemu-virt-smmuv3.dtb'];
  return [
    ...[...recorded, ...made].map((bytes): Original => ({ kind: 'table', bytes })),
    ...[Buffer.from(acpidump(made)), Buffer.from(lspci)].map(
      (bytes): Original => ({
        kind: 'text',
        bytes,
      }),
    ),
    ...blobs.map((file): Original => ({ kind: 'tree', bytes: readFileSync(file) })),
    ...logs.map(
      (name): Original => ({
        kind: 'log',
        bytes: gunzipSync(readFileSync(`test/fixtures/logs/${name}.log.gz`)),
      }),
    ),
  ];
}

/** The PCI functions that the lspci among @list tells. */
export function functionsOf(list: readonly Original[]): PciFunctions | null {
  const told = list.filter((o) => o.kind === 'text').map((o) => functionsIn(o.bytes));
  return told.find((f) => f !== null) ?? null;
}

type Change = (bytes: Uint8Array) => Uint8Array;

const word = fc.oneof(
  fc.constantFrom(0, 1, 4, 0x10, 0xff, 0x100, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff),
  fc.nat(64),
);

/** Bits, words, cuts, parts that stand twice or in another place. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, byte]): Change =>
      (bytes) => {
        const out = bytes.slice();
        if (out.length > 0) out[at % out.length] = byte;
        return out;
      },
  ),
  fc.tuple(fc.nat(), word, fc.constantFrom(1, 2, 4)).map(
    ([at, value, size]): Change =>
      (bytes) => {
        const out = bytes.slice();
        for (let i = 0; i < size; i++) out[(at % out.length) + i] = (value >>> (8 * i)) & 0xff;
        return out;
      },
  ),
  fc.nat().map(
    (at): Change =>
      (bytes) =>
        bytes.slice(0, at % (bytes.length + 1)),
  ),
  fc.tuple(fc.nat(), fc.nat(), fc.nat(200)).map(
    ([from, to, size]): Change =>
      (bytes) => {
        const start = from % (bytes.length + 1);
        const at = to % (bytes.length + 1);
        const part = bytes.slice(start, start + size);
        return Buffer.concat([bytes.slice(0, at), part, bytes.slice(at)]);
      },
  ),
);

/** An input with up to four changes; half of the tables get a good checksum again. */
export function mangled(list: readonly Original[]): fc.Arbitrary<Original> {
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  return fc
    .tuple(fc.constantFrom(...list), changes, fc.boolean())
    .map(([{ kind, bytes }, steps, mend]) => {
      const broken = steps.reduce<Uint8Array>((b, step) => step(b), new Uint8Array(bytes));
      const mends = mend && kind === 'table' && broken.length > 36;
      return { kind, bytes: mends ? withChecksum(broken) : broken };
    });
}

function faultOfError(error: UserError): string | null {
  if (!Object.keys(errorCodes).includes(error.code)) return `unknown code ${error.code}`;
  if (error.hint === '') return `${error.code} without a hint`;
  return /^[\n\x20-\x7e]*$/.test(formatUserError(error)) ? null : `${error.code} is not plain`;
}

function faultOfBoard(platform: Platform): string | null {
  classesOf(platform);
  const text = renderBoard(platform, { allDevices: true });
  if (!/^[\n\x20-\x7e]*$/.test(text)) return 'the board is not plain text';
  if (text.split('\n').some((line) => line.length > 75)) return 'a line of the board is too long';
  for (const { iommus } of platform.devices) {
    const names = platform.iommus.map((i) => i.name);
    if (iommus.some((use) => !names.includes(use.iommu))) return 'a device is behind nothing';
  }
  return null;
}

/** What is wrong with the answer to @bytes; null for nothing. */
export function faultOf(bytes: Uint8Array, functions: PciFunctions | null): string | null {
  const remarks = new Remarks();
  const tables = tablesIn(bytes, remarks);
  if (tables) {
    const read = readAcpiTables(tables, remarks);
    if (!read.ok) return faultOfError(read.error);
    const around = { functions, names: new Map<string, string>() };
    const board = platformOf({ kind: 'acpi', tables: read.value, around, notes: [] });
    return board.ok ? faultOfBoard(board.value) : faultOfError(board.error);
  }
  functionsIn(bytes);
  const content = contentOf(bytes);
  if (content === 'log') {
    const log = readLog(bytes, 'a log');
    if (log.ok) storyOf(log.value);
    return log.ok ? null : faultOfError(log.error);
  }
  const tree = readDeviceTree(bytes);
  if (!tree.ok) return faultOfError(tree.error);
  const board = platformOf({ kind: 'dt', tree: tree.value, notes: [] });
  return board.ok ? faultOfBoard(board.value) : faultOfError(board.error);
}
