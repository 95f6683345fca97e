// SPDX-License-Identifier: GPL-2.0-only
// One instance of an image: threads on asyncify, the environment's imports, snapshot and restore.

import { SourceError } from '#realc/build/errors';
import type { KernelImage } from '#realc/build/image';
import { type WasmGlobal, type WasmModule, type WasmTable, wasm } from '#realc/build/wasm/api';
import { PAGES_MAX, THREADS_MAX } from '#realc/limits';
import { allocImports, Heap } from './alloc.ts';
import { hookImports } from './hooks.ts';
import { LockTable, lockImports, rcuImports, waitImports } from './locks.ts';
import { KernelMemory } from './memory.ts';
import { kernelStack } from './stack.ts';
import { miscImports } from './stubs.ts';
import {
  type Blocked,
  type Fault,
  FaultError,
  type Frame,
  type HookHost,
  type Imports,
  type KernelThread,
  type MachineListener,
} from './types.ts';
import { KIND, PSEUDO } from './words.ts';
import { WorkQueue, workImports } from './work.ts';

type Fn = (...args: number[]) => number;

const compiled = new Map<string, WasmModule>();
const addresses = new Map<string, { heapBase: number; state: number }>();

/** Where the linker put two things; a throw-away instance tells. */
function addressesOf(module: WasmModule, key: string): { heapBase: number; state: number } {
  const known = addresses.get(key);
  if (known) return known;
  const env: Record<string, unknown> = {
    memory: new wasm.Memory({ initial: 256, maximum: PAGES_MAX }),
  };
  for (const { name, kind } of wasm.Module.imports(module)) {
    if (kind === 'function') env[name] = () => 0;
  }
  const { exports } = new wasm.Instance(module, { env });
  const address = (name: string): number => (exports[name] as WasmGlobal).value as number;
  const found = { heapBase: address('__heap_base'), state: address('rw_state') };
  addresses.set(key, found);
  return found;
}

export class ImageMachine implements HookHost {
  readonly image: KernelImage;
  readonly threads: KernelThread[] = [];
  readonly heap: Heap;
  readonly locks: LockTable;
  readonly works: WorkQueue;
  mem!: KernelMemory;
  exports!: Record<string, unknown>;
  current: KernelThread | null = null;
  recording = false;
  private steps = false;
  listener: MachineListener | null = null;
  readonly bootFrames: Frame[] = [];
  readonly srcuReaders = new Map<number, number>();
  private table!: WasmTable;
  private getState!: () => number;
  private stackPointer!: WasmGlobal;
  readonly tasks: number[] = [];
  private scratch = 0;

  constructor(image: KernelImage) {
    this.image = image;
    let module = compiled.get(image.key);
    if (!module) {
      module = new wasm.Module(image.wasm);
      compiled.set(image.key, module);
    }
    const memory = new wasm.Memory({ initial: 256, maximum: PAGES_MAX });
    const { heapBase, state } = addressesOf(module, image.key);
    this.mem = new KernelMemory(memory, heapBase, state, Uint8Array.from(image.quiet));
    this.heap = new Heap(this);
    this.locks = new LockTable(this);
    this.works = new WorkQueue(this);
    const all = this.allImports();
    const env: Record<string, unknown> = { memory };
    for (const { name, kind } of wasm.Module.imports(module)) {
      if (kind === 'function') env[name] = all[name] ?? missing(name);
    }
    const instance = new wasm.Instance(module, { env });
    this.mem.attach();
    this.exports = instance.exports;
    this.table = instance.exports['__indirect_function_table'] as WasmTable;
    this.getState = instance.exports['asyncify_get_state'] as () => number;
    this.stackPointer = instance.exports['__stack_pointer'] as WasmGlobal;
    this.scratch = this.heap.alloc(1024);
    for (let i = 0; i <= THREADS_MAX; i++) this.tasks.push(this.heap.alloc(8192));
  }

  private allImports(): Imports {
    const ctor = this.image.debug.offsetOf('kmem_cache_args', 'ctor') ?? 16;
    return {
      ...miscImports(this),
      ...lockImports(this, this.locks),
      ...rcuImports(this, this.srcuReaders),
      ...waitImports(this),
      ...allocImports(this, this.heap, ctor),
      ...workImports(this, this.works),
      ...hookImports(this),
    };
  }

  /** Tell of a watched word that was written last. */
  flushWatch(): void {
    const addr = this.mem.takeWatch();
    if (addr && this.current) this.listener?.watched(this.current, addr);
  }

  state(): number {
    return this.getState();
  }
  stopRewind(): void {
    (this.exports['asyncify_stop_rewind'] as () => void)();
  }
  unwind(): void {
    const t = this.current!;
    this.mem.u32[t.buffer >> 2] = t.buffer + 8;
    this.mem.u32[(t.buffer >> 2) + 1] = t.buffer + this.mem.layout.bufferBytes;
    (this.exports['asyncify_start_unwind'] as Fn)(t.buffer);
  }

  point(addr: number, op: string): boolean {
    this.flushWatch();
    const t = this.current!;
    t.opSite = this.mem.site;
    if (op !== 'yield') {
      if (this.locks.inert.has(addr) || !this.mem.touchLock(addr, t.id)) return false;
    }
    const count = this.mem.count + 1;
    this.mem.count = count;
    t.pointNumber = count;
    if (count !== this.mem.stop) return false;
    const stack = this.recording ? this.stack() : [];
    const site = op === 'yield' ? -1 : this.mem.site;
    t.pending = { addr, kind: 0, site, op, stack };
    this.unwind();
    return true;
  }

  block(blocked: Blocked): boolean {
    this.flushWatch();
    if (this.recording) this.current!.blockedStack = this.stack();
    this.current!.blocked = blocked;
    this.unwind();
    return true;
  }

  spawn(name: string, fn: string, args: readonly number[], daemon = false): KernelThread {
    const id = this.threads.length + 1;
    if (id > THREADS_MAX) {
      throw new SourceError('RW310', `a run needs more than ${THREADS_MAX} threads`, 'split it');
    }
    const { stacks, stackBytes, buffers, bufferBytes } = this.mem.layout;
    const stackTop = stacks + id * stackBytes - 16;
    const heldBy = (holder: number) => this.locks.heldBy(holder);
    const t: KernelThread = {
      id,
      name,
      daemon,
      body: { fn, args },
      started: false,
      done: false,
      result: 0,
      blocked: null,
      pending: null,
      sp: stackTop,
      stackTop,
      buffer: buffers + (id - 1) * bufferBytes,
      task: this.tasks[id]!,
      get held() {
        return heldBy(id);
      },
      woken: false,
      pointNumber: 0,
      opSite: -1,
      blockedStack: [],
      frames: [],
      onDone: null,
    };
    this.threads.push(t);
    return t;
  }

  get stepping(): boolean {
    return this.steps;
  }
  set stepping(on: boolean) {
    this.steps = on;
    this.mem.steps = on;
  }

  begins(t: KernelThread): void {
    if (!this.current) return;
    this.mem.note(0, t.task, KIND.write);
    this.mem.note(0, PSEUDO.spawn, KIND.write);
  }

  /** Note the beginning of a step that has no switch point of its own. */
  private noteStep(t: KernelThread): void {
    const { mem, locks } = this;
    if (!t.started) mem.note(0, t.task, KIND.step | KIND.write);
    else if (t.blocked) {
      const { kind, addr } = t.blocked;
      // A lock that counts is noted when it is taken, under its number.
      if (kind === 'lock' && !locks.inert.has(addr)) return;
      mem.note(0, waitWord(t.blocked), KIND.step);
    }
  }

  runnable(t: KernelThread): boolean {
    return !t.done && (t.blocked === null || t.blocked.ready());
  }

  /** Runnable, and not about to block on a lock that is taken. */
  couldGoOn(t: KernelThread): boolean {
    if (!this.runnable(t)) return false;
    const p = t.pending;
    return p === null || p.op === '' || this.locks.free(p.addr, p.op);
  }

  /** Run a thread until it is left at a switch point, blocks, or ends. */
  resume(t: KernelThread): void {
    const { mem, stackPointer } = this;
    this.current = t;
    mem.enter(t.id);
    if (this.stepping) this.noteStep(t);
    t.blocked = null;
    t.pending = null;
    if (t.started) {
      stackPointer.value = t.sp;
      (this.exports['asyncify_start_rewind'] as Fn)(t.buffer);
    } else {
      t.started = true;
      stackPointer.value = t.stackTop;
    }
    const { fn, args } = t.body!;
    const result = (this.exports[fn] as Fn)(...args);
    if (this.state() === 1) {
      (this.exports['asyncify_stop_unwind'] as () => void)();
      t.sp = stackPointer.value as number;
    } else {
      this.flushWatch();
      t.done = true;
      t.result = result;
      t.onDone?.();
    }
    mem.cur = 0;
    this.current = null;
  }

  /** After a fault: nobody runs. */
  abandon(): void {
    this.mem.cur = 0;
    this.current = null;
  }

  callQuiet(tableIndex: number, ...args: number[]): number {
    const cur = this.mem.cur;
    this.mem.cur = 0;
    const result = (this.table.get(tableIndex) as Fn)(...args);
    this.mem.cur = cur;
    return result;
  }

  call(fn: string, ...args: number[]): number {
    return (this.exports[fn] as Fn)(...args);
  }

  /** Table index an initcall symbol holds, or 0 where the tree lacks it. */
  initcall(name: string): number {
    const symbol = this.exports[`rw_initcall_${name}`] as WasmGlobal | undefined;
    return symbol ? this.mem.u32[symbol.value >> 2]! : 0;
  }

  callTable(index: number): number {
    return (this.table.get(index) as Fn)();
  }

  fault(kind: Fault['kind'], text: string, addr: number, site = this.mem.site): never {
    const isFreed = kind === 'use-after-free' || kind === 'double-free';
    const freed = isFreed ? this.heap.find(addr)?.freed : null;
    throw new FaultError({
      kind,
      text,
      thread: this.current?.name ?? 'boot',
      site,
      addr,
      stack: this.stack(),
      otherStack: freed?.stack ?? [],
      ...(freed ? { freedBy: freed.by } : {}),
    });
  }

  stack(): string[] {
    return kernelStack((name) => this.image.debug.hasFunction(name));
  }

  format(fmt: number, va: number): string {
    const cur = this.mem.cur;
    const sp = this.stackPointer.value as number;
    this.mem.cur = 0;
    (this.exports['vsnprintf'] as Fn)(this.scratch, 1000, fmt, va);
    this.stackPointer.value = sp;
    this.mem.cur = cur;
    const text = this.mem.cstr(this.scratch);
    // KERN_SOH and the level before the text.
    return text.charCodeAt(0) === 1 ? text.slice(2) : text;
  }

  /** Name of a lock or object, for reports. */
  nameOf(addr: number): string {
    return this.namer?.(addr) ?? `0x${addr.toString(16)}`;
  }
  namer: ((addr: number) => string) | null = null;

  lateWarn(): void {
    this.listener?.lateWarn();
  }
  bugOn(text: string): void {
    this.listener?.bugOn(text);
  }
  dump(text: string): void {
    this.listener?.text(text);
  }

  snapshot(): void {
    this.mem.snapshot();
    this.heap.snapshot();
    this.works.snapshot();
  }

  restore(): void {
    this.mem.restore();
    this.heap.restore();
    this.threads.length = 0;
    this.works.restore();
    this.srcuReaders.clear();
    this.current = null;
    if (this.state() !== 0) throw new Error('a run ended while a thread was half suspended');
  }
}

/** The word that stands in the log for what a thread waits for. */
export function waitWord({ kind, addr }: Blocked): number {
  return kind === 'wait' ? PSEUDO.wait : kind === 'async' ? PSEUDO.async : addr & ~3;
}

/** What stands for an import that nobody wrote: it fails loudly, by name. */
function missing(name: string): () => never {
  return () => {
    throw new SourceError(
      'RW307',
      `the kernel calls ${name}(), which the environment does not have`,
      'implement it in src/realc/machine, or list it in stubs.ts with a reason',
    );
  };
}
