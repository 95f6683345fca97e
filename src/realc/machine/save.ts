// SPDX-License-Identifier: GPL-2.0-only
// A machine in the middle of a run, when every thread has been left: saved, and taken back to.
//
// Runs of a search that differ only after a switch point need not repeat what is before it.

import type { SavedHeap } from './alloc.ts';
import type { ImageMachine } from './machine.ts';
import type { SavedMemory } from './memory.ts';
import type { Frame, KernelThread } from './types.ts';
import type { SavedWork } from './work.ts';

/** Fields of a thread that a run changes; lists are copies. */
type ThreadState = Omit<KernelThread, 'id' | 'name' | 'stackTop' | 'buffer' | 'task' | 'held'>;

interface SavedThread {
  readonly thread: KernelThread;
  readonly state: ThreadState;
}

/** Everything of a machine that a run changes. */
export interface SavedMachine {
  readonly memory: SavedMemory;
  readonly heap: SavedHeap;
  readonly works: SavedWork;
  readonly srcu: ReadonlyMap<number, number>;
  readonly threads: readonly SavedThread[];
}

const copyFrames = (frames: readonly Frame[]): Frame[] =>
  frames.map((f) => ({ ...f, notes: { ...f.notes } }));

function stateOf(t: KernelThread): ThreadState {
  const { daemon, body, started, done, result, blocked, pending, sp, woken } = t;
  const { pointNumber, opSite, blockedStack, onDone } = t;
  const run = { daemon, body, started, done, result, blocked, pending, sp, woken };
  return { ...run, pointNumber, opSite, blockedStack, onDone, frames: copyFrames(t.frames) };
}

/** Where a left thread keeps its frames: its stack, and the buffer that asyncify unwound into. */
function rangesOf(m: ImageMachine, t: KernelThread): [number, number][] {
  if (!t.started || t.done) return [];
  const unwound = m.mem.u32[t.buffer >> 2]!;
  return [
    [t.sp, t.stackTop + 16],
    [t.buffer, unwound],
  ];
}

/** Save @m; no thread may be running. */
export function saveMachine(m: ImageMachine): SavedMachine {
  return {
    memory: m.mem.save(m.threads.flatMap((t) => rangesOf(m, t))),
    heap: m.heap.save(),
    works: m.works.save(),
    srcu: new Map(m.srcuReaders),
    threads: m.threads.map((thread) => ({ thread, state: stateOf(thread) })),
  };
}

/** Take @m back to what saveMachine() has saved. */
export function loadMachine(m: ImageMachine, to: SavedMachine): void {
  m.mem.load(to.memory);
  m.heap.load(to.heap);
  m.works.load(to.works);
  m.srcuReaders.clear();
  for (const [domain, readers] of to.srcu) m.srcuReaders.set(domain, readers);
  m.threads.length = 0;
  for (const { thread, state } of to.threads) {
    // The same object: what waits for a thread knows it by that.
    Object.assign(thread, state);
    thread.frames = copyFrames(state.frames);
    m.threads.push(thread);
  }
  m.current = null;
}
