// SPDX-License-Identifier: GPL-2.0-only
// The image's memory: layout, the words shared with hooks.c, snapshot and restore.

import type { WasmMemory } from '#realc/build/wasm/api';
import {
  ARENA_BYTES,
  BOOT_HEAP_BYTES,
  BUFFER_BYTES,
  LOG_WORDS,
  STACK_BYTES,
  THREADS_MAX,
  TOUCHED_WORDS,
} from '#realc/limits';
import { MAP, STATE } from './words.ts';

const PAGE = 4096;

/** Where the pieces of memory are. */
interface MemoryLayout {
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
  /** Per word: what is known of the lock there; see LockTable. */
  readonly locksOf: Uint8Array;
  /** Where struct rw_thread of thread 0 is. */
  private threads = 0;
  private readonly cells: Uint32Array;
  /** Words that have a cell of this run. */
  private readonly touched: Uint32Array;
  private readonly dirty: Uint8Array;
  private readonly state: number;
  private readonly quietAt: number;
  private saved: Uint8Array | null = null;
  private epoch = 0;
  private stepwise = 0;
  private slowly = 0;
  /** What memory was last taken back to; null: the snapshot. */
  private loaded: SavedMemory | null = null;

  constructor(memory: WasmMemory, heapBase: number, stateAddress: number, quiet: Uint8Array) {
    const heap = (heapBase + PAGE - 1) & -PAGE;
    const heapEnd = heap + BOOT_HEAP_BYTES;
    const stacks = heapEnd + THREADS_MAX * ARENA_BYTES;
    const limit = stacks + THREADS_MAX * STACK_BYTES;
    const buffers = limit;
    const map = buffers + THREADS_MAX * BUFFER_BYTES;
    const dirty = map + (limit >> 2);
    const cells = (dirty + (limit >> 12) + 16 + 15) & -16;
    const log = cells + (limit >> 2) * 16;
    const touched = log + LOG_WORDS * 4;
    const locksOf = touched + TOUCHED_WORDS * 4;
    const quietAt = locksOf + (limit >> 2);
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
    this.touched = this.u32.subarray(touched >> 2, (touched >> 2) + TOUCHED_WORDS);
    this.locksOf = this.u8.subarray(locksOf, locksOf + (limit >> 2));
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
    this.u32[this.state + STATE.touched] = at(this.touched);
    this.u32[this.state + STATE.quiet] = this.quietAt;
    this.u32[this.state + STATE.locksOf] = at(this.locksOf);
    this.threads = this.u32[this.state + STATE.threads]!;
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
  enter(thread: number): void {
    const { stacks, stackBytes } = this.layout;
    const lo = stacks + (thread - 1) * stackBytes;
    this.u32[this.state + STATE.cur] = thread;
    this.u32[this.state + STATE.stackLo] = lo;
    this.u32[this.state + STATE.stackHi] = lo + stackBytes;
    const at = this.threadAt(thread);
    this.u32[this.state + STATE.locksLow] = this.u32[at]!;
    this.u32[this.state + STATE.locksHigh] = this.u32[at + 1]!;
  }

  /** Index of the first word of what a thread holds: struct rw_thread of scene/state.h. */
  threadAt(thread: number): number {
    return (this.threads + thread * 256) >> 2;
  }

  /** The running thread holds what its struct rw_thread says, and this set of locks. */
  setLocks(low: number, high: number): void {
    const at = this.threadAt(this.cur);
    this.u32[at] = low;
    this.u32[at + 1] = high;
    this.dirty[at >> 10] = 1;
    this.u32[this.state + STATE.locksLow] = low;
    this.u32[this.state + STATE.locksHigh] = high;
  }

  /** The host wants to see every lock that is taken or given back. */
  set slow(on: boolean) {
    this.slowly = on ? 1 : 0;
    this.u32[this.state + STATE.slow] = this.slowly;
  }

  /** Record that a thread takes a lock; true if the lock is a switch point. */
  touchLock(addr: number, thread: number): boolean {
    if (this.map[addr >> 2]! & MAP.point) return true;
    const at = addr & ~3; // 16 bytes a cell, 4 bytes a word
    const bit = 1 << (thread & 7);
    if (this.cells[at + 2] !== this.epoch) {
      this.cells[at + 2] = this.epoch;
      this.cells[at + 3] = bit;
      const n = this.u32[this.state + STATE.touchedLength]!;
      if (n < TOUCHED_WORDS) {
        this.touched[n] = at;
        this.u32[this.state + STATE.touchedLength] = n + 1;
      }
      return false;
    }
    const threads = this.cells[at + 3]! | bit;
    this.cells[at + 3] = threads;
    if ((threads & 255) === bit) return false;
    this.map[addr >> 2]! |= MAP.point;
    this.u32[this.state + STATE.demoted]!++;
    return true;
  }

  /** The host reads a word for the rules, whatever locks the thread holds: a switch point. */
  look(addr: number): void {
    const word = addr & ~3;
    this.note(0, word, 0);
    if (this.map[word >> 2]! & MAP.point) return;
    this.map[word >> 2]! |= MAP.point;
    this.grow();
  }

  /** The set of switch points is not what it was when the run began. */
  grow(): void {
    this.u32[this.state + STATE.demoted]!++;
  }

  /** The log was too short for the run. */
  get overflowed(): boolean {
    return this.logLength + 3 > LOG_WORDS;
  }

  /** Forget which words are switch points, and which are shared under locks. */
  forgetPoints(): void {
    for (let i = 0; i < this.map.length; i++) this.map[i]! &= ~(MAP.point | MAP.shared);
  }

  /** Log what steps depend on in full. */
  set steps(on: boolean) {
    this.stepwise = on ? 1 : 0;
    this.u32[this.state + STATE.steps] = this.stepwise;
  }

  /** Which words are switch points: their addresses. */
  points(): number[] {
    const found: number[] = [];
    this.map.forEach((bits, word) => {
      if (bits & MAP.point) found.push(word * 4);
    });
    return found;
  }
  addPoints(addresses: readonly number[]): void {
    for (const a of addresses) if (a >> 2 < this.map.length) this.map[a >> 2]! |= MAP.point;
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
    this.loaded = null;
    this.epoch++;
    const s = this.state;
    this.u32[s + STATE.cur] = 0;
    this.u32[s + STATE.count] = 0;
    this.u32[s + STATE.logLength] = 0;
    this.u32[s + STATE.stop] = 0;
    this.u32[s + STATE.demoted] = 0;
    this.u32[s + STATE.watch] = 0;
    this.u32[s + STATE.touchedLength] = 0;
    this.u32[s + STATE.epoch] = this.epoch;
    this.keepModes();
  }

  /** The words shared with the hooks may stand on a page that is taken back. */
  private keepModes(): void {
    this.u32[this.state + STATE.steps] = this.stepwise;
    this.u32[this.state + STATE.slow] = this.slowly;
  }

  /** Copy what the run has written so far, and @ranges: stacks of threads that are left. */
  save(ranges: readonly (readonly [from: number, to: number])[]): SavedMemory {
    const pages = this.layout.stacks >> 12;
    const { dirty, u8 } = this;
    const at = new Int32Array(pages).fill(-1);
    let n = 0;
    for (let p = 0; p < pages; p++) if (dirty[p]) at[p] = n++ << 12;
    const bytes = new Uint8Array(n << 12);
    for (let p = 0; p < pages; p++) {
      if (at[p]! >= 0) bytes.set(u8.subarray(p << 12, (p + 1) << 12), at[p]!);
    }
    const stacks = ranges.map(([from, to]) => ({ from, bytes: u8.slice(from, to) }));
    const { count, logLength } = this;
    const log = this.log.slice(0, logLength);
    return { at, bytes, stacks, count, log, ...this.saveCells() };
  }

  private saveCells(): { touched: Uint32Array; cells: Uint32Array } {
    const touched = this.touched.slice(0, this.u32[this.state + STATE.touchedLength]);
    const cells = new Uint32Array(touched.length * 3);
    for (let i = 0; i < touched.length; i++) {
      const word = touched[i]!;
      cells[3 * i] = this.cells[word]!;
      cells[3 * i + 1] = this.cells[word + 1]!;
      cells[3 * i + 2] = this.cells[word + 3]!;
    }
    return { touched, cells };
  }

  private loadCells({ touched, cells }: SavedMemory): void {
    this.epoch++;
    for (let i = 0; i < touched.length; i++) {
      const word = touched[i]!;
      this.cells[word] = cells[3 * i]!;
      this.cells[word + 1] = cells[3 * i + 1]!;
      this.cells[word + 2] = this.epoch;
      this.cells[word + 3] = cells[3 * i + 2]!;
    }
    this.touched.set(touched);
    this.u32[this.state + STATE.touchedLength] = touched.length;
    this.u32[this.state + STATE.epoch] = this.epoch;
  }

  /** Back to what save() has copied. */
  load(to: SavedMemory): void {
    const { dirty, u8, loaded } = this;
    const boot = this.saved!;
    for (let p = 0; p < to.at.length; p++) {
      const at = to.at[p]!;
      if (at < 0 && !dirty[p]) continue;
      // 2: as in what was loaded last; a write of the run makes it 1.
      if (at >= 0 && dirty[p] === 2 && loaded === to) continue;
      if (at < 0) u8.set(boot.subarray(p << 12, (p + 1) << 12), p << 12);
      else u8.set(to.bytes.subarray(at, at + PAGE), p << 12);
      dirty[p] = at < 0 ? 0 : 2;
    }
    for (const s of to.stacks) u8.set(s.bytes, s.from);
    this.loaded = to;
    this.loadCells(to);
    const s = this.state;
    this.u32[s + STATE.cur] = 0;
    this.u32[s + STATE.count] = to.count;
    this.log.set(to.log);
    this.u32[s + STATE.logLength] = to.log.length;
    this.u32[s + STATE.stop] = 0;
    this.u32[s + STATE.demoted] = 0;
    this.u32[s + STATE.watch] = 0;
    this.keepModes();
  }
}

/** Memory in the middle of a run. */
export interface SavedMemory {
  /** Per page: where its copy is; -1 for a page that is as in the snapshot. */
  readonly at: Int32Array;
  readonly bytes: Uint8Array;
  readonly stacks: readonly { readonly from: number; readonly bytes: Uint8Array }[];
  readonly count: number;
  readonly log: Uint32Array;
  /** Words that were touched, and three words of each one's cell. */
  readonly touched: Uint32Array;
  readonly cells: Uint32Array;
}
