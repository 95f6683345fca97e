// SPDX-License-Identifier: GPL-2.0-only
// Reading of big-endian words and C strings out of bytes, always within bounds.

/** The big-endian 32-bit word at @offset; undefined where it does not fit. */
export function u32be(bytes: Uint8Array, offset: number): number | undefined {
  if (offset < 0 || offset + 4 > bytes.length) return undefined;
  const high = (bytes[offset]! << 8) | bytes[offset + 1]!;
  const low = (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
  return high * 0x10000 + low;
}

/** All whole 32-bit words; up to three bytes at the end are left out. */
export function words(bytes: Uint8Array): number[] {
  const out: number[] = [];
  for (let offset = 0; offset + 4 <= bytes.length; offset += 4) out.push(u32be(bytes, offset)!);
  return out;
}

/**
 * The C string at @offset, one character per byte (latin-1), without its NUL; undefined where no
 * NUL follows before @end.
 */
export function cString(bytes: Uint8Array, offset: number, end: number): string | undefined {
  const nul = bytes.indexOf(0, offset);
  if (offset < 0 || nul < 0 || nul >= end) return undefined;
  return latin1(bytes.subarray(offset, nul));
}

/** Bytes as text, one character per byte. */
export function latin1(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += String.fromCharCode(byte);
  return out;
}

/** Round up to a multiple of 4, the alignment of everything in a flattened tree. */
export function align4(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}

/** `0x1f`, lower case. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
