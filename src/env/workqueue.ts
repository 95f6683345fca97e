// SPDX-License-Identifier: GPL-2.0-only
// One work item and the worker that runs it (kernel/workqueue.c).
import {
  frame,
  Handle,
  type Kfn,
  repeat,
  type ThreadBody,
  type Value,
  WRITE_ONCE,
  wait,
} from '#env/op';

interface WorkFields {
  /** Queued, and no turn has begun since (WORK_STRUCT_PENDING). */
  pending: boolean;
  /** A turn is running; set before pending is cleared. */
  running: boolean;
}

/** A struct work_struct on an unbound queue. */
export class Work extends Handle<WorkFields> {
  constructor(name: string) {
    super('work_struct', name);
  }
  init(): (readonly [Handle, string, Value])[] {
    return [
      [this, 'pending', false],
      [this, 'running', false],
    ];
  }
}

/** Queue @work; queueing it again before a turn has begun has no further effect. */
export function* queue_work(work: Work): Kfn<void> {
  yield* frame('queue_work', [work], function* () {
    yield* WRITE_ONCE(work, 'pending', true);
  });
}

/** Wait until the turn that is queued, or runs, is over. */
export function* flush_work(work: Work): Kfn<void> {
  yield* frame('flush_work', [work], function* () {
    yield* wait(work, 'pending', 'eq', false);
    yield* wait(work, 'running', 'eq', false);
  });
}

/**
 * The worker: a daemon that runs @func each time @work has been queued.
 * ABSTRACTED: worker pools. A work item is never run by two workers at once, which one thread
 * gives for free.
 */
export function worker(name: string, work: Work, func: () => Kfn<void>): ThreadBody {
  function* worker_thread(): Kfn<void> {
    yield* repeat('process_one_work', [], function* () {
      yield* wait(work, 'pending', 'eq', true);
      yield* WRITE_ONCE(work, 'running', true);
      yield* WRITE_ONCE(work, 'pending', false);
      yield* func();
      yield* WRITE_ONCE(work, 'running', false);
      return [] as [];
    });
  }
  return { name, fn: worker_thread, args: [], daemon: true };
}
