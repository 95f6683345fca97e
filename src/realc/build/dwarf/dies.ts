// SPDX-License-Identifier: GPL-2.0-only
// Reads DWARF 4 debugging entries: only the tags and attributes that naming an access needs.

import { Cursor, sections } from '../wasm/binary.ts';

/** A debugging entry. Offsets are in .debug_info and serve as identity. */
export interface Die {
  readonly offset: number;
  readonly tag: number;
  readonly parent: Die | null;
  readonly unit: Unit;
  readonly children: Die[];
  name: string | null;
  type: number;
  origin: number;
  lowPc: number;
  highPc: number;
  ranges: number;
  byteSize: number;
  memberOffset: number;
  bitOffset: number;
  bitSize: number;
  callFile: number;
  callLine: number;
  count: number;
  address: number;
  declaration: boolean;
}

/** A compilation unit. */
interface Unit {
  readonly name: string;
  readonly lineOffset: number;
  readonly lowPc: number;
}

export const TAG = {
  array: 0x01,
  enumeration: 0x04,
  parameter: 0x05,
  lexicalBlock: 0x0b,
  member: 0x0d,
  pointer: 0x0f,
  unit: 0x11,
  struct: 0x13,
  typedef: 0x16,
  union: 0x17,
  inlined: 0x1d,
  subrange: 0x21,
  base: 0x24,
  constant: 0x26,
  subprogram: 0x2e,
  variable: 0x34,
  volatile: 0x35,
} as const;

interface Abbrev {
  readonly tag: number;
  readonly children: boolean;
  readonly attrs: readonly (readonly [attr: number, form: number])[];
}

/** The debug sections of a module. */
export interface DebugSections {
  readonly info: Uint8Array;
  readonly abbrev: Uint8Array;
  readonly str: Uint8Array;
  readonly line: Uint8Array;
  readonly ranges: Uint8Array;
}

/** Find the debug sections; missing ones are empty. */
export function debugSections(module: Uint8Array): DebugSections {
  const all = sections(module);
  const get = (n: string): Uint8Array => all.find((s) => s.name === n)?.body ?? new Uint8Array();
  return {
    info: get('.debug_info'),
    abbrev: get('.debug_abbrev'),
    str: get('.debug_str'),
    line: get('.debug_line'),
    ranges: get('.debug_ranges'),
  };
}

/** Little-endian numbers at a cursor. */
export function fixed(c: Cursor, n: number): number {
  let v = 0;
  let scale = 1;
  for (let i = 0; i < n; i++) {
    v += c.bytes[c.at++]! * scale;
    scale *= 256;
  }
  return v;
}

/** A zero-terminated string. */
export function cstring(bytes: Uint8Array, at: number): string {
  let end = at;
  while (bytes[end]) end++;
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1');
}

function abbrevTable(bytes: Uint8Array, offset: number): Map<number, Abbrev> {
  const c = new Cursor(bytes, offset);
  const table = new Map<number, Abbrev>();
  for (let code = c.u(); code !== 0; code = c.u()) {
    const tag = c.u();
    const children = c.byte() === 1;
    const attrs: [number, number][] = [];
    for (;;) {
      const attr = c.u();
      const form = c.u();
      if (attr === 0 && form === 0) break;
      attrs.push([attr, form]);
    }
    table.set(code, { tag, children, attrs });
  }
  return table;
}

type FormValue = number | string | Uint8Array;

function form(c: Cursor, f: number, unitStart: number, str: Uint8Array): FormValue {
  const block = (n: number): Uint8Array => {
    c.at += n;
    return c.bytes.subarray(c.at - n, c.at);
  };
  switch (f) {
    case 0x01:
    case 0x06:
    case 0x10:
    case 0x17:
      return fixed(c, 4);
    case 0x03:
      return block(fixed(c, 2));
    case 0x04:
      return block(fixed(c, 4));
    case 0x05:
      return fixed(c, 2);
    case 0x07:
    case 0x20:
      return fixed(c, 8);
    case 0x08: {
      const text = cstring(c.bytes, c.at);
      c.at += text.length + 1;
      return text;
    }
    case 0x09:
    case 0x18:
      return block(c.u());
    case 0x0a:
      return block(c.byte());
    case 0x0b:
    case 0x0c:
      return c.byte();
    case 0x0d:
      return c.s();
    case 0x0e:
      return cstring(str, fixed(c, 4));
    case 0x0f:
      return c.u();
    case 0x11:
      return unitStart + fixed(c, 1);
    case 0x12:
      return unitStart + fixed(c, 2);
    case 0x13:
      return unitStart + fixed(c, 4);
    case 0x15:
      return unitStart + c.u();
    case 0x19:
      return 1;
    default:
      throw new Error(`DWARF form 0x${f.toString(16)} is not handled`);
  }
}

function setAttribute(d: Die, attr: number, v: FormValue): void {
  const n = typeof v === 'number' ? v : 0;
  if (attr === 0x03) d.name = String(v);
  else if (attr === 0x49) d.type = n;
  else if (attr === 0x31 || attr === 0x47) d.origin = n;
  else if (attr === 0x11) d.lowPc = n;
  else if (attr === 0x12) d.highPc = d.lowPc + n;
  else if (attr === 0x55) d.ranges = n;
  else if (attr === 0x0b) d.byteSize = n;
  else if (attr === 0x38) d.memberOffset = n;
  else if (attr === 0x6b) d.bitOffset = n;
  else if (attr === 0x0d) d.bitSize = n;
  else if (attr === 0x58) d.callFile = n;
  else if (attr === 0x59) d.callLine = n;
  else if (attr === 0x37 || attr === 0x2f) d.count = attr === 0x2f ? n + 1 : n;
  else if (attr === 0x3c) d.declaration = true;
  else if (attr === 0x02 && v instanceof Uint8Array && v[0] === 0x03) {
    d.address = fixed(new Cursor(v, 1), 4);
  }
}

/** All entries by offset, and the units' top entries. */
export function readDies(s: DebugSections): { byOffset: Map<number, Die>; units: Die[] } {
  const byOffset = new Map<number, Die>();
  const units: Die[] = [];
  const tables = new Map<number, Map<number, Abbrev>>();
  const c = new Cursor(s.info);
  while (c.at < s.info.length) {
    const start = c.at;
    const end = fixed(c, 4) + c.at;
    const version = fixed(c, 2);
    if (version !== 4) throw new Error(`DWARF version ${version} is not handled`);
    const abbrevOffset = fixed(c, 4);
    c.at++;
    let table = tables.get(abbrevOffset);
    if (!table) {
      table = abbrevTable(s.abbrev, abbrevOffset);
      tables.set(abbrevOffset, table);
    }
    let parent = null as Die | null;
    const unit = { name: '', lineOffset: 0, lowPc: 0 };
    while (c.at < end) {
      const offset = c.at;
      const code = c.u();
      if (code === 0) {
        parent = parent?.parent ?? null;
        continue;
      }
      const abbrev = table.get(code)!;
      const d: Die = {
        offset,
        tag: abbrev.tag,
        parent,
        unit,
        children: [],
        name: null,
        type: 0,
        origin: 0,
        lowPc: 0,
        highPc: 0,
        ranges: -1,
        byteSize: -1,
        memberOffset: 0,
        bitOffset: -1,
        bitSize: 0,
        callFile: 0,
        callLine: 0,
        count: -1,
        address: 0,
        declaration: false,
      };
      for (const [attr, f] of abbrev.attrs) {
        const v = form(c, f, start, s.str);
        if (abbrev.tag === TAG.unit && attr === 0x10) unit.lineOffset = v as number;
        setAttribute(d, attr, v);
      }
      if (abbrev.tag === TAG.unit) {
        unit.name = d.name ?? '';
        unit.lowPc = d.lowPc;
        units.push(d);
      }
      byOffset.set(offset, d);
      parent?.children.push(d);
      if (abbrev.children) parent = d;
    }
    c.at = end;
  }
  return { byOffset, units };
}
