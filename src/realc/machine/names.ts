// SPDX-License-Identifier: GPL-2.0-only
// Names for addresses: the object, and the path of the member, from debug information.

import type { DebugInfo, GlobalVariable } from '#realc/build/dwarf/info';
import type { Heap } from './alloc.ts';

/** An address in words. */
interface PlaceName {
  readonly object: string;
  /** Struct the field belongs to, as the kernel calls it. */
  readonly type: string;
  readonly field: string;
}

/** Structs that are objects of their own inside of others: names begin anew there. */
const OBJECTS: ReadonlySet<string> = new Set(['device', 'iommu_device', 'iommu_group', 'kobject']);

/** Resolves addresses of one machine. */
export class Names {
  private readonly debug: DebugInfo;
  private readonly heap: Heap;
  /** Names that the scene gives: device addresses and so on. */
  private readonly known: (addr: number) => string | null;
  private readonly types = new Map<string, string | null>();

  constructor(debug: DebugInfo, heap: Heap, known: (addr: number) => string | null) {
    this.debug = debug;
    this.heap = heap;
    this.known = known;
  }

  private globalAt(addr: number): GlobalVariable | null {
    const list = this.debug.globals;
    let lo = 0;
    let hi = list.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (list[mid]!.address <= addr) lo = mid + 1;
      else hi = mid;
    }
    const g = list[lo - 1];
    return g && addr < g.address + Math.max(g.size, 1) ? g : null;
  }

  /** Type of what a stack of functions has allocated. */
  private typeOf(stack: readonly string[], size: number): string | null {
    const key = `${stack.slice(0, 3).join()}:${size}`;
    let type = this.types.get(key);
    if (type === undefined) {
      type = null;
      for (const fn of stack.slice(0, 3)) {
        type = this.debug.allocatedBy(fn, size);
        if (type) break;
      }
      this.types.set(key, type);
    }
    return type;
  }

  /** What is at an address. */
  at(addr: number): PlaceName {
    const a = this.heap.find(addr);
    if (a && addr < a.addr + a.size) {
      const type = this.typeOf(a.stack, a.size) ?? '';
      const who = a.stack[0] ?? 'allocation';
      const base = type || `${who}()+${a.size}`;
      return this.member(type, addr - a.addr, addr, base);
    }
    const g = this.globalAt(addr);
    if (g) return this.member(g.struct ?? '', addr - g.address, addr, g.name);
    return { object: `0x${addr.toString(16)}`, type: '', field: '' };
  }

  /** Walk down the struct at an offset; @addr stays the absolute address. */
  private member(struct: string, offset: number, addr: number, base: string): PlaceName {
    let object = this.known(addr - offset) ?? base;
    let type = struct;
    let field = '';
    let at = struct;
    let rest = offset;
    while (at !== '') {
      const layout = this.debug.layout(at);
      const m = layout?.members.findLast(
        (x) => x.offset <= rest && rest < x.offset + Math.max(x.size * Math.max(x.count, 1), 1),
      );
      if (!m) break;
      rest -= m.offset;
      if (m.count > 0 && m.size > 0) rest %= m.size;
      if (m.name !== '') field = field === '' ? m.name : `${field}.${m.name}`;
      at = m.struct ?? '';
      const named = at === '' ? null : this.known(addr - rest);
      if (named || OBJECTS.has(at)) {
        if (named) {
          object = named;
          type = at;
          field = '';
        } else if (at === 'device') {
          type = at;
        }
      }
    }
    return { object, type, field: field === '' ? `+${offset}` : field };
  }
}
