// SPDX-License-Identifier: GPL-2.0-only
// A run as a partial order: its steps with vector clocks, and the races between them.
//
// A step is what one thread does from a switch point to just before its next one. Two steps are
// dependent if both touch a word, one of them writes, and they are not of one kind that commutes
// (readers of a lock, wake-ups). A step races with a dependent one of another thread if nothing
// lies between them in happens-before. A lock races with the *acquire* that kept it out: it cannot
// come before the release, but perhaps before the whole critical section.
//
// Something that was waited for races with all that was done to it before, for it may have been
// there already: how far back, only a run can tell.
//
//   0  A: lock m, x=1, unlock m    clock {A:1}
//   1  B: lock m, unlock m         clock {A:1, B:1}   races with 0, its acquire
//
// The algorithm is that of checker/dpor/source-dpor.ts, which asks a Program step by step. Here a
// whole run is made inside WebAssembly and then looked at, so all of this works on flat tables, by
// number.

/**
 * How a step touches a word. `blocking`: it may have to wait for whom has acquired it; `begin`: its
 * thread was told to begin there; `wait`: it goes on only once others have done what it waits for.
 */
export const TOUCH = {
  write: 1,
  shared: 2,
  acquire: 4,
  blocking: 8,
  begin: 16,
  wait: 32,
  release: 64,
  reader: 128,
} as const;

/** A step of a run: its thread and what it touched, as word, how, word, how, ... */
export interface TouchingStep {
  readonly thread: number;
  readonly touched: readonly number[];
}

/** True if the order of two steps with these touches can matter. */
export function conflict(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      if (a[i] !== b[j]) continue;
      const both = a[i + 1]! & b[j + 1]!;
      if ((a[i + 1]! | b[j + 1]!) & TOUCH.write && !(both & TOUCH.shared)) return true;
    }
  }
  return false;
}

/** True if @a takes a lock and keeps it that @b takes, too: @b would have to wait. */
export function shutsOut(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i += 2) {
    const how = a[i + 1]!;
    if (!(how & TOUCH.acquire)) continue;
    let kept = true;
    let taken = false;
    for (let k = i + 2; k < a.length; k += 2) {
      if (a[k] === a[i] && a[k + 1]! & TOUCH.release) kept = false;
    }
    for (let j = 0; j < b.length; j += 2) {
      if (b[j] !== a[i] || !(b[j + 1]! & TOUCH.acquire)) continue;
      if (!(how & b[j + 1]! & TOUCH.reader)) taken = true;
    }
    if (kept && taken) return true;
  }
  return false;
}

/** Threads are numbered below this. */
export const THREADS = 16;
const NONE = -1;

/** Per word: the last write, and per thread the last read, shared operation and acquire. */
const WRITE = 0;
const READ = 1;
const SHARE = READ + THREADS;
const ACQUIRE = SHARE + THREADS;
const ROW = ACQUIRE + THREADS;

/** An earlier step, and the first of those it is to be reversed with, or NONE. */
interface Candidate {
  readonly pos: number;
  readonly acquire: number;
}

/** Called with a race: the step at @earlier could come after what the later one needs. */
type OnRace = (earlier: number) => void;

/** The steps of the current run, in their order. */
export class Order {
  readonly steps: TouchingStep[] = [];
  private readonly ids = new Map<number, number>();
  private table = new Int32Array(ROW * 256).fill(NONE);
  clocks = new Int32Array(THREADS * 512);
  readonly seqs: number[] = [];
  /** Latest step of each thread. */
  private readonly last = new Int32Array(THREADS).fill(NONE);
  /** What add() has overwritten: index in the table and old value. */
  private readonly trail: number[] = [];
  private readonly marks: number[] = [];
  /** Of the step judged latest: what its thread knew before, and knows after. */
  readonly past = new Int32Array(THREADS);
  readonly clock = new Int32Array(THREADS);

  private row(word: number): number {
    let id = this.ids.get(word);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(word, id);
      if ((id + 1) * ROW > this.table.length) {
        const larger = new Int32Array(this.table.length * 2).fill(NONE);
        larger.set(this.table);
        this.table = larger;
      }
    }
    return id * ROW;
  }

  private set(index: number, value: number): void {
    this.trail.push(index, this.table[index]!);
    this.table[index] = value;
  }

  /** Take back all steps from position @length on. */
  rewind(length: number): void {
    while (this.steps.length > length) {
      const { thread } = this.steps.pop()!;
      const pos = this.steps.length;
      this.seqs.pop();
      const mark = this.marks.pop()!;
      while (this.trail.length > mark) {
        const old = this.trail.pop()!;
        this.table[this.trail.pop()!] = old;
      }
      this.last[thread] = this.lastBefore(thread, pos);
    }
  }

  private lastBefore(thread: number, pos: number): number {
    for (let i = pos - 1; i >= 0; i--) if (this.steps[i]!.thread === thread) return i;
    return NONE;
  }

  /** Add a step; @onRace hears of the steps it races with. */
  add(step: TouchingStep, onRace: OnRace | null): void {
    const pos = this.steps.length;
    const { thread, touched } = step;
    this.judge(step, onRace);
    this.marks.push(this.trail.length);
    const before = this.last[thread]!;
    const seq = before === NONE ? 1 : this.seqs[before]! + 1;
    this.steps.push(step);
    this.seqs.push(seq);
    this.last[thread] = pos;
    if ((pos + 1) * THREADS > this.clocks.length) {
      const larger = new Int32Array(this.clocks.length * 2);
      larger.set(this.clocks);
      this.clocks = larger;
    }
    this.clock[thread] = seq;
    this.clocks.set(this.clock, pos * THREADS);
    for (let i = 0; i < touched.length; i += 2) {
      const row = this.row(touched[i]!);
      const how = touched[i + 1]!;
      if (how & TOUCH.shared) this.set(row + SHARE + thread, pos);
      else this.set(row + (how & TOUCH.write ? WRITE : READ + thread), pos);
      if (how & TOUCH.acquire) this.set(row + ACQUIRE + thread, pos);
    }
  }

  /** The races of a step that comes last, or that would: one its thread waits for at the end. */
  judge({ thread, touched }: TouchingStep, onRace: OnRace | null): void {
    const { past, clock } = this;
    const before = this.last[thread]!;
    if (before === NONE) past.fill(0);
    else past.set(this.clocks.subarray(before * THREADS, (before + 1) * THREADS));
    const found = this.candidates(thread, touched, past);
    found.sort((a, b) => b.pos - a.pos);
    clock.set(past);
    const races: number[] = [];
    for (const { pos, acquire } of found) {
      if (this.covers(clock, pos)) continue;
      this.join(clock, pos);
      if (acquire === NONE) races.push(pos);
      else if (!this.covers(past, acquire)) races.push(acquire);
    }
    if (onRace === null) return;
    this.awaited(thread, touched, races);
    for (const pos of new Set(races)) onRace(pos);
  }

  /** All that was done, but for what it knew of, to what a step has waited for. */
  private awaited(thread: number, touched: readonly number[], races: number[]): void {
    for (let i = 0; i < touched.length; i += 2) {
      if (!(touched[i + 1]! & TOUCH.wait)) continue;
      const waits = [touched[i]!, touched[i + 1]!];
      for (let pos = this.steps.length - 1; pos >= 0; pos--) {
        const step = this.steps[pos]!;
        if (step.thread === thread || this.covers(this.past, pos)) continue;
        if (conflict(step.touched, waits)) races.push(pos);
      }
    }
  }

  private candidates(thread: number, touched: readonly number[], past: Int32Array): Candidate[] {
    const found: Candidate[] = [];
    for (let i = 0; i < touched.length; i += 2) {
      const row = this.row(touched[i]!);
      const how = touched[i + 1]!;
      const add = (pos: number): void => {
        if (pos === NONE) return;
        const other = this.steps[pos]!.thread;
        if (other === thread) return;
        // It could not begin before it was told to: no race, but its past.
        if (how & TOUCH.begin) this.join(past, pos);
        else {
          const blocked = how & TOUCH.blocking && this.releases(row, pos);
          found.push({ pos, acquire: blocked ? this.table[row + ACQUIRE + other]! : NONE });
        }
      };
      add(this.table[row + WRITE]!);
      const reads = how & TOUCH.write;
      const shares = !(how & TOUCH.shared);
      for (let t = 0; t < THREADS; t++) {
        if (reads) add(this.table[row + READ + t]!);
        if (shares) add(this.table[row + SHARE + t]!);
      }
    }
    return found;
  }

  /** True if what the step at @pos did to the lock was not just to find it taken. */
  private releases(row: number, pos: number): boolean {
    const { thread } = this.steps[pos]!;
    const { table } = this;
    return table[row + ACQUIRE + thread]! !== NONE && table[row + READ + thread]! !== pos;
  }

  covers(clock: Int32Array, pos: number): boolean {
    return clock[this.steps[pos]!.thread]! >= this.seqs[pos]!;
  }

  private join(into: Int32Array, pos: number): void {
    const from = pos * THREADS;
    for (let t = 0; t < THREADS; t++) {
      const c = this.clocks[from + t]!;
      if (c > into[t]!) into[t] = c;
    }
  }
}
