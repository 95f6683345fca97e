// SPDX-License-Identifier: GPL-2.0-only
// The header of a flattened device tree (Devicetree Specification 0.4, section 5.2).
import { hex, u32be } from '#base/bytes';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type Content, contentNames, contentOf } from '#firmware/content';
import type { FdtLimits } from '#firmware/dtb/limits';

/** Where the blocks of a blob lie; all offsets and sizes in bytes, checked against `totalSize`. */
export interface FdtHeader {
  readonly totalSize: number;
  readonly structOffset: number;
  readonly structSize: number;
  readonly stringsOffset: number;
  readonly stringsSize: number;
  readonly reserveOffset: number;
  readonly version: number;
  readonly bootCpu: number;
}

const magic = 0xd00dfeed;
const headerBytesV16 = 36;
const headerBytesV17 = 40;
const newestReadable = 17;
const oldestReadable = 16;

/** Find and check the blocks of a blob. Bytes after `totalsize` are padding of the file. */
export function readHeader(bytes: Uint8Array, limits: FdtLimits): Result<FdtHeader, UserError> {
  const found = u32be(bytes, 0);
  if (found !== magic) return notABlob(bytes);
  if (bytes.length < headerBytesV16) {
    return fail(
      'RW010',
      `the blob ends within its header, after ${bytes.length} bytes`,
      'the file was cut off; copy it again',
    );
  }
  const word = (index: number): number => u32be(bytes, index * 4) ?? 0;
  const version = word(5);
  const lastCompatible = word(6);
  if (version < oldestReadable || lastCompatible > newestReadable || lastCompatible > version) {
    return fail(
      'RW013',
      `the blob has version ${version}, compatible back to ${lastCompatible}; 16 and 17 are known`,
      'write it anew with: dtc -I dtb -O dtb -V 17',
    );
  }
  const totalSize = word(1);
  if (totalSize > limits.blobBytesMax) {
    return fail(
      'RW018',
      `the header says ${totalSize} bytes; limit blobBytesMax is ${limits.blobBytesMax}`,
      'no board is that big: the header is damaged',
    );
  }
  if (totalSize > bytes.length) {
    return fail(
      'RW014',
      `the header says ${totalSize} bytes, but the file has ${bytes.length}`,
      'the file was cut off; copy it again',
    );
  }
  const structOffset = word(2);
  const stringsOffset = word(3);
  const reserveOffset = word(4);
  // Version 16 does not say how long the structure is; FDT_END ends it wherever it is found.
  const structSize = version >= 17 ? word(9) : totalSize - structOffset;
  const stringsSize = word(8);
  const headerBytes = version >= 17 ? headerBytesV17 : headerBytesV16;
  const blocks: [string, number, number, number][] = [
    ['structure', structOffset, structSize, 4],
    ['strings', stringsOffset, stringsSize, 1],
    ['memory reserve', reserveOffset, 16, 4],
  ];
  for (const [name, offset, size, alignment] of blocks) {
    const inside = offset >= headerBytes && size >= 0 && offset + size <= totalSize;
    if (!inside || offset % alignment !== 0) {
      return fail(
        'RW014',
        `the ${name} block at ${hex(offset)} with ${size} bytes does not fit in the blob`,
        'the header is damaged; copy or compile the blob again',
      );
    }
  }
  return ok({
    totalSize,
    structOffset,
    structSize,
    stringsOffset,
    stringsSize,
    reserveOffset,
    version,
    bootCpu: word(7),
  });
}

function notABlob(bytes: Uint8Array): Result<never, UserError> {
  const content = contentOf(bytes);
  switch (content) {
    case 'empty':
      return fail('RW010', 'the file is empty', 'give the .dtb of a board');
    case 'dts':
      return fail(
        'RW012',
        'the file looks like device tree source; compile it with dtc',
        'dtc -I dts -O dtb -o board.dtb board.dts (run cpp first where it has #include)',
      );
    default:
      if (bytes.length < 4) {
        return fail('RW010', `the file has only ${bytes.length} bytes`, 'give the .dtb of a board');
      }
      return fail(
        'RW011',
        `the file is not a flattened device tree: ${guess(bytes)}`,
        hints[content] ?? 'give the .dtb of a board',
      );
  }
}

const hints: Readonly<Partial<Record<Content, string>>> = {
  'dtb-swapped': 'swap the bytes of each 32-bit word',
  'dtb-table': 'take one blob out of it first',
  gzip: 'gunzip it first',
  xz: 'unxz it first',
  zstd: 'unzstd it first',
  bzip2: 'bunzip2 it first',
};

function guess(bytes: Uint8Array): string {
  const content = contentOf(bytes);
  if (content !== 'binary') return `it is ${contentNames[content]}`;
  return `it begins with ${hex(u32be(bytes, 0) ?? 0)} instead of 0xd00dfeed`;
}
