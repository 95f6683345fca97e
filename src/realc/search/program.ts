// SPDX-License-Identifier: GPL-2.0-only
// The kernel's own C as a Program of the checker: one step runs a thread to its next switch point.
//
// What happens between two switch points is private or lock-protected, so it belongs to the step
// before it. The search (search.ts) does not go through here: it decides inside WebAssembly where
// to stop. Traces, schedules and replay do.

import type { Effect, OpView, Program, Report } from '#checker/program/program';
import type { OpKind } from '#env/op';
import type { TraceStep } from '#finding/step';
import type { KernelImage } from '#realc/build/image';
import type { SourceEvent } from '#realc/machine/events';
import { Names } from '#realc/machine/names';
import type { Fault, KernelThread, PendingAccess } from '#realc/machine/types';
import { KIND } from '#realc/machine/words';
import type { World } from '#worlds/world';
import { learn } from './learn.ts';
import { SourceRunner } from './run.ts';

/** What an operation of the environment is to the checker. */
function lockKind(op: string): OpKind {
  if (op.includes('trylock')) return 'trylock';
  if (op === 'down_read') return 'read_lock';
  if (op === 'down_write') return 'write_lock';
  if (op === 'yield') return 'load';
  return 'lock';
}

function accessKind(kind: number, hook: string): OpKind {
  if (kind & KIND.atomic && kind & KIND.write) {
    if (hook.includes('compare_exchange')) return 'cas';
    return hook.includes('exchange') ? 'xchg' : hook.includes('store') ? 'store' : 'add';
  }
  return kind & KIND.write ? 'store' : 'load';
}

/** What the operation does to its word; what goes with it is private or under a lock. */
function effectOf(kind: OpKind): Effect {
  if (kind === 'load') return 'read';
  if (kind === 'read_lock') return 'share';
  return kind.includes('lock') ? 'acquire' : 'write';
}

/** Program over one world of an image. */
export class SourceProgram implements Program {
  readonly name: string;
  readonly capabilities = [] as const;
  readonly runner: SourceRunner;
  reports: readonly Report[] = [];
  private readonly names: Names;
  private readonly views = new Map<string, OpView>();
  private readonly cells = new Map<string, number>();
  private events: SourceEvent[] = [];
  private told = 0;
  private over = false;
  /** The fault that ended the run, if one did. */
  fault: Fault | null = null;

  constructor(image: KernelImage, world: World, runner?: SourceRunner) {
    this.runner = runner ?? new SourceRunner(image, world);
    this.name = world.name;
    if (!runner) learn(this.runner);
    const { machine, events } = this.runner;
    this.names = new Names(image.debug, machine.heap, (addr) => events.view.nameOfAddress(addr));
    machine.namer = (addr) => {
      const p = this.names.at(addr);
      // A lock is known by the object it is in, not by the word inside it.
      const field = p.field.replace(/\.?(owner|rlock|raw_lock|count|wait_lock)\b.*$/, '');
      return field === '' ? p.object : `${p.object}.${field}`;
    };
    this.reset();
  }

  private thread(t: number): KernelThread {
    return this.runner.machine.threads[t]!;
  }

  reset(): void {
    this.runner.onEvent = (e) => this.events.push(e);
    this.runner.machine.mem.trace = false;
    this.runner.begin();
    this.reports = [];
    this.events = [];
    this.told = 0;
    this.over = false;
    this.fault = null;
  }

  threadCount(): number {
    return this.runner.machine.threads.length;
  }
  threadName(t: number): string {
    return this.thread(t).name;
  }
  isDone(t: number): boolean {
    const thread = this.thread(t);
    return thread.done && !thread.daemon;
  }
  isDaemon(t: number): boolean {
    return this.thread(t).daemon;
  }
  choices(): number {
    return 1;
  }

  enabled(t: number): boolean {
    const thread = this.thread(t);
    const { machine } = this.runner;
    if (this.over || !machine.runnable(thread)) return false;
    const p = thread.pending;
    if (!p || p.op === '' || thread.blocked) return true;
    return machine.locks.free(p.addr, p.op);
  }

  pending(t: number): OpView {
    const thread = this.thread(t);
    const p = thread.pending;
    if (p) return this.view(thread, p);
    const what = thread.blocked ? `${thread.blocked.kind}` : thread.started ? 'idle' : 'start';
    return this.intern(`${thread.name}|${what}`, () => ({
      kind: 'wait',
      cell: -1,
      object: -1,
      effect: 'none',
      plain: false,
      visible: false,
      objectName: thread.name,
      objectType: 'task_struct',
      field: what,
      valueText: '',
      fn: thread.body?.fn ?? '',
    }));
  }

  private cell(key: string): number {
    let c = this.cells.get(key);
    if (c === undefined) {
      c = this.cells.size;
      this.cells.set(key, c);
    }
    return c;
  }

  private intern(key: string, make: () => OpView): OpView {
    let v = this.views.get(key);
    if (!v) {
      v = make();
      this.views.set(key, v);
    }
    return v;
  }

  private view(thread: KernelThread, p: PendingAccess): OpView {
    return this.intern(`${thread.name}|${p.addr}|${p.kind}|${p.site}|${p.op}`, () => {
      const { image } = this.runner.machine;
      const site = image.sites[p.site];
      const place = this.names.at(p.addr);
      const lock = p.op !== '' && p.op !== 'yield';
      const kind = p.op === '' ? accessKind(p.kind, site?.hook ?? '') : lockKind(p.op);
      return {
        kind,
        cell: this.cell(`${p.addr & ~3}`),
        object: this.cell(`object ${place.object}`),
        effect: effectOf(kind),
        plain: p.op === '' && !(p.kind & KIND.marked),
        visible: p.op === 'yield',
        objectName: lock ? this.runner.machine.nameOf(p.addr) : place.object,
        objectType: place.type,
        field: lock || p.op === 'yield' ? '' : place.field,
        valueText: '',
        fn: this.position(p).fn,
      };
    });
  }

  /** Function, file and line of an access: the innermost frame that stands in a .c file. */
  private position(p: PendingAccess): { fn: string; file: string | null; line: number | null } {
    const frames = this.runner.machine.image.frames[p.site] ?? [];
    const c = frames.find((f) => f.file.endsWith('.c')) ?? frames[0];
    if (c) return { fn: c.fn, file: c.file, line: c.line || null };
    return { fn: p.stack?.[0] ?? p.op, file: null, line: null };
  }

  step(t: number): void {
    const { machine, watch } = this.runner;
    this.events = [];
    const before = watch.reports.length;
    machine.mem.stop = machine.mem.count + 1;
    try {
      machine.resume(this.thread(t));
    } catch (e) {
      this.fault = this.runner.caught(e);
      this.over = true;
    }
    this.reports = watch.reports.slice(before);
    this.told = watch.reports.length;
  }

  atEnd(): readonly Report[] {
    const { watch } = this.runner;
    if (this.over) return [];
    this.over = true;
    try {
      this.runner.finish();
    } catch (e) {
      this.fault = this.runner.caught(e);
    }
    return watch.reports.slice(this.told);
  }

  record(t: number): TraceStep {
    const { machine } = this.runner;
    const thread = this.thread(t);
    const p = thread.pending;
    const view = this.pending(t);
    const where = p ? this.position(p) : { fn: view.fn, file: null, line: null };
    const before = p && p.op === '' ? this.value(p) : '';
    machine.recording = true;
    this.step(t);
    machine.recording = false;
    const after = p && p.op === '' ? this.value(p) : '';
    return {
      thread: thread.name,
      op: view.kind,
      object: view.objectName,
      field: view.field,
      function: where.fn,
      stack: p?.stack ?? [],
      file: where.file,
      line: where.line,
      before,
      after,
      result: view.kind === 'load' ? before : '',
      marked: !view.plain,
      locks: thread.held.map((l) => machine.nameOf(l.addr)),
      events: this.events.map((e) => [e.name, ...e.args.map(String)].join(' ')),
    };
  }

  /** Where a fault happened, for its witness. */
  faultFacts(f: Fault): Record<string, string | number | null> {
    const frames = this.runner.machine.image.frames[f.site] ?? [];
    const at = frames.find((x) => x.file.endsWith('.c')) ?? frames[0];
    return {
      kind: f.kind,
      at: at ? `${at.fn} ${at.file}:${at.line}` : (f.stack[0] ?? null),
      stack: f.stack.slice(0, 8).join(' < '),
      other: f.otherStack.length > 0 ? f.otherStack.slice(0, 8).join(' < ') : null,
    };
  }

  /** The word's value in words: NULL, the object it points to, or a number. */
  private value(p: PendingAccess): string {
    const { mem } = this.runner.machine;
    const size = p.kind >> 8;
    const raw = size === 1 ? mem.u8[p.addr]! : mem.i32[p.addr >> 2]!;
    if (size !== 4) return String(raw);
    if (raw === 0) return '0';
    if (raw >= mem.layout.heap && raw < mem.layout.stacks) {
      const place = this.names.at(raw);
      return place.field === '' || place.field.startsWith('+') ? place.object : `&${place.object}`;
    }
    return raw >= 4096 ? this.names.at(raw).object : String(raw);
  }
}
