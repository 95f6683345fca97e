// SPDX-License-Identifier: GPL-2.0-only
// What the parts of the machine tell each other.

import type { KernelMemory } from './memory.ts';

/** Why a thread cannot go on. */
export interface Blocked {
  /** What it waits for, in words. */
  readonly kind: 'lock' | 'work' | 'wait' | 'async' | 'srcu';
  readonly addr: number;
  /** True once it could go on. */
  ready(): boolean;
}

/** The access or lock a suspended thread is about to do. */
export interface PendingAccess {
  readonly addr: number;
  readonly kind: number;
  /** Site of an access; -1 for an operation of the environment. */
  readonly site: number;
  /** Name of the environment's operation; '' for an access. */
  readonly op: string;
  /** Functions the thread is in; only while recording. */
  readonly stack?: readonly string[];
}

export interface HeldLock {
  readonly addr: number;
  readonly op: string;
}

/** A kernel thread of the scene. */
export interface KernelThread {
  readonly id: number;
  readonly name: string;
  daemon: boolean;
  /** Table index of the body and its arguments; null: idle worker. */
  body: { readonly fn: string; readonly args: readonly number[] } | null;
  started: boolean;
  done: boolean;
  result: number;
  blocked: Blocked | null;
  pending: PendingAccess | null;
  sp: number;
  readonly stackTop: number;
  readonly buffer: number;
  readonly task: number;
  /** In the order taken; read from memory. */
  readonly held: readonly HeldLock[];
  woken: boolean;
  /** Number of the switch point at which the thread waits for a lock; 0 for none. */
  pointNumber: number;
  /** Site of the environment's operation it began last. */
  opSite: number;
  /** Where it blocked; only while recording. */
  blockedStack: readonly string[];
  /** Followed functions the thread is in: id, three arguments, notes of events.ts. */
  frames: Frame[];
  onDone: (() => void) | null;
}

export interface Frame {
  readonly fn: string;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  notes: Record<string, number>;
}

/** A fault: the run ends there. */
export interface Fault {
  readonly kind:
    | 'null-dereference'
    | 'wild-pointer'
    | 'use-after-free'
    | 'double-free'
    | 'deadlock'
    | 'bug'
    | 'trap'
    | 'bad-unlock';
  readonly text: string;
  readonly thread: string;
  readonly site: number;
  readonly addr: number;
  readonly stack: readonly string[];
  /** Stack of the free (use after free), or of the other thread. */
  readonly otherStack: readonly string[];
  /** The thread that has freed what is used or freed once more. */
  readonly freedBy?: string;
}

/** Thrown through the kernel's frames to end a run. */
export class FaultError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.text);
    this.fault = fault;
  }
}

/** An allocation of this run (or of the boot). */
export interface Allocation {
  readonly addr: number;
  readonly size: number;
  /** Owner's name and how many it had before. */
  readonly owner: string;
  readonly serial: number;
  readonly stack: readonly string[];
  /** Who freed it, and in which functions; the latter only while recording. */
  freed: { readonly by: string; readonly stack: readonly string[] } | null;
}

/** What the environment needs of the machine. */
export interface Host {
  readonly mem: KernelMemory;
  readonly exports: Record<string, unknown>;
  /** The running thread, or null while booting. */
  current: KernelThread | null;
  /** Recording: stacks and texts are wanted. */
  recording: boolean;
  readonly threads: KernelThread[];
  /** 0 normal, 1 unwinding, 2 rewinding. */
  state(): number;
  stopRewind(): void;
  /** Leave the running thread; it comes back at this call. */
  unwind(): void;
  /** A switch point of the environment; true if the thread was left. */
  point(addr: number, op: string): boolean;
  /** Wait until ready; true if the thread was left. */
  block(blocked: Blocked): boolean;
  spawn(name: string, fn: string, args: readonly number[], daemon?: boolean): KernelThread;
  /** The running thread has given @t something to do. */
  begins(t: KernelThread): void;
  /** Steps are noted in full, for a search that needs to know all that they depend on. */
  readonly stepping: boolean;
  /** Call a kernel function through the table, without hooks. */
  callQuiet(tableIndex: number, ...args: number[]): number;
  call(fn: string, ...args: number[]): number;
  fault(kind: Fault['kind'], text: string, addr: number, site?: number): never;
  stack(): string[];
  format(fmt: number, va: number): string;
  /** The kernel warns that a probe came late. */
  lateWarn(): void;
  /** Any other WARN_ON, in words. */
  bugOn(text: string): void;
  dump(text: string): void;
}

/** What the machine reports while it runs; see events.ts. */
export interface MachineListener {
  enter(t: KernelThread | null, frame: Frame): void;
  leave(t: KernelThread | null, frame: Frame, result: number): void;
  watched(t: KernelThread, addr: number): void;
  scene(kind: number, a: number, b: number): void;
  /** The kernel warns that a probe came late. */
  lateWarn(): void;
  /** Any other WARN_ON, in words. */
  bugOn(text: string): void;
  text(line: string): void;
  access(addr: number, kind: number, site: number): void;
  /** What is near NULL, or outside of memory, is about to be touched: the run ends there. */
  astray(addr: number, site: number): void;
}

/** What the hooks of scene/hooks.c need besides. */
export interface HookHost extends Host {
  readonly image: { readonly followed: readonly string[] };
  readonly heap: { find(addr: number): Allocation | null };
  /** A task_struct by thread; the first one is that of the boot. */
  readonly tasks: readonly number[];
  /** Calls under way while booting. */
  readonly bootFrames: Frame[];
  readonly listener: MachineListener | null;
  /** Tell of the words that were written since the last time. */
  flushWatch(): void;
}

/** Imports by name. */
export type Imports = Record<string, (...args: never[]) => unknown>;
