// SPDX-License-Identifier: GPL-2.0-only
// Takes jobs from a queue, does them in the pool of this machine, and says what came out.
//
// Who is killed says nothing more, so that others get its jobs. Nothing is taken that another
// version of the program has put; that it waits is told.

import { CodedError, type UserError } from '#base/errors';
import { plural } from '#base/text';
import type { Hands, Kind } from '#run/hands';
import type { Pool } from '#run/pool';
import { replying } from '#run/reply';
import type { StopSignal } from '#run/stop';
import { BEAT_MS, type Job, type JobQueue, type Pause } from './job-queue.ts';
import { fromWire, programText, thisProgram, toWire, type WireTask } from './wire.ts';

/** Milliseconds between two tries to take something, longer and longer. Chosen. */
const TAKE_MS = { least: 50, most: 1_000 };
/** Milliseconds between two looks at what waits for other versions. Chosen. */
const FOREIGN_MS = 60_000;

/** Tasks of any kind: which one it is is told by its name. */
// biome-ignore lint/suspicious/noExplicitAny: kinds differ in what they take, and the name tells.
export type AnyKind = Kind<any, any>;

interface Work {
  readonly kinds: readonly AnyKind[];
  /** The threads of this machine, and how many tasks they do at once. */
  readonly hands: Hands;
  readonly jobs: number;
  readonly signal: StopSignal;
  readonly pause: Pause;
  /** What waits and is not for this program. */
  readonly onForeign: (error: UserError) => void;
}

/** Work until @signal says to stop; how many tasks were done. */
export async function workOn(queue: JobQueue, work: Work): Promise<number> {
  const worker = new Worker(queue, work);
  try {
    await worker.run();
    return worker.done;
  } finally {
    await worker.end();
  }
}

class Worker {
  done = 0;
  private readonly queue: JobQueue;
  private readonly work: Work;
  private readonly pools = new Map<string, Pool<unknown, unknown>>();
  private readonly under = new Set<string>();
  private readonly told = new Set<string>();
  private ended = false;
  private failure: Error | null = null;
  /** Ends the wait of take(). */
  private wake = (): void => {};

  constructor(queue: JobQueue, work: Work) {
    this.queue = queue;
    this.work = work;
    work.signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  async run(): Promise<void> {
    void this.every(BEAT_MS, async () => {
      if (this.under.size > 0) await this.queue.touch([...this.under]);
    });
    await this.lookForForeign();
    void this.every(FOREIGN_MS, () => this.lookForForeign());
    let ms = TAKE_MS.least;
    while (!this.work.signal.aborted && this.failure === null) {
      const free = this.work.jobs - this.under.size;
      const jobs = free > 0 ? await this.queue.take(free) : [];
      for (const job of jobs) void this.begin(job);
      ms = jobs.length > 0 ? TAKE_MS.least : Math.min(ms * 1.5, TAKE_MS.most);
      if (jobs.length < free || free === 0) await this.awake(ms);
    }
    if (this.failure !== null) throw this.failure;
  }

  /** Give back what is not done, and stop all threads. */
  async end(): Promise<void> {
    this.ended = true;
    if (this.under.size > 0) await this.queue.giveBack([...this.under]);
    for (const pool of this.pools.values()) await pool.close();
  }

  /** Wait for so long, or until a task is done, or until it is time to stop. */
  private async awake(ms: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    await Promise.race([woken, this.work.pause(ms)]);
  }

  private async every(ms: number, act: () => Promise<void>): Promise<void> {
    try {
      for (;;) {
        await this.work.pause(ms, false);
        if (this.ended) return;
        await act();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (!this.ended) this.failure ??= error as Error;
    this.wake();
  }

  private async begin(job: Job): Promise<void> {
    this.under.add(job.id);
    try {
      const reply = toWire(await this.answer(job));
      if (this.ended) return;
      await this.queue.finish(job.id, reply);
      this.done++;
    } catch (error) {
      this.fail(error);
    } finally {
      this.under.delete(job.id);
      this.wake();
    }
  }

  /** What comes of @job, or what was thrown, as data. */
  private readonly answer = replying(async ({ data }: Job): Promise<unknown> => {
    const { kind: name, task } = fromWire(data) as WireTask;
    const kind = this.work.kinds.find((each) => each.name === name);
    if (kind === undefined) throw new Error(`a task of a kind that nobody knows: ${name}`);
    const pool = this.pools.get(name) ?? this.work.hands.open(kind, { threadsLeast: 1 });
    this.pools.set(name, pool);
    const { baggage } = kind;
    if (baggage === undefined) return pool.run(task);
    if (!baggage.has(task)) {
      const files = await this.queue.kept(baggage.keyOf(task));
      if (files === null) throw gone();
      baggage.unpack(task, fromWire(files) as Uint8Array[]);
    }
    return pool.run(baggage.placed(task));
  });

  private async lookForForeign(): Promise<void> {
    for (const { name, waiting } of await this.queue.foreign()) {
      if (waiting === 0 || this.told.has(name)) continue;
      this.told.add(name);
      this.work.onForeign({
        code: 'RW124',
        message: `${plural(waiting, 'task')} in the queue left to ${name}`,
        hint: `this is ${programText(thisProgram())}; start a worker of the version that asks`,
      });
    }
  }
}

function gone(): CodedError {
  const message = 'the image that a task is for is no longer in the queue';
  return new CodedError({ code: 'RW125', message, hint: 'ask again' });
}
