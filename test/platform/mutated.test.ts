// SPDX-License-Identifier: GPL-2.0-only
// Thousands of damaged blobs: each gives a platform or one coded error, soon, and never throws.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCodes, formatUserError } from '#base/errors';
import { classesOf, readPlatform } from '#platform/index';
import { renderBoard } from '#report/board';
import { blob, type Spec } from '../firmware/blob.ts';
import { printedError } from '../support/errors.ts';
import { draws } from '../support/sweep.ts';

const originals = ['examples/boards/laptop.dtb', 'test/fixtures/dtb/qemu-virt-smmuv3.dtb'].map(
  (path) => new Uint8Array(readFileSync(path)),
);

/** Of this process alone, and far above the usual few milliseconds. */
const cpuMsMax = 5000;

/** All that may be asked of any input. */
function settle(bytes: Uint8Array): void {
  const start = process.cpuUsage();
  const result = readPlatform(bytes);
  if (result.ok) {
    classesOf(result.value);
    const text = renderBoard(result.value, { allDevices: true });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(75);
    expect(JSON.parse(JSON.stringify(result.value))).toEqual(result.value);
  } else {
    expect(Object.keys(errorCodes)).toContain(result.error.code);
    expect(result.error.hint).not.toBe('');
    expect(formatUserError(result.error)).toMatch(printedError);
  }
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(cpuMsMax);
}

const original = fc.constantFrom(...originals);

test('a blob with flipped bits gives a platform or a coded error', () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(original, flips, (bytes, list) => {
      const copy = bytes.slice();
      for (const [at, bit] of list) copy[at % copy.length]! ^= 1 << bit;
      settle(copy);
    }),
    { numRuns: draws(500) },
  );
});

test('a blob with words replaced gives a platform or a coded error', () => {
  const word = fc.oneof(
    fc.constantFrom(0, 1, 2, 3, 4, 9, 0x7fffffff, 0xffffffff, 0x80000000),
    fc.nat(256),
    fc.nat(0xffffffff),
  );
  const edits = fc.array(fc.tuple(fc.nat(), word), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(original, edits, (bytes, list) => {
      const copy = bytes.slice();
      const view = new DataView(copy.buffer);
      for (const [at, value] of list) view.setUint32((at % (copy.length >> 2)) * 4, value);
      settle(copy);
    }),
    { numRuns: draws(500) },
  );
});

test('a blob cut off or spliced gives a platform or a coded error', () => {
  fc.assert(
    fc.property(original, fc.nat(), fc.nat(), fc.nat(64), (bytes, from, to, length) => {
      settle(bytes.slice(0, from % bytes.length));
      const spliced = bytes.slice();
      spliced.copyWithin(to % bytes.length, from % bytes.length, (from % bytes.length) + length);
      settle(spliced);
    }),
    { numRuns: draws(200) },
  );
});

test('any bytes at all give a coded error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => settle(bytes)),
    { numRuns: draws(200) },
  );
});

test('a tree with references at random gives a platform or a coded error', () => {
  const phandle = fc.nat(6);
  const cellList = fc.array(fc.oneof(phandle, fc.nat(0x200), fc.constant(0xffffffff)), {
    maxLength: 12,
  });
  const node = fc.record(
    {
      compatible: fc.constantFrom('arm,smmu-v3', 'arm,mmu-500', 'simple-bus', 'a,b'),
      reg: cellList,
      ranges: cellList,
      'dma-ranges': cellList,
      iommus: cellList,
      'iommu-map': cellList,
      'iommu-map-mask': fc.nat(),
      '#iommu-cells': fc.nat(3),
      '#address-cells': fc.nat(4),
      '#size-cells': fc.nat(4),
      device_type: fc.constant('pci'),
      interconnects: cellList,
      'interconnect-names': fc.constant('dma-mem'),
      '#interconnect-cells': fc.nat(2),
      'memory-region': cellList,
      'iommu-addresses': cellList,
      'linux,pci-domain': fc.nat(),
      mask: fc.nat(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(node, { maxLength: 6 }), fc.nat(5), (nodes, nestedFrom) => {
      const specs = nodes.map((n, i): Spec => ({ ...(n as Spec), phandle: i + 1 }));
      const inner = Object.fromEntries(specs.slice(nestedFrom).map((s, i) => [`in@${i}`, s]));
      const outer = specs.slice(0, nestedFrom).map((s, i): [string, Spec] => [`out@${i}`, s]);
      const first = outer[0];
      if (first) outer[0] = [first[0], { ...first[1], ...inner }];
      settle(blob({ '#address-cells': 1, '#size-cells': 1, ...Object.fromEntries(outer) }));
    }),
    { numRuns: draws(400) },
  );
});
