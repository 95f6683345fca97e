// SPDX-License-Identifier: GPL-2.0-only
// Rewrites a linked image: numbers every instrumented access and wraps the functions we follow.
//
// A call of __tsan_read4(addr) becomes `i32.const site; call rwh_read4(addr, site)`; the site is
// looked up in DWARF by the code offset of the call, which is why this runs before asyncify.
// A followed function F gets a wrapper that tells the host of its arguments and its result;
// every call and every table entry of F then goes to the wrapper.

import {
  Bytes,
  Cursor,
  joinSections,
  type ModuleShape,
  moduleShape,
  sections,
  type WasmSection,
} from './binary.ts';

/** An instrumented access. */
export interface RawSite {
  /** Code-section offset of the call, as DWARF counts. */
  readonly address: number;
  /** Hook without prefix: read4, volatile_write1, atomic32_fetch_add, memset, ... */
  readonly hook: string;
  readonly functionName: string;
  /** What the call returns is thrown away. */
  readonly unused?: boolean;
}

interface Rewritten {
  readonly module: Uint8Array;
  readonly sites: readonly RawSite[];
  /** Followed functions by wrapper id; those the image lacks are left out. */
  readonly followed: readonly string[];
  /** Followed functions that the image does not have (inlined, or not in this kernel). */
  readonly missing: readonly string[];
}

const I32 = 0x7f;
const DROP = 0x1a;

/** Skip the immediates of the instruction whose opcode was just read. */
function skipImmediates(c: Cursor, op: number): void {
  if (op >= 0x28 && op <= 0x3e) {
    c.skipLeb();
    c.skipLeb();
    return;
  }
  switch (op) {
    case 0x02:
    case 0x03:
    case 0x04: // block, loop, if
    case 0x0c:
    case 0x0d: // br, br_if
    case 0x10: // call
    case 0x20:
    case 0x21:
    case 0x22:
    case 0x23:
    case 0x24: // local and global
    case 0x25:
    case 0x26: // table
    case 0x3f:
    case 0x40: // memory.size, memory.grow
    case 0x41:
    case 0x42: // const
    case 0xd0:
    case 0xd2:
      c.skipLeb();
      return;
    case 0x0e: {
      for (let n = c.u() + 1; n > 0; n--) c.skipLeb();
      return;
    }
    case 0x11: // call_indirect
      c.skipLeb();
      c.skipLeb();
      return;
    case 0x1c: {
      for (let n = c.u(); n > 0; n--) c.byte();
      return;
    }
    case 0x43:
      c.at += 4;
      return;
    case 0x44:
      c.at += 8;
      return;
    case 0xfc: {
      const sub = c.u();
      if (sub >= 8) c.skipLeb();
      if (sub === 8 || sub === 10 || sub === 12 || sub === 14) c.skipLeb();
      return;
    }
    default:
      if (op > 0xc4) throw new Error(`unknown WebAssembly opcode 0x${op.toString(16)}`);
  }
}

// i32.store align=2 offset=SITE_OFFSET, the place of `site` in struct rw_state of hooks.c.
const SITE_OFFSET = 80;
const STORE_SITE = new Uint8Array([0x36, 2, SITE_OFFSET]);

function signed32(bytes: Uint8Array, at: number): number {
  let result = 0;
  let shift = 0;
  for (let i = at; ; i++) {
    const b = bytes[i]!;
    result |= (b & 127) << shift;
    shift += 7;
    if (b < 128) return shift < 32 && b & 64 ? result | (-1 << shift) : result;
  }
}

class Rewriter {
  private readonly shape: ModuleShape;
  private readonly parts: readonly WasmSection[];
  readonly sites: RawSite[] = [];
  /** Function index -> wrapper index. */
  private readonly wrapper = new Map<number, number>();
  /** Import index of a hook -> its replacement and name. */
  private readonly hooks = new Map<number, { index: number; hook: string }>();
  /** Operations of the environment whose calls are numbered too: index -> name. */
  private readonly operations = new Map<number, string>();
  private readonly stateAddress: number;
  readonly followed: string[] = [];
  readonly missing: string[] = [];

  constructor(module: Uint8Array, follow: readonly string[], operations: RegExp) {
    this.parts = sections(module);
    this.shape = moduleShape(this.parts);
    const { imports, exports, names, defined } = this.shape;
    this.stateAddress = this.globalValue(exports.get('rw_state')!.index);
    imports.forEach(({ name }, index) => {
      if (operations.test(name)) this.operations.set(index, name);
      if (!name.startsWith('__tsan_')) return;
      const hook = name.slice('__tsan_'.length);
      const target = exports.get(`rwh_${hook}`);
      if (!target) throw new Error(`no hook for ${name}`);
      this.hooks.set(index, { index: target.index, hook });
    });
    const byName = new Map([...names].map(([index, name]) => [name, index]));
    // Some are defined in the image, for as long as nobody has to wait.
    for (const [index, name] of names) {
      if (index >= imports.length && operations.test(name)) this.operations.set(index, name);
    }
    for (const name of follow) {
      const index = byName.get(name);
      if (index === undefined || index < imports.length) {
        this.missing.push(name);
        continue;
      }
      this.wrapper.set(index, imports.length + defined.length + this.followed.length);
      this.followed.push(name);
    }
  }

  /** Initial value of a global that holds an address. */
  private globalValue(index: number): number {
    const c = new Cursor(this.parts.find((p) => p.id === 6)!.body);
    c.u();
    for (let i = 0; ; i++) {
      c.at += 2;
      if (c.byte() !== 0x41) throw new Error('unexpected kind of global');
      const at = c.at;
      c.skipLeb();
      c.byte();
      if (i === index) return signed32(c.bytes, at);
    }
  }

  private type(index: number): number {
    const { imports, defined } = this.shape;
    return index < imports.length ? imports[index]!.type : defined[index - imports.length]!;
  }

  private importIndex(name: string): number {
    const index = this.shape.imports.findIndex((i) => i.name === name);
    if (index < 0) throw new Error(`the image does not import ${name}`);
    return index;
  }

  private code(body: Uint8Array): Uint8Array {
    const c = new Cursor(body);
    const out = new Bytes();
    const count = c.u();
    out.u(count + this.followed.length);
    for (let i = 0; i < count; i++) {
      const size = c.u();
      const end = c.at + size;
      const name = this.shape.names.get(i + this.shape.imports.length) ?? '';
      const fn = this.body(c, end, name);
      out.u(fn.length);
      out.raw(fn);
    }
    for (const [index] of this.wrapper) {
      const fn = this.wrapperBody(index);
      out.u(fn.length);
      out.raw(fn);
    }
    return out.view();
  }

  private body(c: Cursor, end: number, functionName: string): Uint8Array {
    const out = new Bytes();
    let copied = c.at;
    for (let n = c.u(); n > 0; n--) {
      c.u();
      c.byte();
    }
    while (c.at < end) {
      const address = c.at;
      const op = c.byte();
      if (op !== 0x10) {
        skipImmediates(c, op);
        continue;
      }
      const target = c.u();
      const hook = this.hooks.get(target);
      const wrapped = this.wrapper.get(target);
      const operation = this.operations.get(target);
      if (!hook && wrapped === undefined && !operation) continue;
      out.raw(c.bytes.subarray(copied, address));
      if (hook) {
        out.byte(0x41);
        out.s(this.sites.length);
        const unused = c.at < end && c.bytes[c.at] === DROP;
        this.sites.push({ address, hook: hook.hook, functionName, ...(unused ? { unused } : {}) });
      }
      if (operation) {
        // rw_state.site = number; the operands of the call stay below on the stack.
        out.byte(0x41);
        out.s(this.stateAddress);
        out.byte(0x41);
        out.s(this.sites.length);
        out.raw(STORE_SITE);
        this.sites.push({ address, hook: operation, functionName });
      }
      out.byte(0x10);
      out.u(hook ? hook.index : (wrapped ?? target));
      copied = c.at;
    }
    out.raw(c.bytes.subarray(copied, end));
    c.at = end;
    return out.view();
  }

  /** rw_enter(id, arg0, arg1, arg2); r = F(args); rw_leave(id, r); return r */
  private wrapperBody(index: number): Uint8Array {
    const { params, results } = this.shape.types[this.type(index)]!;
    const id = this.followed.indexOf(this.shape.names.get(index)!);
    const out = new Bytes();
    const keeps = results[0] === I32;
    if (keeps) {
      out.u(1);
      out.u(1);
      out.byte(I32);
    } else out.u(0);
    out.byte(0x41);
    out.s(id);
    for (let p = 0; p < 3; p++) {
      out.byte(params[p] === I32 ? 0x20 : 0x41);
      out.u(params[p] === I32 ? p : 0);
    }
    out.byte(0x10);
    out.u(this.importIndex('rw_enter'));
    params.forEach((_, p) => {
      out.byte(0x20);
      out.u(p);
    });
    out.byte(0x10);
    out.u(index);
    if (keeps) {
      out.byte(0x21);
      out.u(params.length);
    }
    out.byte(0x41);
    out.s(id);
    out.byte(keeps ? 0x20 : 0x41);
    out.u(keeps ? params.length : 0);
    out.byte(0x10);
    out.u(this.importIndex('rw_leave'));
    if (keeps) {
      out.byte(0x20);
      out.u(params.length);
    }
    out.byte(0x0b);
    return out.view().slice();
  }

  private functions(body: Uint8Array): Uint8Array {
    const c = new Cursor(body);
    const out = new Bytes();
    out.u(c.u() + this.followed.length);
    out.raw(body.subarray(c.at));
    for (const [index] of this.wrapper) out.u(this.type(index));
    return out.view();
  }

  /** The one table segment that wasm-ld makes: flags 0, an offset, function indices. */
  private elements(body: Uint8Array): Uint8Array {
    const c = new Cursor(body);
    const out = new Bytes();
    const count = c.u();
    out.u(count);
    for (let i = 0; i < count; i++) {
      const start = c.at;
      if (c.u() !== 0) throw new Error('unexpected kind of table segment');
      for (let op = c.byte(); op !== 0x0b; op = c.byte()) skipImmediates(c, op);
      out.raw(body.subarray(start, c.at));
      const n = c.u();
      out.u(n);
      for (let k = 0; k < n; k++) {
        const index = c.u();
        out.u(this.wrapper.get(index) ?? index);
      }
    }
    return out.view();
  }

  /** The rewritten module, without debug sections. */
  run(): Uint8Array {
    const out: WasmSection[] = [];
    for (const part of this.parts) {
      if (part.id === 0 && part.name !== 'name') continue;
      let body = part.body;
      if (part.id === 3) body = this.functions(body);
      if (part.id === 9) body = this.elements(body);
      if (part.id === 10) body = this.code(body);
      out.push({ ...part, body });
    }
    return joinSections(out);
  }
}

/** Rewrite a linked image; see the head of this file. */
export function rewrite(
  module: Uint8Array,
  follow: readonly string[],
  operations: RegExp,
): Rewritten {
  const r = new Rewriter(module, follow, operations);
  const rewritten = r.run();
  return { module: rewritten, sites: r.sites, followed: r.followed, missing: r.missing };
}
