// SPDX-License-Identifier: GPL-2.0-only
// One work item and the worker that runs it (kernel/workqueue.c).
import {
  fetch_add,
  frame,
  Handle,
  type Kfn,
  load,
  store,
  type ThreadBody,
  type Value,
  wait,
} from '#env/op';

export interface WorkFields {
  /** How often the item was queued. */
  queued: number;
  /** The value of queued that the last finished turn had seen when it began. */
  done: number;
}

/** A struct work_struct on an unbound queue. */
export class Work extends Handle<WorkFields> {
  constructor(name: string) {
    super('work_struct', name);
  }
  init(): (readonly [Handle, string, Value])[] {
    return [
      [this, 'queued', 0],
      [this, 'done', 0],
    ];
  }
}

/** Queue @work; queueing it again before a turn has begun has no further effect. */
export function* queue_work(work: Work): Kfn<void> {
  yield* frame('queue_work', [work], function* () {
    yield* fetch_add(work, 'queued', 1);
  });
}

/** Wait for the turn that follows the latest queueing. */
export function* flush_work(work: Work): Kfn<void> {
  yield* frame('flush_work', [work], function* () {
    const upto = yield* load(work, 'queued');
    yield* wait(work, 'done', 'ge', upto);
  });
}

/**
 * The worker: a daemon that runs @func each time @work has been queued.
 * ABSTRACTED: worker pools. A work item is never run by two workers at once, which one thread
 * gives for free.
 */
export function worker(name: string, work: Work, func: () => Kfn<void>): ThreadBody {
  function* turn(seen: number): Kfn<number> {
    const upto = yield* wait(work, 'queued', 'ge', seen + 1);
    yield* func();
    yield* store(work, 'done', upto);
    return upto;
  }
  function* worker_thread(): Kfn<void> {
    let seen = 0;
    for (;;) seen = yield* worker_turn(seen);
  }
  function* worker_turn(seen: number): Kfn<number> {
    return yield* frame('process_one_work', [seen], () => turn(seen));
  }
  return { name, fn: worker_thread, args: [], daemon: true };
}
