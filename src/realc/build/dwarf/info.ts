// SPDX-License-Identifier: GPL-2.0-only
// What an image's debug information says: where code came from, how structs are laid out.

import { Cursor } from '../wasm/binary.ts';
import { type DebugSections, type Die, debugSections, fixed, readDies, TAG } from './dies.ts';
import { type LineProgram, readLines } from './lines.ts';

/** A frame of inlined code, innermost first. */
export interface SourceFrame {
  readonly fn: string;
  readonly file: string;
  readonly line: number;
}

interface Member {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Name of the struct or union it is or, for an array, is made of; null for scalars. */
  readonly struct: string | null;
  /** Number of elements; 0 when it is no array. */
  readonly count: number;
  /** Struct a pointer points to. */
  readonly pointee: string | null;
}

interface StructLayout {
  readonly name: string;
  readonly size: number;
  readonly members: readonly Member[];
}

export interface GlobalVariable {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly struct: string | null;
  readonly pointee: string | null;
  readonly fn: string | null;
}

interface TypeFacts {
  size: number;
  struct: string | null;
  count: number;
  pointee: string | null;
}

// Allocations that go straight into a member, without a variable of their own.
const ALLOCATES: Readonly<Record<string, string>> = {
  device_private_init: 'device_private',
  bus_add_driver: 'driver_private',
};

/** Reads names on demand. */
export class DebugInfo {
  private readonly s: DebugSections;
  private readonly byOffset: Map<number, Die>;
  private readonly structs = new Map<string, Die>();
  private readonly layouts = new Map<string, StructLayout | null>();
  private readonly functions: Die[] = [];
  private functionNames: Set<string> | null = null;
  private readonly lines = new Map<number, LineProgram>();
  readonly globals: GlobalVariable[] = [];

  constructor(module: Uint8Array) {
    this.s = debugSections(module);
    const { byOffset, units } = readDies(this.s);
    this.byOffset = byOffset;
    for (const unit of units) for (const d of unit.children) this.top(d);
    this.functions.sort((a, b) => a.lowPc - b.lowPc);
    this.globals.sort((a, b) => a.address - b.address);
  }

  private top(d: Die): void {
    if (d.tag === TAG.struct || d.tag === TAG.union) this.struct(d, d.name);
    else if (d.tag === TAG.typedef && d.name) {
      const t = this.byOffset.get(d.type);
      if (t && !t.name && (t.tag === TAG.struct || t.tag === TAG.union)) this.struct(t, d.name);
    } else if (d.tag === TAG.variable && d.address) this.global(d, null);
    else if (d.tag === TAG.subprogram && d.highPc > d.lowPc && d.lowPc > 0) {
      this.functions.push(d);
      this.statics(d, this.nameOf(d));
    }
  }

  private struct(d: Die, name: string | null): void {
    if (!name || d.declaration || d.byteSize < 0 || this.structs.has(name)) return;
    this.structs.set(name, d);
    d.name ??= name;
  }

  private statics(d: Die, fn: string): void {
    for (const child of d.children) {
      if (child.tag === TAG.variable && child.address) this.global(child, fn);
      else if (child.tag === TAG.lexicalBlock) this.statics(child, fn);
    }
  }

  private global(d: Die, fn: string | null): void {
    const { size, struct, pointee, count } = this.facts(d.type);
    const name = d.name ?? this.nameOf(d);
    const bytes = count > 0 ? size * count : size;
    this.globals.push({ name, address: d.address, size: bytes, struct, pointee, fn });
  }

  private nameOf(d: Die): string {
    if (d.name) return d.name;
    const origin = this.byOffset.get(d.origin);
    return origin ? this.nameOf(origin) : '?';
  }

  private facts(offset: number): TypeFacts {
    const d = this.byOffset.get(offset);
    if (!d) return { size: 1, struct: null, count: 0, pointee: null };
    switch (d.tag) {
      case TAG.typedef:
      case TAG.constant:
      case TAG.volatile:
        return this.facts(d.type);
      case TAG.struct:
      case TAG.union: {
        const name = d.name ?? `@${d.offset}`;
        if (!d.declaration && !this.structs.has(name)) this.structs.set(name, d);
        return { size: d.byteSize, struct: name, count: 0, pointee: null };
      }
      case TAG.pointer: {
        const to = this.facts(d.type);
        return { size: 4, struct: null, count: 0, pointee: to.struct };
      }
      case TAG.array: {
        const of = this.facts(d.type);
        let count = 1;
        for (const r of d.children) if (r.tag === TAG.subrange) count *= Math.max(r.count, 0);
        return { ...of, count: Math.max(count, of.count ? count * of.count : count) };
      }
      default:
        return { size: Math.max(d.byteSize, 1), struct: null, count: 0, pointee: null };
    }
  }

  /** The layout of a struct or union; null if the image has none of that name. */
  layout(name: string): StructLayout | null {
    const known = this.layouts.get(name);
    if (known !== undefined) return known;
    const d = this.structs.get(name);
    let made: StructLayout | null = null;
    if (d) {
      const members = d.children
        .filter((m) => m.tag === TAG.member)
        .map((m) => {
          const offset = m.bitOffset >= 0 ? m.bitOffset >> 3 : m.memberOffset;
          return { name: m.name ?? '', offset, ...this.facts(m.type) };
        });
      made = { name, size: d.byteSize, members };
    }
    this.layouts.set(name, made);
    return made;
  }

  /** Offset of a member path like `dev.iommu_group` in a struct; null if there is none. */
  offsetOf(struct: string, path: string): number | null {
    let at = struct;
    let offset = 0;
    for (const name of path.split('.')) {
      const m = this.findMember(at, name);
      if (!m) return null;
      offset += m.offset;
      at = m.struct ?? '';
    }
    return offset;
  }

  /** A member by name, looking into anonymous structs and unions. */
  private findMember(struct: string, name: string): Member | null {
    for (const m of this.layout(struct)?.members ?? []) {
      if (m.name === name) return m;
      if (m.name === '' && m.struct) {
        const inner = this.findMember(m.struct, name);
        if (inner) return { ...inner, offset: inner.offset + m.offset };
      }
    }
    return null;
  }

  /**
   * Struct that a function allocates: what one of its variables points to, of this size, or a
   * little smaller where the struct ends in an array of variable length.
   */
  allocatedBy(fn: string, size: number): string | null {
    const hint = ALLOCATES[fn];
    if (hint && this.layout(hint)?.size === size) return hint;
    const d = this.functions.find((f) => this.nameOf(f) === fn);
    if (!d) return null;
    let best: string | null = null;
    const walk = (at: Die): void => {
      for (const child of at.children) {
        const type = child.type || this.byOffset.get(child.origin)?.type || 0;
        if (child.tag === TAG.variable || child.tag === TAG.parameter) {
          const { pointee } = this.facts(type);
          const bytes = pointee ? (this.layout(pointee)?.size ?? 0) : 0;
          const better = bytes > (best ? this.layout(best)!.size : size / 2);
          if (pointee && bytes <= size && better) best = pointee;
        } else if (child.tag === TAG.lexicalBlock || child.tag === TAG.inlined) walk(child);
      }
    };
    walk(d);
    return best;
  }

  /** True if the image has code of a function of this name. */
  hasFunction(name: string): boolean {
    this.functionNames ??= new Set(this.functions.map((f) => this.nameOf(f)));
    return this.functionNames.has(name);
  }

  private covers(d: Die, address: number): boolean {
    if (d.ranges < 0) return d.lowPc <= address && address < d.highPc;
    const c = new Cursor(this.s.ranges, d.ranges);
    for (let base = d.unit.lowPc; ; ) {
      const lo = fixed(c, 4);
      const hi = fixed(c, 4);
      if (lo === 0 && hi === 0) return false;
      if (lo === 0xffffffff) base = hi;
      else if (base + lo <= address && address < base + hi) return true;
    }
  }

  private program(d: Die): LineProgram {
    const offset = d.unit.lineOffset;
    let p = this.lines.get(offset);
    if (!p) {
      const read = readLines(this.s.line, offset);
      p = { files: read.files, rows: [...read.rows].sort((a, b) => a.address - b.address) };
      this.lines.set(offset, p);
    }
    return p;
  }

  private functionAt(address: number): Die | null {
    let lo = 0;
    let hi = this.functions.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.functions[mid]!.lowPc <= address) lo = mid + 1;
      else hi = mid;
    }
    const d = this.functions[lo - 1];
    return d && address < d.highPc ? d : null;
  }

  /** The frames at a code address, innermost (inlined) first; empty if nothing is known. */
  framesAt(address: number): SourceFrame[] {
    const fn = this.functionAt(address);
    if (!fn) return [];
    const { files, rows } = this.program(fn);
    let lo = 0;
    let hi = rows.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (rows[mid]!.address <= address) lo = mid + 1;
      else hi = mid;
    }
    const row = rows[lo - 1];
    const chain: Die[] = [fn];
    for (let at: Die | undefined = fn; at; ) {
      const next: Die | undefined = at.children.find(
        (c) => (c.tag === TAG.inlined || c.tag === TAG.lexicalBlock) && this.covers(c, address),
      );
      if (next?.tag === TAG.inlined) chain.push(next);
      at = next;
    }
    const frames: SourceFrame[] = [];
    let file = files[row?.file ?? 0] ?? '';
    let line = row?.line ?? 0;
    for (let i = chain.length - 1; i >= 0; i--) {
      const d = chain[i]!;
      frames.push({ fn: this.nameOf(d), file: file.replace(/^(\.\/)?k\//, ''), line });
      file = files[d.callFile] ?? '';
      line = d.callLine;
    }
    return frames;
  }
}

/** Read a linked module's debug information. */
export function readDebugInfo(module: Uint8Array): DebugInfo {
  return new DebugInfo(module);
}
