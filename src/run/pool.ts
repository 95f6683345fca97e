// SPDX-License-Identifier: GPL-2.0-only
// Runs tasks one after the other here, or several at once in worker threads; same results.
//
// Nothing else starts worker threads. What a pool promises whoever the tasks are for:
// - Tasks begin in the order in which they are given. runAll() has their results in the order of
//   the tasks and, where some fail, throws the error of the one that began first: neither depends
//   on which thread was faster.
// - What a task throws is thrown here, a coded error with its code and hint (reply.ts).
// - A thread that dies is RW080, and a task that takes longer than it may RW081; the thread is
//   stopped. What cannot be sent to a thread is our fault, and is thrown as such.
// - close() stops all threads, whatever they do. A pool holds the process no longer than that: on
//   Ctrl-C all threads end with it.
//
// How far a task has come it says itself, in memory that is shared (meters.ts).

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { AssertionError } from '#base/assert';
import { CodedError } from '#base/errors';
import { openReply, type Reply } from './reply.ts';

/** What a pool does with a task: here, or in a thread. */
export interface Labour<T, R> {
  readonly here: (task: T) => R | Promise<R>;
  /**
   * The module whose default export does it in a thread, as replying() makes it; null for none.
   * Where it has not been compiled, tasks run here: threads load no TypeScript. It is a URL; types
   * that compile without those of Node have no name for one.
   */
  readonly entry: { readonly href: string } | null;
}

export interface PoolOptions {
  /** Tasks at once; with one there are no threads, unless threadsLeast is 1. */
  readonly jobs: number;
  /** No more threads than tasks are to come. */
  readonly most?: number;
  /** Threads there have to be, where a task cannot be done here. */
  readonly threadsLeast?: number;
  /** Milliseconds that a task may take in a thread, and the clock for them. */
  readonly taskMsMax?: number;
  readonly clock?: Clock;
  /** Megabytes of stack of a thread. */
  readonly stackMb?: number;
  /** Tasks at once where there is no thread, for those that wait for something else. */
  readonly lanesHere?: number;
}

/** Calls @then after @ms; what it returns calls that off. */
export type Clock = (ms: number, then: () => void) => () => void;

/** Does tasks; to be closed at the end. */
export interface Pool<T, R> {
  readonly run: (task: T) => Promise<R>;
  /** Begin no task that has not begun. */
  readonly drop: () => void;
  readonly close: () => Promise<void>;
}

const wallClock: Clock = (ms, then) => {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
};

/** A pool for @work. Threads start with the first task. */
export function openPool<T, R>(work: Labour<T, R>, options: PoolOptions): Pool<T, R> {
  const { jobs, most = jobs, threadsLeast = 2, lanesHere = 1 } = options;
  const threads = Math.min(jobs, most, availableParallelism());
  const { entry } = work;
  if (threads < threadsLeast || entry === null || !existsSync(fileURLToPath(entry.href))) {
    return new Lanes(lanesHere, (task) => inTurn(() => work.here(task)));
  }
  const crew = new Crew<T, R>(new URL(entry.href), threads, options);
  return new Lanes(
    threads,
    (task) => crew.run(task),
    () => crew.close(),
  );
}

/** Let progress be drawn between tasks. */
async function inTurn<R>(run: () => R | Promise<R>): Promise<R> {
  await new Promise((resolve) => setImmediate(resolve));
  return run();
}

/** A queue, of which so many tasks are under way. */
class Lanes<T, R> implements Pool<T, R> {
  private readonly waiting: { readonly begin: () => void; readonly drop: () => void }[] = [];
  private readonly start: (task: T) => Promise<R>;
  private readonly end: () => Promise<void>;
  private free: number;

  constructor(lanes: number, start: (task: T) => Promise<R>, end = async (): Promise<void> => {}) {
    this.free = lanes;
    this.start = start;
    this.end = end;
  }

  readonly run = (task: T): Promise<R> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        this.free--;
        this.start(task)
          .then(resolve, reject)
          .finally(() => {
            this.free++;
            this.next();
          });
      };
      const drop = (): void => reject(new Error('the pool was closed before this task began'));
      this.waiting.push({ begin, drop });
      this.next();
    });

  readonly drop = (): void => {
    for (const { drop } of this.waiting.splice(0)) drop();
  };

  readonly close = async (): Promise<void> => {
    this.drop();
    await this.end();
  };

  private next(): void {
    while (this.free > 0 && this.waiting.length > 0) this.waiting.shift()!.begin();
  }
}

/** Worker threads. */
class Crew<T, R> {
  private readonly entry: URL;
  private readonly threads: number;
  private readonly options: PoolOptions;
  private piscina: Promise<Piscina> | undefined;
  /** What fails all that is under way: a thread that did not even begin. */
  private readonly failing = new Set<(error: Error) => void>();

  constructor(entry: URL, threads: number, options: PoolOptions) {
    this.entry = entry;
    this.threads = threads;
    this.options = options;
  }

  private async open(): Promise<Piscina> {
    const { Piscina } = await import('piscina');
    const { stackMb } = this.options;
    const pool = new Piscina({
      filename: this.entry.href,
      minThreads: this.threads,
      maxThreads: this.threads,
      execArgv: [],
      ...(stackMb === undefined ? {} : { resourceLimits: { stackSizeMb: stackMb } }),
    });
    pool.on('error', (error: Error) => {
      for (const fail of this.failing) fail(error);
    });
    return pool;
  }

  async run(task: T): Promise<R> {
    this.piscina ??= this.open();
    const pool = await this.piscina;
    const stop = new AbortController();
    const { taskMsMax, clock = wallClock } = this.options;
    let late = false;
    const calledOff =
      taskMsMax === undefined
        ? () => {}
        : clock(taskMsMax, () => {
            late = true;
            stop.abort();
          });
    let failed: ((error: Error) => void) | undefined;
    try {
      const broken = new Promise<never>((_, reject) => {
        failed = reject;
        this.failing.add(reject);
      });
      const ran = pool.run(task, { signal: stop.signal }) as Promise<Reply<R>>;
      return openReply(
        await Promise.race([ran, broken]).catch((error: Error) => {
          throw late ? tooLate(taskMsMax ?? 0) : threadError(error);
        }),
      );
    } finally {
      calledOff();
      if (failed) this.failing.delete(failed);
    }
  }

  async close(): Promise<void> {
    const pool = await this.piscina;
    await pool?.destroy();
  }
}

function tooLate(ms: number): CodedError {
  const message = `a task took longer than ${ms / 1000} s, and its thread was stopped`;
  return new CodedError({ code: 'RW081', message, hint: 'try again with fewer --jobs' });
}

/** What became of a thread. */
function threadError(error: Error & { readonly code?: unknown }): Error {
  if (error.name === 'DataCloneError') {
    return new AssertionError(`a task or its result is no plain data: ${error.message}`);
  }
  return new CodedError({
    code: 'RW080',
    message: `a worker thread has ended before its task was done: ${error.message}`,
    hint: 'try fewer --jobs, or give Node more memory: NODE_OPTIONS=--max-old-space-size=8000',
  });
}

/** The results of @tasks, in their order; begun in @order, the order of the tasks unless told. */
export async function runAll<T, R>(
  pool: Pool<T, R>,
  tasks: readonly T[],
  onDone: (index: number, result: R) => void = () => {},
  order: readonly number[] = [...tasks.keys()],
): Promise<R[]> {
  const results = new Array<R>(tasks.length);
  const runs = order.map(async (i) => {
    const result = await pool.run(tasks[i]!);
    results[i] = result;
    onDone(i, result);
  });
  for (const run of runs) run.catch(() => pool.drop());
  for (const run of runs) await run;
  return results;
}

/** Indices of @list, those with the most weight first: then all threads end together. */
export function heaviestFirst<T>(list: readonly T[], weight: (each: T) => number): number[] {
  const weights = list.map(weight);
  return [...list.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
}
