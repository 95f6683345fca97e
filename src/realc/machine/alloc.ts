// SPDX-License-Identifier: GPL-2.0-only
// kmalloc with red zones and quarantine: what is not allocated is poisoned, nothing is reused.
//
// Every thread allocates from an arena of its own, so that an object's address depends on what
// its thread did, not on the order in which threads ran.

import type { Allocation, Host, Imports } from './types.ts';

const RED_ZONE = 16;

/** The heap; boot allocations survive a restore, those of a run do not. */
export class Heap {
  private readonly host: Host;
  private bootTop: number;
  private readonly tops: number[] = [];
  private readonly all = new Map<number, Allocation>();
  private bootOnly: Map<number, Allocation> | null = null;
  private fresh: Allocation[] = [];
  private freedBoot: Allocation[] = [];
  /** Told of what is about to be freed. */
  onFree: (addr: number) => void = () => undefined;

  constructor(host: Host) {
    this.host = host;
    this.bootTop = host.mem.layout.heap + RED_ZONE;
  }

  alloc(size: number): number {
    const { mem, current } = this.host;
    const room = (Math.max(size, 1) + RED_ZONE + 15) & -16;
    const { arenas, arenaBytes, heapEnd } = mem.layout;
    let addr: number;
    if (current) {
      const top = this.tops[current.id] ?? arenas + (current.id - 1) * arenaBytes + RED_ZONE;
      if (top + room > arenas + current.id * arenaBytes) {
        throw new Error(`the arena of ${current.name} is full`);
      }
      addr = top;
      this.tops[current.id] = top + room;
    } else {
      addr = this.bootTop;
      this.bootTop += room;
      if (this.bootTop > heapEnd) throw new Error('the boot heap is full');
    }
    mem.unpoison(addr, size);
    mem.u8.fill(0, addr, addr + size);
    mem.wrote(addr, room);
    const owner = current?.name ?? 'boot';
    const stack = this.host.recording || !current ? this.host.stack() : [];
    const a: Allocation = { addr, size, owner, serial: addr, stack, freed: null };
    this.all.set(addr, a);
    if (this.bootOnly) this.fresh.push(a);
    return addr;
  }

  free(addr: number): void {
    if (addr === 0 || addr < this.host.mem.layout.heap) return;
    this.onFree(addr);
    const a = this.all.get(addr);
    if (!a) {
      this.host.fault('double-free', 'kfree of what was never allocated', addr);
    }
    if (a.freed) this.host.fault('double-free', 'kfree of freed memory', addr);
    const by = this.host.current?.name ?? 'boot';
    a.freed = { by, stack: this.host.recording ? this.host.stack() : [] };
    if (this.host.current) this.host.call('rw_free', a.addr, a.size);
    this.host.mem.poison(a.addr, a.size);
    if (this.bootOnly?.has(addr)) this.freedBoot.push(a);
  }

  size(addr: number): number {
    return this.all.get(addr)?.size ?? 0;
  }

  /** The allocation that holds or just precedes an address. */
  find(addr: number): Allocation | null {
    for (let at = addr & -16; at >= Math.max(0, addr - 65536); at -= 16) {
      const a = this.all.get(at);
      if (a) return a;
    }
    return null;
  }

  snapshot(): void {
    this.bootOnly = new Map(this.all);
  }

  restore(): void {
    for (const a of this.fresh) {
      this.host.mem.poison(a.addr, a.size);
      this.all.delete(a.addr);
    }
    this.fresh = [];
    for (const a of this.freedBoot) {
      a.freed = null;
      this.host.mem.unpoison(a.addr, a.size);
    }
    this.freedBoot = [];
    this.tops.length = 0;
  }

  save(): SavedHeap {
    const { tops, fresh, freedBoot } = this;
    const freed = fresh.map((a) => a.freed);
    const boot = freedBoot.map((a) => ({ a, freed: a.freed }));
    return { tops: [...tops], fresh: [...fresh], freed, freedBoot: boot };
  }

  /** Back to what save() has noted, later in the same run or in one with the same beginning. */
  load(to: SavedHeap): void {
    const { mem } = this.host;
    let same = 0;
    while (same < to.fresh.length && this.fresh[same] === to.fresh[same]) same++;
    for (let i = same; i < this.fresh.length; i++) {
      const a = this.fresh[i]!;
      mem.poison(a.addr, a.size);
      this.all.delete(a.addr);
    }
    for (let i = 0; i < to.fresh.length; i++) {
      const a = to.fresh[i]!;
      const freed = to.freed[i]!;
      if (i < same && a.freed === freed) continue;
      this.all.set(a.addr, a);
      a.freed = freed;
      if (freed) mem.poison(a.addr, a.size);
      else mem.unpoison(a.addr, a.size);
    }
    for (const a of this.freedBoot) {
      if (to.freedBoot.some((other) => other.a === a)) continue;
      a.freed = null;
      mem.unpoison(a.addr, a.size);
    }
    for (const { a, freed } of to.freedBoot) {
      a.freed = freed;
      if (!this.freedBoot.includes(a)) mem.poison(a.addr, a.size);
    }
    this.fresh = [...to.fresh];
    this.freedBoot = to.freedBoot.map(({ a }) => a);
    this.tops.length = 0;
    this.tops.push(...to.tops);
  }
}

/** The allocations of a run in its middle. */
export interface SavedHeap {
  readonly tops: readonly number[];
  readonly fresh: readonly Allocation[];
  readonly freed: readonly Allocation['freed'][];
  readonly freedBoot: readonly { readonly a: Allocation; readonly freed: Allocation['freed'] }[];
}

/** Allocation imports. */
export function allocImports(host: Host, heap: Heap, ctorOffset: number): Imports {
  const { mem } = host;
  const strdup = (s: number, max = Number.POSITIVE_INFINITY): number => {
    if (!s) return 0;
    let n = 0;
    while (n < max && mem.u8[s + n]) n++;
    const p = heap.alloc(n + 1);
    mem.u8.copyWithin(p, s, s + n);
    return p;
  };
  const memdup = (s: number, n: number): number => {
    const p = heap.alloc(n);
    mem.u8.copyWithin(p, s, s + n);
    return p;
  };
  const realloc = (p: number, n: number): number => {
    const q = heap.alloc(n);
    if (p) {
      mem.u8.copyWithin(q, p, p + Math.min(n, heap.size(p)));
      heap.free(p);
    }
    return q;
  };
  /** name, size, args, flags: remember size and constructor. */
  const cacheCreate = (_name: number, size: number, args: number): number => {
    const c = heap.alloc(16);
    mem.u32[c >> 2] = size;
    mem.u32[(c >> 2) + 1] = args ? mem.u32[(args + ctorOffset) >> 2]! : 0;
    return c;
  };
  const cacheAlloc = (c: number): number => {
    const p = heap.alloc(mem.u32[c >> 2]!);
    const ctor = mem.u32[(c >> 2) + 1]!;
    if (ctor) host.callQuiet(ctor, p);
    return p;
  };
  const out: Record<string, unknown> = {
    __kmalloc_noprof: (n: number) => heap.alloc(n),
    __kmalloc_node_track_caller_noprof: (n: number) => heap.alloc(n),
    __kmalloc_cache_noprof: (_c: number, _flags: number, n: number) => heap.alloc(n),
    krealloc_noprof: realloc,
    krealloc_node_align_noprof: realloc,
    kfree: (p: number) => heap.free(p),
    kfree_const: (p: number) => heap.free(p),
    kfree_sensitive: (p: number) => heap.free(p),
    kstrdup: (s: number) => strdup(s),
    kstrdup_const: (s: number) => strdup(s),
    kstrndup: (s: number, max: number) => strdup(s, max),
    kstrdup_and_replace: (s: number, from: number, to: number) => {
      const p = strdup(s);
      for (let at = p; mem.u8[at]; at++) if (mem.u8[at] === from) mem.u8[at] = to;
      return p;
    },
    kmemdup_noprof: memdup,
    kmemdup_array: (s: number, count: number, size: number) => memdup(s, count * size),
    __kmem_cache_create_args: cacheCreate,
    kmem_cache_alloc_noprof: cacheAlloc,
    kmem_cache_alloc_lru_noprof: cacheAlloc,
    kmem_cache_free: (_c: number, p: number) => heap.free(p),
    kmalloc_size_roundup: (n: number) => n,
    ksize: (p: number) => heap.size(p),
    pcpu_alloc_noprof: (n: number) => heap.alloc(n),
  };
  return out as Imports;
}
