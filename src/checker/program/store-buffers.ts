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
// What happens together with an Op, events above all, happens together with it here, too: whatever
// is done for a store, a load or an unlock, the last Op of it is the one that counts. What
// follows an unlock that stays late comes in a step of its own.
//
// Buffers belong to threads, not to what threads run. So each thread is started under a name that
// nobody else has: who starts one counts how many of its name there have been.
//
// A lock acquires and releases: unlocking waits until what was stored before has been committed.
// Under PSO it may itself be late, so a store that follows may commit before the release; stores
// that precede an acquire may commit after it. Under TSO acquiring drains, as a locked instruction.
// Where only some fields are buffered, accesses of others come after the unlocks before them.
//
// Owens, Sarkar, Sewell, A Better x86 Memory Model: x86-TSO, 2009; SPARC V9 manual, appendix D.

import { frame, Handle, type Kfn, type Lock, type Op, type ThreadBody } from '#env/op';
import { type BufferOwners, type Counter, Owner, type StoreBuffer } from './buffered-thread.ts';
import { type Scene, type SceneInput, wholeScene } from './scene.ts';
import { ThreadNames } from './thread-names.ts';

export { REGISTERS } from './buffered-thread.ts';

export type MemoryModel = 'sc' | 'tso' | 'pso';

/**
 * @given as it runs under @model; under 'sc' it is the scene itself. Where @only is given, just the
 * stores to these fields ('type.field') are buffered, which keeps large scenes within reach. Throws
 * a RangeError where there is no such model.
 */
export function underMemory(
  given: SceneInput,
  model: MemoryModel,
  only: readonly string[] | null = null,
): Scene {
  const scene = wholeScene(given);
  if (model === 'sc') return scene;
  if (model !== 'tso' && model !== 'pso') throw new RangeError(`unknown memory model ${model}`);
  const buffers = new Buffers(model, only === null ? null : new Set(only));
  const counts = new Map<string, number>();
  const threads = scene.threads.map((body) => {
    const nth = (counts.get(body.name) ?? 0) + 1;
    counts.set(body.name, nth);
    return buffers.bodyOf(body, nth);
  });
  const started = [...counts].map(([name, n]) => [buffers.counter(name), 'started', n] as const);
  const init = [...scene.init, ...started];
  const made = { ...scene, name: `${scene.name} under ${model}`, init, threads };
  storedIn.set(made, buffers.stored);
  return made;
}

const storedIn = new WeakMap<Scene, ReadonlySet<string>>();

/** Fields ('type.field') of which a store has gone through a buffer in what was run of @scene. */
export function bufferedFields(scene: Scene): string[] {
  return [...(storedIn.get(scene) ?? [])].sort();
}

/** The threads of a scene with their buffers; objects have the same names in every run. */
class Buffers implements BufferOwners {
  readonly model: 'tso' | 'pso';
  readonly stored = new Set<string>();
  private readonly only: ReadonlySet<string> | null;
  private readonly names = new ThreadNames();
  /** By what a thread runs and its name. */
  private readonly wrapped = new Map<ThreadBody['fn'], Map<string, ThreadBody['fn']>>();
  private readonly counters = new Map<string, Counter>();
  private readonly buffers = new Map<string, StoreBuffer>();
  /** The cells that are told apart by more than their names. */
  private readonly cells = new Map<Handle, Map<string, string>>();
  private readonly cellNames = new Set<string>();

  constructor(model: 'tso' | 'pso', only: ReadonlySet<string> | null) {
    this.model = model;
    this.only = only;
  }

  /** What the @nth thread that is started with @body runs. */
  bodyOf(body: ThreadBody, nth: number): ThreadBody {
    const name = this.names.of(body, nth);
    let byName = this.wrapped.get(body.fn);
    if (byName === undefined) {
      byName = new Map();
      this.wrapped.set(body.fn, byName);
    }
    let fn = byName.get(name);
    if (fn === undefined) {
      const own = body.fn as unknown as (...args: readonly unknown[]) => Kfn<unknown>;
      fn = (...args: never[]) =>
        frame(`${name} ${this.model}`, [], () => new Owner(name, this).run(own(...args)));
      byName.set(name, fn);
    }
    return { ...body, name, fn, keepsMore: true };
  }

  counter(name: string): Counter {
    const known = this.counters.get(name);
    if (known !== undefined) return known;
    const made: Counter = new Handle('threads', `${name}:buffer:started`);
    this.counters.set(name, made);
    return made;
  }

  isBuffered(op: Op): boolean {
    return this.only === null || this.only.has(`${op.obj.type}.${op.field}`);
  }

  bufferOf(thread: string, cell: string): StoreBuffer {
    const name = `${thread}:buffer${cell === '' ? '' : `:${cell}`}`;
    const known = this.buffers.get(name);
    if (known !== undefined) return known;
    const guard = new Handle('store-buffer-guard', `${name}:guard`) as Lock;
    const made: StoreBuffer = { obj: new Handle('store-buffer', name), guard };
    this.buffers.set(name, made);
    return made;
  }

  cellOf(obj: Handle, field: string): string {
    let byField = this.cells.get(obj);
    if (byField === undefined) {
      byField = new Map();
      this.cells.set(obj, byField);
    }
    let name = byField.get(field);
    if (name === undefined) {
      name = `${obj.name}.${field}`;
      for (let n = 2; this.cellNames.has(name); n++) name = `${obj.name}.${field}~${n}`;
      this.cellNames.add(name);
      byField.set(field, name);
    }
    return name;
  }
}
