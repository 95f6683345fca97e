// SPDX-License-Identifier: GPL-2.0-only
// Bytes that are written one after another, little-endian.

const encoder = new TextEncoder();

/** A file in the making; each method returns it. */
export class ByteWriter {
  private buffer = new Uint8Array(256);
  length = 0;

  u8(value: number): this {
    return this.number(value, 1);
  }

  u16(value: number): this {
    return this.number(value, 2);
  }

  u32(value: number): this {
    return this.number(value, 4);
  }

  u64(value: number): this {
    return this.number(value, 8);
  }

  /** @text without an end. */
  raw(text: string): this {
    return this.bytes(encoder.encode(text));
  }

  /** @text and a zero. */
  text(text: string): this {
    return this.raw(text).u8(0);
  }

  /** @text behind its length in 8 bytes. */
  long(text: string): this {
    const bytes = encoder.encode(text);
    return this.u64(bytes.length).bytes(bytes);
  }

  /** @text in @size bytes, a zero at its end at least. */
  fixed(text: string, size: number): this {
    const bytes = encoder.encode(text).subarray(0, size - 1);
    return this.bytes(bytes).zeros(size - bytes.length);
  }

  zeros(count: number): this {
    return this.bytes(new Uint8Array(count));
  }

  bytes(bytes: Uint8Array): this {
    const end = this.length + bytes.length;
    if (end > this.buffer.length) {
      const larger = new Uint8Array(Math.max(end, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(bytes, this.length);
    this.length = end;
    return this;
  }

  /** All of it. */
  done(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private number(value: number, size: number): this {
    const bytes = new Uint8Array(size);
    let rest = value;
    for (let i = 0; i < size; i++) {
      bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return this.bytes(bytes);
  }
}
