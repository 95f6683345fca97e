// SPDX-License-Identifier: GPL-2.0-only
// The work item of deferred probing: who runs it, and waiting for it; kernel/workqueue.c of v7.2.
import { frame, type Kfn, repeat, type ThreadBody, WRITE_ONCE, wait } from '#env/op';
import type { Kernel } from '../kernel.ts';

/**
 * The worker that runs deferred_probe_work: process_one_work() of kernel/workqueue.c of v7.2.
 * ABSTRACTED: that the work is queued. Who puts devices on the active list queues it when it has
 * given up the mutex, and a turn goes on until the list is empty: so whenever a device is active, a
 * turn runs, is queued or is about to be, and a turn of an empty list changes nothing. A turn that
 * begins here before the work is queued is one that the kernel begins right after it; between the
 * two, that thread does nothing else.
 */
export function deferred_probe_worker(name: string, k: Kernel): ThreadBody {
  function* worker_thread(): Kfn<void> {
    yield* repeat('process_one_work', [], function* () {
      yield* wait(k.deferred, 'active', 'ne', []);
      yield* WRITE_ONCE(k.deferred_probe_work, 'running', true);
      yield* k.deferred_probe_work_func();
      yield* WRITE_ONCE(k.deferred_probe_work, 'running', false);
      return [] as [];
    });
  }
  return { name, fn: worker_thread, args: [], daemon: true };
}

/**
 * flush_work() of v7.2 for deferred_probe_work: wait until the turn that is due, or runs, is over.
 * A turn sets running before it takes the last device off the list.
 */
export function* flush_work__deferred_probe(k: Kernel): Kfn<void> {
  yield* frame('flush_work', [], function* () {
    yield* wait(k.deferred, 'active', 'eq', []);
    yield* wait(k.deferred_probe_work, 'running', 'eq', false);
  });
}
