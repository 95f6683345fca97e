// SPDX-License-Identifier: GPL-2.0-only
// The one contract between programs and checker: what a thread may do in one visible step.
//
// A program is a set of threads, each a generator that yields one Op at a time and learns
// everything it knows from what the Op returns. Nothing else may carry state: then a thread is
// restored by feeding its recorded results to a fresh generator, and its local state has a name.
//
//   const driver = yield* load(dev, 'driver');      // one Op: a read another thread may race with
//   yield* store(dev, 'driver', drv);               // one Op
//   event('driver-set', dev);                       // no Op: happens together with the Op before
//
// A Handle has no readable mutable fields, so a forgotten Op does not compile.

declare const fieldsOf: unique symbol;

/** A shared object, named by (owner, allocation site, count), never by address. */
export class Handle<F extends object = object> {
  /** Type-level only: the mutable fields that load() and store() accept. */
  declare readonly [fieldsOf]: F;
  readonly type: string;
  readonly name: string;
  constructor(type: string, name: string) {
    this.type = type;
    this.name = name;
  }
  toString(): string {
    return this.name;
  }
}

/** What cells, arguments and results may hold. Lists are immutable; a change stores a new list. */
export type Value = undefined | null | boolean | number | string | Handle | readonly Value[];

/** A kind of object that can be allocated while the program runs. */
export interface StructType<F extends object> {
  readonly type: string;
  /** The value every field has right after allocation. A field not named here starts as null. */
  readonly zero: Partial<F>;
}

/** Declare a kind of object: its kernel struct name and the values of a zeroed allocation. */
export function defineStruct<F extends object>(type: string, zero: Partial<F> = {}): StructType<F> {
  return { type, zero };
}

export type OpKind =
  | 'load'
  | 'store'
  | 'add' // returns the old value; arg is added
  | 'cas' // returns the old value; stores arg where it was expect
  | 'xchg' // returns the old value
  | 'lock' // mutex or spinlock, enabled while free
  | 'trylock' // returns true or false, always enabled
  | 'unlock'
  | 'read_lock' // rwsem, enabled while no writer holds it
  | 'read_unlock'
  | 'write_lock' // rwsem, enabled while nobody holds it
  | 'write_unlock'
  | 'wait' // enabled while the cell compares true with arg
  | 'alloc' // returns a fresh Handle
  | 'free'
  | 'spawn' // starts a thread
  | 'choose'; // returns 0..arg-1: the environment decides, every answer is explored

type Comparison = 'eq' | 'ne' | 'ge';

/** One visible step of one thread. */
export interface Op {
  readonly kind: OpKind;
  readonly obj: Handle;
  /** The cell of obj; '' for whole-object Ops (lock, unlock, alloc, free, spawn, choose). */
  readonly field: string;
  readonly arg?: Value;
  readonly expect?: Value;
  readonly compare?: Comparison;
  /** READ_ONCE/WRITE_ONCE or atomic access; plain otherwise. */
  readonly marked?: boolean;
  /** alloc: what to allocate. */
  readonly struct?: StructType<object>;
  /** spawn: the thread's frame function and arguments. */
  readonly body?: ThreadBody;
}

/** What a thread runs: a framed function and its arguments. */
export interface ThreadBody {
  readonly name: string;
  readonly fn: (...args: never[]) => Kfn<unknown>;
  readonly args: readonly unknown[];
  /** A daemon (a kernel worker) may wait for ever without that being a deadlock. */
  readonly daemon?: boolean;
  /** It keeps something beside what its frames return: to bring it back, all of it is run again. */
  readonly keepsMore?: boolean;
}

/** A kernel function of the model: a generator of Ops that returns T. */
export type Kfn<T> = Generator<Op, T, Value>;

type Key<F> = keyof F & string;

/** Plain read. */
export function* load<F extends object, K extends Key<F>>(obj: Handle<F>, field: K): Kfn<F[K]> {
  return (yield { kind: 'load', obj, field }) as F[K];
}

/** READ_ONCE(). */
export function* READ_ONCE<F extends object, K extends Key<F>>(
  obj: Handle<F>,
  field: K,
): Kfn<F[K]> {
  return (yield { kind: 'load', obj, field, marked: true }) as F[K];
}

/** Plain write. */
export function* store<F extends object, K extends Key<F>>(
  obj: Handle<F>,
  field: K,
  arg: F[K],
): Kfn<void> {
  yield { kind: 'store', obj, field, arg: arg as Value };
}

/** WRITE_ONCE(). */
export function* WRITE_ONCE<F extends object, K extends Key<F>>(
  obj: Handle<F>,
  field: K,
  arg: F[K],
): Kfn<void> {
  yield { kind: 'store', obj, field, arg: arg as Value, marked: true };
}

/** Atomic fetch-and-add; returns the old value. */
export function* fetch_add<F extends object>(
  obj: Handle<F>,
  field: Key<F>,
  arg: number,
): Kfn<number> {
  return (yield { kind: 'add', obj, field, arg, marked: true }) as number;
}

/** Atomic compare-and-swap; returns the old value (equal to expect on success). */
export function* cmpxchg<F extends object, K extends Key<F>>(
  obj: Handle<F>,
  field: K,
  expect: F[K],
  arg: F[K],
): Kfn<F[K]> {
  const op: Op = {
    kind: 'cas',
    obj,
    field,
    expect: expect as Value,
    arg: arg as Value,
    marked: true,
  };
  return (yield op) as F[K];
}

/** Atomic exchange; returns the old value. */
export function* xchg<F extends object, K extends Key<F>>(
  obj: Handle<F>,
  field: K,
  arg: F[K],
): Kfn<F[K]> {
  return (yield { kind: 'xchg', obj, field, arg: arg as Value, marked: true }) as F[K];
}

/** A lock has no fields a model may read; holding it is what the machine keeps. */
// biome-ignore lint/complexity/noBannedTypes: a lock has no fields
export type Lock = Handle<{}>;

export function* lock(obj: Lock): Kfn<void> {
  yield { kind: 'lock', obj, field: '' };
}
export function* trylock(obj: Lock): Kfn<boolean> {
  return (yield { kind: 'trylock', obj, field: '' }) as boolean;
}
export function* unlock(obj: Lock): Kfn<void> {
  yield { kind: 'unlock', obj, field: '' };
}
export function* read_lock(obj: Lock): Kfn<void> {
  yield { kind: 'read_lock', obj, field: '' };
}
export function* read_unlock(obj: Lock): Kfn<void> {
  yield { kind: 'read_unlock', obj, field: '' };
}
export function* write_lock(obj: Lock): Kfn<void> {
  yield { kind: 'write_lock', obj, field: '' };
}
export function* write_unlock(obj: Lock): Kfn<void> {
  yield { kind: 'write_unlock', obj, field: '' };
}

/** Sleep until the cell compares true; returns the value that let the thread go on. */
export function* wait<F extends object, K extends Key<F>>(
  obj: Handle<F>,
  field: K,
  compare: Comparison,
  arg: F[K],
): Kfn<F[K]> {
  return (yield { kind: 'wait', obj, field, compare, arg: arg as Value, marked: true }) as F[K];
}

/**
 * Allocate a zeroed object. It is named `owner.site#n`, n counting this owner's allocations at
 * this site, so that equal states name equal objects whichever thread allocated them.
 */
export function* alloc<F extends object>(
  struct: StructType<F>,
  owner: Handle,
  site: string,
): Kfn<Handle<F>> {
  const op: Op = { kind: 'alloc', obj: owner, field: site, struct: struct as StructType<object> };
  return (yield op) as Handle<F>;
}

/** Free an object: every later access to one of its fields is a use after free. */
export function* free(obj: Handle): Kfn<void> {
  yield { kind: 'free', obj, field: '' };
}

/** Start a thread. obj is who starts it (a work queue, a device): names the cause in a trace. */
export function* spawn(obj: Handle, body: ThreadBody): Kfn<void> {
  yield { kind: 'spawn', obj, field: '', body };
}

/** Let the environment choose a number below n; every choice is explored. */
export function* choose(obj: Handle, n: number): Kfn<number> {
  return (yield { kind: 'choose', obj, field: '', arg: n }) as number;
}

// ---------------------------------------------------------------------------------------------
// Frames and events: how the machine follows what happens between two Ops.

/** What a machine wants to be told while it resumes a generator. One machine resumes at a time. */
export interface Recorder {
  /** A frame begins. fn names the kernel function; args are primitives, Handles or constants. */
  enter(fn: string, args: readonly unknown[]): void;
  /** The frame ends and the next turn of the same loop begins in its place. */
  again(fn: string, args: readonly unknown[]): void;
  /** The frame ends by returning value. */
  leave(value: Value): void;
  /** The frame ends by throwing; the value is rethrown to the caller. */
  fail(error: unknown): void;
  /** A named event, attached to the Op that completed last. */
  event(name: string, args: readonly Value[]): void;
  /** The thread has to hold lock here; looked at whenever it passes. */
  assertHeld?(lock: Handle): void;
  /** Where a thread is brought back to where it stood: what to do with the frame that begins. */
  replay?(): ReplayedFrame;
}

/** Takes no notice of anything. */
export const IGNORANT: Recorder = {
  enter: () => {},
  again: () => {},
  leave: () => {},
  fail: () => {},
  event: () => {},
};

/** A frame that had ended gives its result at once; one that had not begins, a loop in its turn. */
type ReplayedFrame =
  | { readonly ended: true; readonly result: Value }
  | { readonly ended: false; readonly args: readonly Value[] };

let recorder: Recorder | null = null;

/** Install the machine that is about to resume a generator; returns the one before. */
export function setRecorder(next: Recorder | null): Recorder | null {
  const before = recorder;
  recorder = next;
  return before;
}

/** Report an event; it happens in the same step as the Op that completed last. */
export function event(name: string, ...args: readonly Value[]): void {
  recorder?.event(name, args);
}

/**
 * State that the running thread holds @lock, in either mode; no Op. Where it does not, that is
 * reported, and the thread goes on.
 */
export function lockdep_assert_held(lock: Lock): void {
  recorder?.assertHeld?.(lock);
}

/**
 * Run body in a frame of its own. While it runs, what it has observed is part of the thread's
 * state; once it ends only its result is. A loop that may go on for ever is written with repeat(),
 * since each frame() that ends leaves one more result behind in its caller.
 */
export function* frame<T extends Value | void>(
  fn: string,
  args: readonly unknown[],
  body: () => Kfn<T>,
  call?: Call,
): Kfn<T> {
  if (call !== undefined) calls.delete(call);
  const replayed = recorder?.replay?.();
  if (replayed?.ended) return replayed.result as T;
  recorder?.enter(fn, args);
  let result: T;
  try {
    result = yield* body();
  } catch (error) {
    recorder?.fail(error);
    throw error;
  }
  recorder?.leave(result as Value);
  return result;
}

/**
 * A loop of which the state graph closes: each turn is a frame that takes the place of the one
 * before, so a turn knows its args and nothing else. body returns the args of the next turn, or
 * null to end the loop:
 *
 *   yield* repeat('deferred_probe_work_func', [], function* () {
 *     yield* wait(work, 'pending', 'eq', true);
 *     ...
 *     return [];
 *   });
 *
 * A loop that has a result ends with ended(result).
 */
export function* repeat<A extends readonly Value[] | [], T extends Value | void = void>(
  fn: string,
  args: A,
  body: (...args: A) => Kfn<NoInfer<A> | Ended<T> | null>,
): Kfn<T> {
  const replayed = recorder?.replay?.();
  if (replayed?.ended) return replayed.result as T;
  recorder?.enter(fn, args);
  let result: Value;
  for (let next: A | null = (replayed?.args as A | undefined) ?? args; next !== null; ) {
    let turn: A | Ended<T> | null;
    try {
      turn = yield* body(...next);
    } catch (error) {
      recorder?.fail(error);
      throw error;
    }
    next = turn instanceof Ended ? null : turn;
    if (turn instanceof Ended) result = turn.result as Value;
    if (next !== null) recorder?.again(fn, next);
  }
  recorder?.leave(result);
  return result as T;
}

/** What the last turn of a loop says. */
class Ended<T> {
  readonly result: T;
  constructor(result: T) {
    this.result = result;
  }
}

/** The loop ends with @result. */
export function ended<T extends Value>(result: T): Ended<T> {
  return new Ended(result);
}

/** A call of a framed function whose generator has not been started. */
interface Call {
  readonly name: string;
}

const calls = new Set<Call>();

/**
 * The name of a framed function that was called since the last time this was asked, and whose
 * generator was never started: `yield*` has been forgotten. Null if there is none.
 */
export function forgottenCall(): string | null {
  if (calls.size === 0) return null;
  const [first] = calls;
  calls.clear();
  return first!.name;
}

/** Wrap a generator function so that every call of it is a frame. */
export function framed<A extends readonly unknown[], T extends Value | void>(
  name: string,
  fn: (...args: A) => Kfn<T>,
): (...args: A) => Kfn<T> {
  const wrapped = (...args: A): Kfn<T> => {
    if (recorder === null) return frame(name, args, () => fn(...args));
    const call: Call = { name };
    calls.add(call);
    return frame(name, args, () => fn(...args), call);
  };
  return Object.defineProperty(wrapped, 'name', { value: name });
}
