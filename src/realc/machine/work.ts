// SPDX-License-Identifier: GPL-2.0-only
// Work queues, delayed work and async_schedule(): each runs on a thread of the scene.

import type { Host, Imports } from './types.ts';
import { KIND, PSEUDO } from './words.ts';

/** One worker for all unbound work, as ps would show it. */
const WORKER = 'kworker/u8:1';

/** Queued work; delayed work waits until a thread of the scene fires it. */
export class WorkQueue {
  private readonly host: Host;
  private queue: number[] = [];
  private running = 0;
  readonly delayed = new Set<number>();
  private asyncCount = 0;
  private asyncSerial = 0;
  /** Work queued while booting and not run yet. */
  private bootQueue: number[] = [];

  constructor(host: Host) {
    this.host = host;
  }

  isPending(work: number): boolean {
    return this.queue.includes(work) || this.running === work;
  }

  queueWork(work: number): number {
    if (!this.host.current) {
      if (this.bootQueue.includes(work)) return 0;
      this.bootQueue.push(work);
      return 1;
    }
    this.host.mem.note(0, work, KIND.write);
    this.host.mem.note(0, PSEUDO.queue, KIND.write);
    if (this.queue.includes(work)) return 0;
    this.queue.push(work);
    const worker = this.host.threads.find((t) => t.name === WORKER);
    if (!worker) this.start(this.host.spawn(WORKER, 'rw_thread_work', [work], true));
    else if (worker.done) this.start(worker);
    return 1;
  }

  /** Give an idle worker the next item. */
  private start(worker: Host['threads'][number]): void {
    const work = this.queue.shift();
    if (work === undefined) return;
    this.running = work;
    worker.body = { fn: 'rw_thread_work', args: [work] };
    worker.started = false;
    worker.done = false;
    this.host.begins(worker);
    worker.onDone = () => {
      this.host.mem.note(0, work, KIND.write);
      this.host.mem.note(0, PSEUDO.queue, KIND.write);
      this.running = 0;
      this.start(worker);
    };
  }

  /** Run what was queued while booting. */
  drainBoot(): void {
    for (let work = this.bootQueue.shift(); work !== undefined; work = this.bootQueue.shift()) {
      this.host.call('rw_thread_work', work);
    }
  }

  async(func: number, data: number): number {
    if (!this.host.current) {
      this.host.call('rw_thread_async', func, data);
      return 1;
    }
    const t = this.host.spawn(`kworker/u8:${2 + this.asyncSerial++}`, 'rw_thread_async', [
      func,
      data,
    ]);
    this.asyncCount++;
    this.host.begins(t);
    this.host.mem.note(0, PSEUDO.async, KIND.write);
    t.onDone = () => {
      this.host.mem.note(0, PSEUDO.async, KIND.write);
      this.asyncCount--;
    };
    return 1;
  }

  get asyncPending(): number {
    return this.asyncCount;
  }

  restore(): void {
    this.queue = [];
    this.running = 0;
    this.asyncCount = 0;
    this.asyncSerial = 0;
    this.delayed.clear();
    for (const d of this.bootDelayed) this.delayed.add(d);
  }

  private bootDelayed: number[] = [];
  snapshot(): void {
    this.bootDelayed = [...this.delayed];
  }

  save(): SavedWork {
    const { queue, running, asyncCount, asyncSerial, delayed } = this;
    return { queue: [...queue], running, asyncCount, asyncSerial, delayed: [...delayed] };
  }

  load(to: SavedWork): void {
    this.queue = [...to.queue];
    this.running = to.running;
    this.asyncCount = to.asyncCount;
    this.asyncSerial = to.asyncSerial;
    this.delayed.clear();
    for (const d of to.delayed) this.delayed.add(d);
  }
}

/** The queues in the middle of a run. */
export interface SavedWork {
  readonly queue: readonly number[];
  readonly running: number;
  readonly asyncCount: number;
  readonly asyncSerial: number;
  readonly delayed: readonly number[];
}

/** Work imports; a delayed work's first member is its work_struct. */
export function workImports(host: Host, works: WorkQueue): Imports {
  const flush = (work: number): number => {
    if (!host.current) {
      works.drainBoot();
      return 1;
    }
    if (host.state() === 2) host.stopRewind();
    const ready = (): boolean => !works.isPending(work);
    host.mem.note(0, work, KIND.write);
    if (!ready()) host.block({ kind: 'work', addr: work, ready });
    return 1;
  };
  const delay = (_cpu: number, _wq: number, dwork: number): number => {
    if (host.current) host.mem.note(0, dwork, KIND.write);
    const had = works.delayed.has(dwork);
    works.delayed.add(dwork);
    return had ? 0 : 1;
  };
  // Only ever passed back to us; any address will do that is not NULL.
  const allocWorkqueue = (): number => host.mem.layout.heap - 64;
  const out: Record<string, unknown> = {
    queue_work_on: (_cpu: number, _wq: number, work: number) => works.queueWork(work),
    queue_delayed_work_on: delay,
    mod_delayed_work_on: delay,
    delayed_work_timer_fn: () => undefined,
    flush_work: flush,
    alloc_workqueue: allocWorkqueue,
    alloc_workqueue_noprof: allocWorkqueue,
    async_schedule_node: (func: number, data: number) => {
      works.async(func, data);
      return 1n;
    },
    async_schedule_dev_nocall: (func: number, data: number) => works.async(func, data),
    async_synchronize_full: () => {
      if (!host.current) return;
      if (host.state() === 2) host.stopRewind();
      const ready = (): boolean => works.asyncPending === 0;
      host.mem.note(0, PSEUDO.async, KIND.write);
      if (!ready()) host.block({ kind: 'async', addr: 0, ready });
    },
  };
  return out as Imports;
}
