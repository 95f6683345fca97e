// SPDX-License-Identifier: GPL-2.0-only
// Reads and writes the parts of a WebAssembly binary that the rewriting needs.

/** A growing byte buffer. */
export class Bytes {
  private buffer = new Uint8Array(1 << 16);
  length = 0;

  private room(n: number): void {
    if (this.length + n <= this.buffer.length) return;
    const next = new Uint8Array(Math.max(this.buffer.length * 2, this.length + n));
    next.set(this.buffer.subarray(0, this.length));
    this.buffer = next;
  }
  byte(v: number): void {
    this.room(1);
    this.buffer[this.length++] = v;
  }
  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }
  /** Unsigned LEB128. */
  u(v: number): void {
    let rest = v >>> 0;
    while (rest >= 128) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }
  /** Signed LEB128 of a 32-bit number. */
  s(v: number): void {
    let rest = v | 0;
    for (;;) {
      const low = rest & 127;
      rest >>= 7;
      if ((rest === 0 && !(low & 64)) || (rest === -1 && low & 64)) {
        this.byte(low);
        return;
      }
      this.byte(low | 128);
    }
  }
  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}

/** A cursor over bytes. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte(): number {
    return this.bytes[this.at++]!;
  }
  u(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const b = this.bytes[this.at++]!;
      result += (b & 127) * scale;
      if (b < 128) return result;
      scale *= 128;
    }
  }
  /** A signed LEB128 of 32 bits. */
  s(): number {
    let result = 0;
    let shift = 0;
    for (;;) {
      const b = this.byte();
      result |= (b & 127) << shift;
      shift += 7;
      if (b < 128) return shift < 32 && b & 64 ? result | (-1 << shift) : result;
    }
  }
  /** Skip a LEB128 of either sign. */
  skipLeb(): void {
    while (this.bytes[this.at++]! & 128);
  }
  name(): string {
    const n = this.u();
    const text = Buffer.from(this.bytes.subarray(this.at, this.at + n)).toString('utf8');
    this.at += n;
    return text;
  }
}

export interface WasmSection {
  readonly id: number;
  /** Of a custom section; '' otherwise. */
  readonly name: string;
  /** Payload; of a custom section what follows the name. */
  readonly body: Uint8Array;
}

/** Split a module into its sections. */
export function sections(module: Uint8Array): WasmSection[] {
  const c = new Cursor(module, 8);
  const out: WasmSection[] = [];
  while (c.at < module.length) {
    const id = c.byte();
    const size = c.u();
    const end = c.at + size;
    const name = id === 0 ? c.name() : '';
    out.push({ id, name, body: module.subarray(c.at, end) });
    c.at = end;
  }
  return out;
}

/** Join sections to a module. */
export function joinSections(parts: readonly WasmSection[]): Uint8Array {
  const out = new Bytes();
  out.raw(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  for (const part of parts) {
    const body = new Bytes();
    if (part.id === 0) {
      const name = new TextEncoder().encode(part.name);
      body.u(name.length);
      body.raw(name);
    }
    body.raw(part.body);
    out.byte(part.id);
    out.u(body.length);
    out.raw(body.view());
  }
  return out.view();
}

interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** What the rewriting has to know about a module. */
export interface ModuleShape {
  readonly types: readonly FunctionType[];
  /** Imported functions, in index order. */
  readonly imports: readonly { readonly name: string; readonly type: number }[];
  /** Type indices of the defined functions. */
  readonly defined: readonly number[];
  readonly exports: ReadonlyMap<string, { readonly kind: number; readonly index: number }>;
  /** Function names by index, from the name section. */
  readonly names: ReadonlyMap<number, string>;
}

/** Parse types, imports, functions, exports and names. */
export function moduleShape(parts: readonly WasmSection[]): ModuleShape {
  const cursor = (id: number): Cursor | null => {
    const s = parts.find((p) => p.id === id);
    return s ? new Cursor(s.body) : null;
  };
  const list = <T>(c: Cursor | null, read: (c: Cursor) => T): T[] =>
    c ? Array.from({ length: c.u() }, () => read(c)) : [];
  const types = list(cursor(1), (c) => {
    c.byte();
    const valtypes = (): number[] => list(c, (d) => d.byte());
    return { params: valtypes(), results: valtypes() };
  });
  const imports: { name: string; type: number }[] = [];
  list(cursor(2), (c) => {
    c.name();
    const name = c.name();
    const kind = c.byte();
    if (kind === 0) imports.push({ name, type: c.u() });
    else if (kind === 1 || kind === 2) {
      if (kind === 1) c.byte();
      const flags = c.byte();
      c.u();
      if (flags & 1) c.u();
    } else c.at += 2;
  });
  const defined = list(cursor(3), (c) => c.u());
  const exports = new Map<string, { kind: number; index: number }>();
  list(cursor(7), (c) => {
    const name = c.name();
    exports.set(name, { kind: c.byte(), index: c.u() });
  });
  const names = new Map<number, string>();
  const custom = parts.find((p) => p.id === 0 && p.name === 'name');
  if (custom) {
    const c = new Cursor(custom.body);
    while (c.at < custom.body.length) {
      const id = c.byte();
      const end = c.u() + c.at;
      if (id === 1) {
        list(c, (d) => {
          const index = d.u();
          names.set(index, d.name());
        });
      }
      c.at = end;
    }
  }
  return { types, imports, defined, exports, names };
}
