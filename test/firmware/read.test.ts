// SPDX-License-Identifier: GPL-2.0-only
// The blob reader: versions, padding, and one clear error for each way a blob can be bad.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileBytesMax, readFirmwareFile } from '#firmware/file';
import { cells, fdtLimits, isAvailable, pathOf, readDeviceTree, strings } from '#firmware/index';
import { blob, type Spec } from './blob.ts';

const small: Spec = {
  compatible: ['a,board', 'a,soc'],
  'uart@10': { reg: [0x10, 4], status: 'okay', phandle: 7 },
  off: { status: 'disabled', deeper: { flag: true } },
};

function code(bytes: Uint8Array): string {
  const result = readDeviceTree(bytes);
  return result.ok ? 'ok' : `${result.error.code} ${result.error.message}`;
}

function patch(bytes: Uint8Array, offset: number, word: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset, word);
  return copy;
}

describe('a good blob', () => {
  test.each([
    ['version 17', {}],
    ['version 16', { version: 16 }],
    ['padding inside', { padInside: 4096 }],
    ['padding behind', { padOutside: 1000 }],
    ['NOPs between all tokens', { nops: true }],
  ] as const)('with %s gives the same tree', (_name, options) => {
    const result = readDeviceTree(blob(small, options));
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.nodes.map(pathOf)).toEqual(['/', '/uart@10', '/off', '/off/deeper']);
    expect(strings(result.value.root, 'compatible')).toEqual(['a,board', 'a,soc']);
    const uart = result.value.byPhandle.get(7);
    expect(uart && cells(uart, 'reg')).toEqual([0x10, 4]);
    expect(result.value.nodes.map(isAvailable)).toEqual([true, true, false, true]);
  });

  test('has its memory reserve map read', () => {
    const result = readDeviceTree(blob(small, { reservations: [[0x1_0000_0000n, 4096n]] }));
    expect(result.ok && result.value.reservations).toEqual([
      { address: 0x1_0000_0000n, size: 4096n },
    ]);
  });

  test('of a newer version that says it is compatible with 17 is read', () => {
    expect(code(patch(blob(small), 20, 18))).toBe('ok');
  });

  test('as QEMU dumps it is read, padded to a mebibyte or not', () => {
    const bytes = readFileSync('test/fixtures/dtb/qemu-virt-smmuv3.dtb');
    const padded = new Uint8Array(1 << 20);
    padded.set(bytes);
    expect(code(new Uint8Array(bytes))).toBe('ok');
    expect(code(padded)).toBe('ok');
    expect(code(patch(padded, 4, 1 << 20))).toBe('ok');
  });
});

describe('a bad blob', () => {
  const good = blob(small);
  test.each<[string, Uint8Array, RegExp]>([
    ['that is empty', new Uint8Array(0), /^RW010 the file is empty/],
    ['of three bytes', Uint8Array.from([0xd0, 0x0d, 0xfe]), /^RW010/],
    ['cut within its header', good.slice(0, 20), /^RW010 the blob ends within its header/],
    ['cut behind its header', good.slice(0, 60), /^RW014 the header says/],
    ['of device tree source', Buffer.from('/dts-v1/;\n/ { };\n'), /^RW012 .*compile it with dtc/],
    ['of other text', Buffer.from('hello, world\n'), /^RW011 .*it is text/],
    ['with swapped bytes', Uint8Array.from([0xed, 0xfe, 0x0d, 0xd0]), /^RW011 .*little-endian/],
    ['of a gzip file', Uint8Array.from([0x1f, 0x8b, 8, 0, 0]), /^RW011 .*gzip/],
    ['of version 3', patch(patch(good, 20, 3), 24, 1), /^RW013/],
    ['compatible with 18 only', patch(patch(good, 20, 18), 24, 18), /^RW013/],
    ['of an absurd size', patch(good, 4, 0xffffffff), /^RW018 .*blobBytesMax/],
    ['with its structure outside', patch(good, 8, 0xfffffff0), /^RW014 the structure block/],
    ['with its strings outside', patch(good, 12, 0xfffffff0), /^RW014 the strings block/],
    ['with a huge strings block', patch(good, 32, 0xffffffff), /^RW014 the strings block/],
    ['with its reserve map outside', patch(good, 16, 0x7ffffff8), /^RW014 the memory reserve/],
    ['with a misaligned structure', patch(good, 8, 57), /^RW014/],
    ['with a structure cut short', patch(good, 36, 8), /^RW015/],
    ['with an unknown token', patch(good, 56, 77), /^RW015 unknown token 0x4d/],
    ['that ends a node never begun', patch(good, 56, 2), /^RW015 a node ends where none is open/],
    ['without a root', patch(good, 56, 9), /^RW015 the tree has no root/],
    ['with a property outside', patch(good, 56, 3), /^RW015 a property stands outside/],
    ['with a property too long', patch(good, 68, 0xfffffff0), /^RW015 a property of/],
    ['with a property name outside', patch(good, 72, 0xfffffff0), /^RW016/],
    ['with a phandle twice', blob({ a: { phandle: 3 }, b: { phandle: 3 } }), /^RW019 \/a and \/b/],
    ['that is an overlay', blob({ 'fragment@0': { __overlay__: {} } }), /^RW020 .*overlay/],
    ['that is a FIT image', blob({ images: {}, configurations: {} }), /^RW020 .*image tree/],
  ])('%s is refused by name', (_name, bytes, expected) => {
    expect(code(new Uint8Array(bytes))).toMatch(expected);
  });

  test('whose names would move the cursor is reported in plain text', () => {
    const bytes = blob({ 'a\x1b[2J': { phandle: 1 }, b: { phandle: 1 } });
    expect(code(bytes)).toBe('RW019 /a\\x1b[2J and /b both have phandle 0x1');
  });

  test.each([
    ['depthMax', { depthMax: 2 }],
    ['nodesMax', { nodesMax: 2 }],
    ['propertiesMax', { propertiesMax: 2 }],
    ['nameLengthMax', { nameLengthMax: 3 }],
    ['reservationsMax', { reservationsMax: 0 }],
    ['blobBytesMax', { blobBytesMax: 64 }],
  ])('beyond limit %s is refused with the name of the limit', (name, limit) => {
    const bytes = blob(small, { reservations: [[1n, 1n]] });
    const result = readDeviceTree(bytes, { ...fdtLimits, ...limit });
    expect(result.ok ? '' : `${result.error.code} ${result.error.message}`).toMatch(
      new RegExp(`^RW018 .*${name}`),
    );
  });

  test('nested a hundred thousand deep is refused, not followed', () => {
    const depth = 100_000;
    const bytes = new Uint8Array(56 + depth * 12);
    const view = new DataView(bytes.buffer);
    [0xd00dfeed, bytes.length, 56, 40, 40, 17, 16, 0, 0, depth * 12].forEach((w, i) => {
      view.setUint32(i * 4, w);
    });
    for (let i = 0; i < depth; i++) {
      view.setUint32(56 + i * 12, 1);
      if (i > 0) view.setUint32(60 + i * 12, 0x61000000);
    }
    expect(code(bytes)).toMatch(/^RW015|^RW018 .*depthMax/);
  });
});

describe('a firmware file', () => {
  test('that is missing, a directory, or too big is refused by code', () => {
    const dir = mkdtempSync(join(tmpdir(), 'racewindow-'));
    try {
      const file = join(dir, 'a.dtb');
      writeFileSync(file, blob(small));
      const codes = [dir, join(dir, 'none'), file].map((path) => {
        const result = readFirmwareFile(path);
        return result.ok ? 'ok' : result.error.code;
      });
      expect(codes).toEqual(['RW002', 'RW001', 'ok']);
      expect(fileBytesMax).toBeGreaterThan(fdtLimits.blobBytesMax);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
