// SPDX-License-Identifier: GPL-2.0-only
// Tasks done by whoever takes them from a queue: the same promises as of a pool of threads.
//
// A task is put under an id that is made of its content. So it can be put again at any time, after
// a connection was lost or by another process: it is there once. Its answer is fetched, told, and
// removed then; who is killed in between finds it the next time, and nothing is redone.

import { CodedError } from '#base/errors';
import type { Hands, Kind } from '#run/hands';
import type { Pool } from '#run/pool';
import { openReply, type Reply } from '#run/reply';
import type { Job, JobQueue, Pause, SeenJob } from './job-queue.ts';
import { fromWire, idOf, toWire } from './wire.ts';

/** Milliseconds between two looks: more and more while nothing happens. Chosen. */
const LOOK_MS = { least: 50, most: 500 };
/** Milliseconds without anybody who takes a task, before it is told. Chosen. */
const IDLE_MS = 15_000;
/** Jobs that are put at once: some 10 KB each. Chosen. */
const PUT_MAX = 100;

interface Aside {
  readonly pause: Pause;
  /** Nobody has taken any task for a while; called once. */
  readonly onIdle: () => void;
}

/** Hands behind a queue. */
interface QueueHands extends Hands {
  /** Ask for nothing more, and take back what waits. */
  readonly close: () => Promise<void>;
}

/** Hands behind @queue, which is not closed with them. */
export function queueHands(queue: JobQueue, { pause, onIdle }: Aside): QueueHands {
  let told = false;
  const pools: Pick<Pool<never, never>, 'close'>[] = [];
  const idleOnce = (): void => {
    if (!told) onIdle();
    told = true;
  };
  return {
    open: (kind) => {
      const pool = new QueuePool(kind, queue, { pause, onIdle: idleOnce });
      pools.push(pool);
      return pool;
    },
    close: async () => void (await Promise.all(pools.map((pool) => pool.close()))),
  };
}

/** A task that has no answer yet. */
interface Open<T, R> {
  /** Which one it was that run() was called for: 0, 1, and so on. */
  readonly nth: number;
  readonly task: T;
  readonly job: Job;
  readonly waiters: { readonly resolve: (r: R) => void; readonly reject: (e: Error) => void }[];
  isPut: boolean;
}

class QueuePool<T, R> implements Pool<T, R> {
  private readonly kind: Kind<T, R>;
  private readonly queue: JobQueue;
  private readonly aside: Aside;
  private readonly tasks = new Map<string, Open<T, R>>();
  /** Keys of baggage that is in the queue. */
  private readonly sent = new Set<string>();
  private count = 0;
  private settled = -1;
  private looking = false;
  private removing: Promise<void> = Promise.resolve();
  private idleMs = 0;

  constructor(kind: Kind<T, R>, queue: JobQueue, aside: Aside) {
    this.kind = kind;
    this.queue = queue;
    this.aside = aside;
  }

  readonly run = (task: T): Promise<R> => {
    const { name, baggage } = this.kind;
    const wired = { kind: name, task: baggage ? baggage.bare(task) : task };
    const id = idOf(wired);
    const nth = this.count++;
    return new Promise((resolve, reject) => {
      const open = this.tasks.get(id);
      if (open !== undefined) open.waiters.push({ resolve, reject });
      else {
        const job = { id, data: toWire(wired) };
        this.tasks.set(id, { nth, task, job, waiters: [{ resolve, reject }], isPut: false });
      }
      if (this.looking) return;
      this.looking = true;
      // Whoever asks in one turn has all tasks put together.
      setImmediate(() => void this.look());
    });
  };

  /** What was asked before whatever was settled last goes on, as it would in threads. */
  readonly drop = (): void => void this.dropAfter(this.settled);

  readonly close = async (): Promise<void> => {
    await this.dropAfter(-1);
    // Whoever has the last answer closes the queue next.
    await this.removing;
  };

  private async dropAfter(nth: number): Promise<void> {
    const late = [...this.tasks.values()].filter((open) => open.nth > nth);
    for (const { job, waiters } of late) {
      this.tasks.delete(job.id);
      const error = new Error('the pool was closed before this task was done');
      for (const { reject } of waiters) reject(error);
    }
    const ids = late.filter(({ isPut }) => isPut).map(({ job }) => job.id);
    if (ids.length > 0) await this.queue.forget(ids);
  }

  /** Put and look until no task is open. */
  private async look(): Promise<void> {
    let ms = LOOK_MS.least;
    try {
      while (this.tasks.size > 0) {
        const isNew = await this.put();
        const seen = await this.queue.look([...this.tasks.keys()]);
        const done = this.settle(seen);
        this.notice(seen, done.length > 0, ms);
        if (done.length > 0) this.removing = this.queue.remove(done);
        await this.removing;
        ms = isNew || done.length > 0 ? LOOK_MS.least : Math.min(ms * 1.5, LOOK_MS.most);
        if (this.tasks.size > 0) await this.aside.pause(ms);
      }
    } catch (error) {
      const open = [...this.tasks.values()];
      this.tasks.clear();
      for (const { waiters } of open) for (const { reject } of waiters) reject(error as Error);
    } finally {
      this.looking = false;
    }
  }

  /** Put what is not there; true if there was anything. */
  private async put(): Promise<boolean> {
    const fresh = [...this.tasks.values()].filter(({ isPut }) => !isPut);
    const { baggage } = this.kind;
    for (const { task } of baggage ? fresh : []) {
      const key = baggage!.keyOf(task);
      if (this.sent.has(key)) continue;
      await this.queue.keep(key, toWire(baggage!.pack(task)));
      this.sent.add(key);
    }
    for (let at = 0; at < fresh.length; at += PUT_MAX) {
      // Not what was dropped meanwhile.
      const some = fresh.slice(at, at + PUT_MAX).filter(({ job }) => this.tasks.has(job.id));
      for (const open of some) open.isPut = true;
      await this.queue.put(some.map(({ job }) => job));
    }
    return fresh.length > 0;
  }

  /** Answer those that are done; what somebody else has fetched is put once more. */
  private settle(seen: readonly SeenJob[]): string[] {
    const there = new Map(seen.map((job) => [job.id, job]));
    const done: string[] = [];
    for (const [id, open] of [...this.tasks]) {
      const job = there.get(id);
      if (job === undefined) open.isPut = false;
      if (job === undefined || job.state === 'waiting' || job.state === 'taken') continue;
      done.push(id);
      this.tasks.delete(id);
      this.settled = open.nth;
      for (const { resolve, reject } of open.waiters) {
        try {
          resolve(answerOf<R>(job));
        } catch (error) {
          reject(error as Error);
        }
      }
    }
    return done;
  }

  private notice(seen: readonly SeenJob[], isDone: boolean, ms: number): void {
    const isWork = isDone || seen.length === 0 || seen.some(({ state }) => state === 'taken');
    this.idleMs = isWork ? 0 : this.idleMs + ms;
    if (this.idleMs > IDLE_MS) this.aside.onIdle();
  }
}

/** What the taker of @job says; throws what the task threw there. */
function answerOf<R>({ state, output }: SeenJob): R {
  if (state === 'done' && output !== null) return openReply(fromWire(output) as Reply<R>);
  throw new CodedError({
    code: 'RW125',
    message: `a task in the queue was taken ${TAKES_MAX} times and never done, or was cancelled`,
    hint: 'look at why workers end: too little memory, most likely',
  });
}

/** How often a task may be taken. A worker is killed at most so often while it has one. Chosen. */
export const TAKES_MAX = 100;
