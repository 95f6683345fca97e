// SPDX-License-Identifier: GPL-2.0-only
// Little-endian fields of a table. What does not fit reads as 0, as a zeroed tail would.
import { latin1 } from '#base/bytes';

/** The bytes of a table, or a part of one. */
export class View {
  readonly length: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.length;
  }

  fits(at: number, size: number): boolean {
    return at >= 0 && size >= 0 && at + size <= this.length;
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return this.u8(at) | (this.u8(at + 1) << 8);
  }

  u32(at: number): number {
    return this.u16(at) + this.u16(at + 2) * 0x10000;
  }

  u64(at: number): bigint {
    return BigInt(this.u32(at)) | (BigInt(this.u32(at + 4)) << 32n);
  }

  /** Characters up to a NUL, or to @end. */
  text(at: number, end: number): string {
    const part = this.bytes.subarray(Math.max(0, at), Math.min(end, this.length));
    const nul = part.indexOf(0);
    return latin1(nul < 0 ? part : part.subarray(0, nul));
  }

  /** The bytes from @at up to @end. */
  part(at: number, end: number): View {
    return new View(this.bytes.subarray(at, Math.min(end, this.length)));
  }
}
