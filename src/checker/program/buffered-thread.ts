// SPDX-License-Identifier: GPL-2.0-only
// A thread that has store buffers: what becomes of each of its Ops, and the daemons that commit.

import { must } from '#base/assert';
import {
  choose,
  event,
  fetch_add,
  frame,
  Handle,
  IGNORANT,
  type Kfn,
  type Lock,
  lock,
  type Op,
  type Recorder,
  repeat,
  setRecorder,
  spawn,
  type ThreadBody,
  unlock,
  type Value,
  WRITE_ONCE,
  wait,
} from '#env/op';

/** Cells of an object of this type are the registers of a thread: never buffered. */
export const REGISTERS = 'registers';

type BufferFields = Record<string, Value>;

/** The objects of one buffer: slot i holds the i-th store until and after it is committed. */
export interface StoreBuffer {
  readonly obj: Handle<BufferFields>;
  readonly guard: Lock;
}

/** How many threads of one name have been started. */
export type Counter = Handle<{ started: number }>;

/** What threads with buffers share: who they are, and the objects of their buffers. */
export interface BufferOwners {
  readonly model: 'tso' | 'pso';
  /** Fields ('type.field') of which a store has gone through a buffer. */
  readonly stored: Set<string>;
  bodyOf(body: ThreadBody, nth: number): ThreadBody;
  counter(name: string): Counter;
  isBuffered(op: Op): boolean;
  /** The buffer of @thread for @cell; '' where there is one for all cells. */
  bufferOf(thread: string, cell: string): StoreBuffer;
  /** The name of a cell that no other has. */
  cellOf(obj: Handle, field: string): string;
}

/** What the owner alone knows of a buffer. */
interface Own extends StoreBuffer {
  /** Stores put in so far. */
  puts: number;
  /** The owner's youngest store to each cell. */
  readonly youngest: Map<string, { readonly at: number; readonly value: Value }>;
}

/** Where a thread has come to: before an Op, at its end, or out of its code by a throw. */
interface Resumed {
  readonly op: Op | null;
  readonly thrown: { readonly error: unknown } | null;
}

/** Does the Ops of one thread through buffers. */
export class Owner {
  private readonly name: string;
  private readonly around: BufferOwners;
  private readonly buffers = new Map<string, Own>();
  /** PSO: an unlock that has been passed and not been done, with what must be committed first. */
  private late: { readonly op: Op; readonly after: readonly (readonly [Own, number])[] } | null =
    null;

  /** The last Op was an unlock that was passed and took no step. */
  private passed = false;
  /** Events behind it. */
  private readonly behind: (readonly [name: string, ...args: Value[]])[] = [];

  constructor(name: string, around: BufferOwners) {
    this.name = name;
    this.around = around;
  }

  /** Run @gen, the thread's own generator. */
  *run(gen: Kfn<unknown>): Kfn<void> {
    for (let result: Value; ; ) {
      const { op, thrown } = this.resume(gen, result);
      if (this.behind.length > 0 || (this.passed && thrown !== null)) yield* this.pass();
      this.passed = false;
      if (thrown !== null) throw thrown.error;
      if (op === null) break;
      result = yield* this.perform(op);
    }
    yield* this.release();
  }

  /** Resume the thread's own code up to its next Op, its end or what it throws. */
  private resume(gen: Kfn<unknown>, result: Value): Resumed {
    const outer = setRecorder(null);
    setRecorder(outer === null && !this.passed ? null : this.recorderFor(outer ?? IGNORANT));
    try {
      const next = gen.next(result);
      return { op: next.done ? null : next.value, thrown: null };
    } catch (error) {
      return { op: null, thrown: { error } };
    } finally {
      setRecorder(outer);
    }
  }

  /**
   * Where a frame ends and is forgotten, what the buffers hold because of it is not: that is told
   * to @outer as a result of its own. Events behind an unlock that has been passed are kept.
   */
  private recorderFor(outer: Recorder): Recorder {
    const tell = (): void => {
      if (this.buffers.size === 0 && this.late === null) return;
      outer.enter('buffers', []);
      outer.leave(this.knowledge());
    };
    return {
      enter: (fn, args) => outer.enter(fn, args),
      event: (name, args) => {
        if (this.passed) this.behind.push([name, ...args]);
        else outer.event(name, args);
      },
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
    };
  }

  /** The step in which an unlock is passed, and with it what follows at once. */
  private *pass(): Kfn<void> {
    yield* this.maybeRelease(must(this.late, 'what was passed is late').op.obj);
    for (const [name, ...args] of this.behind) event(name, ...args);
    this.behind.length = 0;
  }

  /** All that the owner knows of its buffers. */
  private knowledge(): Value {
    const buffers = [...this.buffers.values()].map(({ obj, puts, youngest }) => {
      return [obj, puts, ...[...youngest].map(([cell, { at, value }]) => [cell, at, value])];
    });
    if (this.late === null) return buffers;
    const { op, after } = this.late;
    const late = [op.kind, op.obj, ...after.map(([{ obj }, puts]) => [obj, puts])];
    return [...buffers, late, ...this.behind];
  }

  private *perform(op: Op): Kfn<Value> {
    if (!(op.obj instanceof Handle) || op.obj.type === REGISTERS) return yield op;
    switch (op.kind) {
      case 'store':
        if (!this.around.isBuffered(op)) return yield* this.inOrder(op);
        yield* this.maybeRelease(op.obj);
        yield* this.put(op);
        return undefined;
      case 'load':
        if (!this.around.isBuffered(op)) return yield* this.inOrder(op);
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
        if (this.around.model === 'tso') yield* this.drain();
        return yield op;
      case 'choose':
        return yield op;
      case 'spawn':
        yield* this.fence();
        return yield* this.start(op);
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

  /** Start a thread under a name that nobody else has. */
  private *start(op: Op): Kfn<Value> {
    const body = op.body!;
    const before = yield* fetch_add(this.around.counter(body.name), 'started', 1);
    return yield { ...op, body: this.around.bodyOf(body, (before ?? 0) + 1) };
  }

  private *put(op: Op): Kfn<void> {
    this.around.stored.add(`${op.obj.type}.${op.field}`);
    const cell = this.around.cellOf(op.obj, op.field);
    const buffer = yield* this.buffer(cell);
    const at = buffer.puts++;
    buffer.youngest.set(cell, { at, value: op.arg });
    yield* WRITE_ONCE(buffer.obj, `s${at}`, [op.obj, op.field, op.arg, op.marked ?? false]);
  }

  /** The owner's youngest store where it has not been committed, else what memory holds. */
  private *load(op: Op): Kfn<Value> {
    const cell = this.around.cellOf(op.obj, op.field);
    const buffer = this.buffers.get(this.key(cell));
    const own = buffer?.youngest.get(cell);
    if (buffer === undefined || own === undefined) return yield op;
    yield* lock(buffer.guard);
    const head = (yield { kind: 'load', obj: buffer.obj, field: 'head', marked: true }) as number;
    yield* unlock(buffer.guard);
    if ((head ?? 0) <= own.at) return own.value;
    buffer.youngest.delete(cell);
    return yield op;
  }

  /** Under PSO it is passed, without a step unless something follows at once that tells. */
  private *unlock(op: Op): Kfn<Value> {
    yield* this.release();
    this.late = { op, after: [...this.buffers.values()].map((b) => [b, b.puts] as const) };
    if (this.around.model === 'tso') yield* this.release();
    else this.passed = true;
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
    return this.around.model === 'tso' ? '' : cell;
  }

  private *buffer(cell: string): Kfn<Own> {
    const key = this.key(cell);
    const known = this.buffers.get(key);
    if (known !== undefined) return known;
    const made: Own = { ...this.around.bufferOf(this.name, key), puts: 0, youngest: new Map() };
    this.buffers.set(key, made);
    const { obj, guard } = made;
    yield* spawn(obj, { name: obj.name, fn: commits, args: [obj, guard], daemon: true });
    return made;
  }
}

function* committed(buffer: Own, puts: number): Kfn<void> {
  if (puts > 0) yield* wait(buffer.obj, 'head', 'ge', puts);
}

/** Commits what is in a buffer, in order, whenever the scheduler lets it. */
function commits(obj: Handle<BufferFields>, guard: Lock): Kfn<void> {
  return frame('commit', [obj, guard], () =>
    repeat('store', [0], function* (at: number): Kfn<[number]> {
      const [to, field, arg, marked] = (yield* wait(obj, `s${at}`, 'ne', null)) as Entry;
      yield* lock(guard);
      yield { kind: 'store', obj: to, field, arg, marked };
      yield* WRITE_ONCE(obj, 'head', at + 1);
      yield* unlock(guard);
      return [at + 1];
    }),
  );
}

/** A store in a buffer, as the owner has put it in. */
type Entry = readonly [obj: Handle, field: string, arg: Value, marked: boolean];
