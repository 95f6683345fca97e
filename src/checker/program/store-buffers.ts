// SPDX-License-Identifier: GPL-2.0-only
// Store buffers: the same scene under TSO or PSO instead of sequential consistency.
//
// A store, plain or marked, goes into a buffer of its thread and reaches memory later, when a
// daemon commits it. TSO has one buffer for each thread, first in first out; PSO one for each
// thread and cell, so stores to different cells may commit in any order. A thread reads its own
// youngest buffered store. Atomics drain the buffers before they act, as does starting a thread.
//
//   T0: x = 1; r0 = y      T1: y = 1; r1 = x      r0 = r1 = 0 is possible: both stores still wait
//
// A lock acquires and releases: unlocking waits until what was stored before has been committed.
// Under PSO it may itself be late, so a store that follows may commit before the release; stores
// that precede an acquire may commit after it. Under TSO acquiring drains, as a locked instruction.
// Where only some fields are buffered, accesses of others come after the unlocks before them.
//
// Owens, Sarkar, Sewell, A Better x86 Memory Model: x86-TSO, 2009; SPARC V9 manual, appendix D.

import {
  choose,
  frame,
  Handle,
  type Kfn,
  type Lock,
  lock,
  type Op,
  repeat,
  setRecorder,
  spawn,
  store,
  type ThreadBody,
  unlock,
  type Value,
  wait,
} from '#env/op';
import type { Scene } from './scene.ts';

export type MemoryModel = 'sc' | 'tso' | 'pso';

/** Cells of an object of this type are the registers of a thread: never buffered. */
export const REGISTERS = 'registers';

type BufferFields = Record<string, Value>;

/** One buffer: slot i holds the i-th store until and after the daemon commits it. */
interface Buffer {
  readonly obj: Handle<BufferFields>;
  readonly guard: Lock;
  /** Stores put in so far: known to the owner alone. */
  puts: number;
  /** The owner's youngest store to each cell. */
  readonly youngest: Map<string, { readonly at: number; readonly value: Value }>;
}

/**
 * @scene as it runs under @model; under 'sc' it is the scene itself. Where @only is given, just the
 * stores to these fields ('type.field') are buffered, which keeps large scenes within reach. Throws
 * a RangeError where there is no such model.
 */
export function underMemory(
  scene: Scene,
  model: MemoryModel,
  only: readonly string[] | null = null,
): Scene {
  if (model === 'sc') return scene;
  if (model !== 'tso' && model !== 'pso') throw new RangeError(`unknown memory model ${model}`);
  const fields = only === null ? null : new Set(only);
  const setup: Setup = { model, only: fields, made: [], stored: new Set() };
  const threads = scene.threads.map((body) => bufferedBody(body, setup));
  const made = { ...scene, name: `${scene.name} under ${model}`, threads };
  storedIn.set(made, setup.stored);
  return made;
}

const storedIn = new WeakMap<Scene, ReadonlySet<string>>();

/** Fields ('type.field') of which a store has gone through a buffer in what was run of @scene. */
export function bufferedFields(scene: Scene): string[] {
  return [...(storedIn.get(scene) ?? [])].sort();
}

/** Objects of the buffers of one thread, by name: the same in every run. */
interface Made {
  readonly of: ThreadBody;
  readonly body: ThreadBody;
  readonly objects: Map<string, Pick<Buffer, 'obj' | 'guard'>>;
}

/** What holds for a whole scene. */
interface Setup {
  readonly model: MemoryModel;
  readonly only: ReadonlySet<string> | null;
  readonly made: Made[];
  readonly stored: Set<string>;
}

function bufferedBody(body: ThreadBody, setup: Setup): ThreadBody {
  let made = setup.made.find((m) => sameBody(m.of, body));
  if (made === undefined) {
    const objects: Made['objects'] = new Map();
    const name = `${body.name} ${setup.model}`;
    const fn = () => frame(name, [], () => new Owner(body, setup, objects).run());
    made = { of: body, body: { ...body, fn, args: [], keepsMore: true }, objects };
    setup.made.push(made);
  }
  return made.body;
}

/** A body that is written anew each time it is started is still the same one. */
function sameBody(a: ThreadBody, b: ThreadBody): boolean {
  if (a === b) return true;
  const same = a.name === b.name && a.fn === b.fn && a.args.length === b.args.length;
  return same && a.args.every((arg, i) => arg === b.args[i]);
}

const cellName = (op: Op): string => `${op.obj.name}.${op.field}`;

/** Runs a thread's own generator and does its Ops through buffers. */
class Owner {
  private readonly body: ThreadBody;
  private readonly setup: Setup;
  private readonly model: MemoryModel;
  private readonly buffers = new Map<string, Buffer>();
  /** PSO: an unlock that has been passed and not been done, with what must be committed first. */
  private late: { readonly op: Op; readonly after: readonly [Buffer, number][] } | null = null;

  private readonly objects: Made['objects'];

  constructor(body: ThreadBody, setup: Setup, objects: Made['objects']) {
    this.body = body;
    this.setup = setup;
    this.model = setup.model;
    this.objects = objects;
  }

  *run(): Kfn<void> {
    const fn = this.body.fn as unknown as (...args: readonly unknown[]) => Kfn<unknown>;
    const gen = fn(...this.body.args);
    let next = this.resume(gen, undefined);
    while (!next.done) {
      const result = yield* this.perform(next.value);
      next = this.resume(gen, result);
    }
    yield* this.release();
  }

  /**
   * Resume the thread's own code. Where one of its frames ends and is forgotten, what the buffers
   * hold because of it is not: that is told to the recorder as a result of its own.
   */
  private resume(gen: Kfn<unknown>, result: Value): IteratorResult<Op, unknown> {
    const outer = setRecorder(null);
    if (outer === null) return gen.next(result);
    const tell = (): void => {
      const held = this.describe();
      if (held === '') return;
      outer.enter('buffers', []);
      outer.leave(held);
    };
    setRecorder({
      enter: (fn, args) => outer.enter(fn, args),
      event: (name, args) => outer.event(name, args),
      leave: (value) => {
        outer.leave(value);
        tell();
      },
      fail: (error) => {
        outer.fail(error);
        tell();
      },
      again: (fn, args) => {
        outer.again(fn, args);
        tell();
      },
    });
    try {
      return gen.next(result);
    } finally {
      setRecorder(outer);
    }
  }

  /** All that the owner knows of its buffers, in words. */
  private describe(): string {
    const parts = [...this.buffers].map(([key, b]) => {
      const own = [...b.youngest].map(([cell, { at, value }]) => `${cell}=${String(value)}@${at}`);
      return `${key}:${b.puts}:${own.join(',')}`;
    });
    if (this.late !== null) {
      const after = this.late.after.map(([b, n]) => `${b.obj.name}>${n}`);
      parts.push(`late ${this.late.op.kind} ${this.late.op.obj.name} ${after.join(',')}`);
    }
    return parts.join(';');
  }

  private *perform(op: Op): Kfn<Value> {
    switch (op.kind) {
      case 'store':
        if (!this.matters(op)) return yield* this.inOrder(op);
        yield* this.maybeRelease(op.obj);
        yield* this.put(op);
        return undefined;
      case 'load':
        if (!this.matters(op)) return yield* this.inOrder(op);
        yield* this.maybeRelease(op.obj);
        return yield* this.load(op);
      case 'unlock':
      case 'write_unlock':
      case 'read_unlock':
        return yield* this.unlock(op);
      case 'lock':
      case 'write_lock':
      case 'read_lock':
      case 'trylock':
        yield* this.release();
        if (this.model === 'tso') yield* this.drain();
        return yield op;
      case 'choose':
        return yield op;
      case 'spawn':
        yield* this.fence();
        return yield { ...op, body: bufferedBody(op.body!, this.setup) };
      default:
        yield* this.fence();
        return yield op;
    }
  }

  /** An access that no buffer is kept for comes after all unlocks before it. */
  private *inOrder(op: Op): Kfn<Value> {
    yield* this.release();
    return yield op;
  }

  /** True if stores to the cell of @op go through a buffer. */
  private matters(op: Op): boolean {
    const { only } = this.setup;
    if (op.obj.type === REGISTERS) return false;
    return only === null || only.has(`${op.obj.type}.${op.field}`);
  }

  private *put(op: Op): Kfn<void> {
    this.setup.stored.add(`${op.obj.type}.${op.field}`);
    const buffer = yield* this.buffer(cellName(op));
    const at = buffer.puts++;
    buffer.youngest.set(cellName(op), { at, value: op.arg });
    const entry: Value = [op.obj, op.field, op.arg];
    yield* store(buffer.obj, `s${at}`, entry);
  }

  /** The owner's youngest store where it has not been committed, else what memory holds. */
  private *load(op: Op): Kfn<Value> {
    const buffer = this.buffers.get(this.key(cellName(op)));
    const own = buffer?.youngest.get(cellName(op));
    if (buffer === undefined || own === undefined) return yield op;
    yield* lock(buffer.guard);
    const head = (yield { kind: 'load', obj: buffer.obj, field: 'head' }) as number | null;
    const waiting = (head ?? 0) <= own.at;
    const value = waiting ? own.value : yield op;
    yield* unlock(buffer.guard);
    if (!waiting) buffer.youngest.delete(cellName(op));
    return value;
  }

  private *unlock(op: Op): Kfn<Value> {
    yield* this.release();
    const after = [...this.buffers.values()].map((b) => [b, b.puts] as const);
    this.late = { op, after: after.map(([b, n]) => [b, n]) };
    if (this.model === 'tso') yield* this.release();
    return undefined;
  }

  /** An unlock that is late may happen now, or stay late. */
  private *maybeRelease(at: Handle): Kfn<void> {
    if (this.late !== null && (yield* choose(at, 2)) === 0) yield* this.release();
  }

  private *release(): Kfn<void> {
    const { late } = this;
    if (late === null) return;
    this.late = null;
    for (const [buffer, puts] of late.after) yield* committed(buffer, puts);
    yield late.op;
  }

  private *fence(): Kfn<void> {
    yield* this.release();
    yield* this.drain();
  }

  private *drain(): Kfn<void> {
    for (const buffer of this.buffers.values()) yield* committed(buffer, buffer.puts);
  }

  private key(cell: string): string {
    return this.model === 'tso' ? '' : cell;
  }

  private *buffer(cell: string): Kfn<Buffer> {
    const key = this.key(cell);
    const known = this.buffers.get(key);
    if (known !== undefined) return known;
    const name = `${this.body.name}:buffer${key === '' ? '' : `:${key}`}`;
    const { obj, guard } = this.objectsOf(name);
    const made: Buffer = { obj, guard, puts: 0, youngest: new Map() };
    this.buffers.set(key, made);
    yield* spawn(obj, { name, fn: commits, args: [obj, guard], daemon: true });
    return made;
  }

  private objectsOf(name: string): Pick<Buffer, 'obj' | 'guard'> {
    const known = this.objects.get(name) ?? {
      obj: new Handle<BufferFields>('store-buffer', name),
      guard: new Handle('store-buffer-guard', `${name}:guard`) as Lock,
    };
    this.objects.set(name, known);
    return known;
  }
}

function* committed(buffer: Buffer, puts: number): Kfn<void> {
  if (puts > 0) yield* wait(buffer.obj, 'head', 'ge', puts);
}

/** Commits what is in a buffer, in order, whenever the scheduler lets it. */
function commits(obj: Handle<BufferFields>, guard: Lock): Kfn<void> {
  return frame('commit', [obj, guard], () =>
    repeat('store', [0], function* (at: number): Kfn<[number]> {
      const entry = (yield* wait(obj, `s${at}`, 'ne', null)) as readonly Value[];
      yield* lock(guard);
      yield { kind: 'store', obj: entry[0] as Handle, field: entry[1] as string, arg: entry[2] };
      yield* store(obj, 'head', at + 1);
      yield* unlock(guard);
      return [at + 1];
    }),
  );
}
