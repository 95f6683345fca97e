// SPDX-License-Identifier: GPL-2.0-only
// The image's memory: layout, the words shared with hooks.c, snapshot and restore.

import type { WasmMemory } from '../wasm/api.ts';

/** Word offsets in struct rw_state of scene/hooks.c. */
const STATE = {
  cur: 0,
  count: 1,
  stop: 2,
  stackLo: 3,
  stackHi: 4,
  limit: 5,
  trace: 6,
  epoch: 7,
  demoted: 8,
  watch: 9,
  heapLo: 11,
  map: 12,
  cells: 13,
  dirty: 14,
  log: 15,
  locksLow: 16,
  locksHigh: 17,
  logLength: 18,
  quiet: 19,
  site: 20,
} as const;

/** Bits of a word in the map. */
export const MAP = { point: 1, poison: 2, watch: 4 } as const;

/** Bits of an access kind; the size in bytes is in bits 8 and up. */
export const KIND = { write: 1, marked: 2, atomic: 4, release: 8, lock: 16 } as const;

export const MAX_THREADS = 12;
const STACK_BYTES = 64 * 1024;
const BUFFER_BYTES = 32 * 1024;
const BOOT_HEAP_BYTES = 1 << 20;
const ARENA_BYTES = 64 * 1024;
const PAGE = 4096;
const LOG_WORDS = 3 * 8192;

/** Where the pieces of memory are. */
export interface MemoryLayout {
  readonly heap: number;
  readonly heapEnd: number;
  readonly arenas: number;
  readonly arenaBytes: number;
  readonly stacks: number;
  readonly stackBytes: number;
  readonly limit: number;
  readonly buffers: number;
  readonly bufferBytes: number;
}

/** Linear memory and the state of the hooks. */
export class KernelMemory {
  readonly layout: MemoryLayout;
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly map: Uint8Array;
  /** Switch points of the run: number, address, flags; see scene/hooks.c. */
  readonly log: Uint32Array;
  private readonly cells: Uint32Array;
  private readonly dirty: Uint8Array;
  private readonly state: number;
  private readonly quietAt: number;
  private saved: Uint8Array | null = null;
  private epoch = 0;

  constructor(memory: WasmMemory, heapBase: number, stateAddress: number, quiet: Uint8Array) {
    const heap = (heapBase + PAGE - 1) & -PAGE;
    const heapEnd = heap + BOOT_HEAP_BYTES;
    const stacks = heapEnd + MAX_THREADS * ARENA_BYTES;
    const limit = stacks + MAX_THREADS * STACK_BYTES;
    const buffers = limit;
    const map = buffers + MAX_THREADS * BUFFER_BYTES;
    const dirty = map + (limit >> 2);
    const cells = (dirty + (limit >> 12) + 16 + 15) & -16;
    const log = cells + (limit >> 2) * 16;
    const quietAt = log + LOG_WORDS * 4;
    const end = quietAt + quiet.length;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    this.layout = {
      heap,
      heapEnd,
      arenas: heapEnd,
      arenaBytes: ARENA_BYTES,
      stacks,
      stackBytes: STACK_BYTES,
      limit,
      buffers,
      bufferBytes: BUFFER_BYTES,
    };
    this.u8 = new Uint8Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.map = this.u8.subarray(map, map + (limit >> 2));
    this.cells = this.u32.subarray(cells >> 2, (cells >> 2) + limit);
    this.dirty = this.u8.subarray(dirty, dirty + (limit >> 12) + 1);
    this.log = this.u32.subarray(log >> 2, (log >> 2) + LOG_WORDS);
    this.quietAt = quietAt;
    this.u8.set(quiet, quietAt);
    this.state = stateAddress >> 2;
    // What is not allocated must not be touched.
    this.map.fill(MAP.poison, heap >> 2, stacks >> 2);
  }

  /** Once the image's data is in memory: tell the hooks where everything is. */
  attach(): void {
    const at = (view: Uint8Array | Uint32Array): number => view.byteOffset;
    this.u32[this.state + STATE.limit] = this.layout.limit;
    this.u32[this.state + STATE.map] = at(this.map);
    this.u32[this.state + STATE.cells] = at(this.cells);
    this.u32[this.state + STATE.dirty] = at(this.dirty);
    this.u32[this.state + STATE.log] = at(this.log);
    this.u32[this.state + STATE.quiet] = this.quietAt;
  }

  get count(): number {
    return this.u32[this.state + STATE.count]!;
  }
  set count(v: number) {
    this.u32[this.state + STATE.count] = v;
  }
  get stop(): number {
    return this.u32[this.state + STATE.stop]!;
  }
  set stop(v: number) {
    this.u32[this.state + STATE.stop] = v;
  }
  set trace(on: boolean) {
    this.u32[this.state + STATE.trace] = on ? 1 : 0;
  }
  get demoted(): number {
    return this.u32[this.state + STATE.demoted]!;
  }
  get cur(): number {
    return this.u32[this.state + STATE.cur]!;
  }
  set cur(v: number) {
    this.u32[this.state + STATE.cur] = v;
  }
  /** A watched write that was not yet reported, or 0. */
  takeWatch(): number {
    const at = this.state + STATE.watch;
    const v = this.u32[at]!;
    this.u32[at] = 0;
    return v;
  }

  /** Site of the latest call of an operation of the environment. */
  get site(): number {
    return this.u32[this.state + STATE.site]!;
  }
  get logLength(): number {
    return this.u32[this.state + STATE.logLength]!;
  }
  /** Add an operation of the environment to the log. */
  note(n: number, addr: number, flags: number): void {
    const at = this.logLength;
    if (at + 3 > LOG_WORDS) return;
    this.log[at] = n;
    this.log[at + 1] = addr;
    this.log[at + 2] = (this.cur << 8) | flags;
    this.u32[this.state + STATE.logLength] = at + 3;
  }

  /** Make a thread the running one (0: none, no checks). */
  enter(thread: number, locksLow: number, locksHigh: number): void {
    const { stacks, stackBytes } = this.layout;
    const lo = stacks + (thread - 1) * stackBytes;
    this.u32[this.state + STATE.cur] = thread;
    this.u32[this.state + STATE.stackLo] = lo;
    this.u32[this.state + STATE.stackHi] = lo + stackBytes;
    this.setLocks(locksLow, locksHigh);
  }
  setLocks(low: number, high: number): void {
    this.u32[this.state + STATE.locksLow] = low;
    this.u32[this.state + STATE.locksHigh] = high;
  }

  /** Record that a thread takes a lock; true if the lock is a switch point. */
  touchLock(addr: number, thread: number): boolean {
    if (this.map[addr >> 2]! & MAP.point) return true;
    const at = addr & ~3; // 16 bytes a cell, 4 bytes a word
    const bit = 1 << (thread & 7);
    if (this.cells[at + 2] !== this.epoch) {
      this.cells[at + 2] = this.epoch;
      this.cells[at + 3] = bit;
      return false;
    }
    const threads = this.cells[at + 3]! | bit;
    this.cells[at + 3] = threads;
    if ((threads & 255) === bit) return false;
    this.map[addr >> 2]! |= MAP.point;
    this.u32[this.state + STATE.demoted]!++;
    return true;
  }

  /** Forget which words are switch points. */
  forgetPoints(): void {
    for (let i = 0; i < this.map.length; i++) this.map[i]! &= ~MAP.point;
  }

  /** The host wrote these bytes. */
  wrote(addr: number, bytes: number): void {
    for (let page = addr >> 12; page <= (addr + bytes - 1) >> 12; page++) this.dirty[page] = 1;
  }
  poison(addr: number, bytes: number): void {
    for (let w = addr >> 2; w < (addr + bytes + 3) >> 2; w++) this.map[w]! |= MAP.poison;
  }
  unpoison(addr: number, bytes: number): void {
    for (let w = addr >> 2; w < (addr + bytes + 3) >> 2; w++) this.map[w]! &= ~MAP.poison;
  }
  watch(addr: number): void {
    this.map[addr >> 2]! |= MAP.watch;
  }

  cstr(p: number): string {
    let e = p;
    while (this.u8[e]) e++;
    return Buffer.from(this.u8.buffer, p, e - p).toString('latin1');
  }

  /** Everything below the thread stacks is what a run may change. */
  snapshot(): void {
    this.saved = this.u8.slice(0, this.layout.stacks);
    this.dirty.fill(0);
  }

  /** Back to the snapshot: the pages that were written since. */
  restore(): void {
    const saved = this.saved!;
    const pages = this.layout.stacks >> 12;
    const { dirty, u8 } = this;
    for (let p = 0; p < pages; p++) {
      if (dirty[p]) {
        u8.set(saved.subarray(p << 12, (p + 1) << 12), p << 12);
        dirty[p] = 0;
      }
    }
    this.epoch++;
    const s = this.state;
    this.u32[s + STATE.cur] = 0;
    this.u32[s + STATE.count] = 0;
    this.u32[s + STATE.logLength] = 0;
    this.u32[s + STATE.stop] = 0;
    this.u32[s + STATE.demoted] = 0;
    this.u32[s + STATE.watch] = 0;
    this.u32[s + STATE.epoch] = this.epoch;
  }
}
