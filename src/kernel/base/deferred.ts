// SPDX-License-Identifier: GPL-2.0-only
// Deferred probing: the two lists, the trigger, the worker and the gate: drivers/base/dd.c of v7.2.
import { ENODEV, EPROBE_DEFER, type Errno, ETIMEDOUT } from '#env/errno';
import { list_add_tail, list_del } from '#env/list';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { type Kfn, load, lockdep_assert_held, repeat, store, WRITE_ONCE } from '#env/op';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';
import { flush_work__deferred_probe } from './deferred-work.ts';

/** Models driver_deferred_probe_add() of v7.2. */
export function* driver_deferred_probe_add(k: Kernel, dev: Device): Kfn<void> {
  if (!(yield* k.model__dev_flag(dev, 'can_match'))) return;
  yield* mutex_lock(k.deferred_probe_mutex);
  if (!(yield* k.model__on_deferred_list(dev))) {
    yield* list_add_tail(k.deferred, 'pending', dev);
    yield* store(dev, 'deferred_probe', true);
    event('deferred', { dev });
  }
  yield* mutex_unlock(k.deferred_probe_mutex);
}

/**
 * Is dev->p->deferred_probe linked into either list? The list_empty() of
 * driver_deferred_probe_add() of v7.2. It reads the device's own
 * list head, so it says nothing of the other devices on the lists.
 */
export function* model__on_deferred_list(k: Kernel, dev: Device): Kfn<boolean> {
  lockdep_assert_held(k.deferred_probe_mutex);
  return yield* load(dev, 'deferred_probe');
}

/** Models driver_deferred_probe_del() of v7.2. */
export function* driver_deferred_probe_del(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(k.deferred_probe_mutex);
  if (yield* k.model__on_deferred_list(dev)) {
    yield* list_del(k.deferred, 'pending', dev);
    yield* list_del(k.deferred, 'active', dev);
    yield* store(dev, 'deferred_probe', false);
  }
  yield* mutex_unlock(k.deferred_probe_mutex);
}

/**
 * Models driver_deferred_probe_trigger() of v7.2.
 * ABSTRACTED: queueing the work: deferred_probe_worker() sees by the list that there is some.
 */
export function* driver_deferred_probe_trigger(k: Kernel): Kfn<void> {
  if (yield* load(k.deferred, 'enable')) yield* k.driver_deferred_probe_trigger__activate();
}

/**
 * The part of driver_deferred_probe_trigger() of v7.2 under the mutex.
 *
 * ABSTRACTED: deferred_trigger_count. A probe reads it twice and asks whether it has changed, so
 * there is a flag for each device instead: a probe begins by clearing that of its device, whose
 * lock it holds, and a trigger sets them all. It does so one after the other, which lets through
 * all that counting does, and this: of two probes that begin during a trigger, the later one may
 * take it to have come after it began, and the earlier one not. Then a trigger more follows.
 * Probes that end during a trigger were on the list before it, and might as well have ended then.
 */
export function* driver_deferred_probe_trigger__activate(k: Kernel): Kfn<void> {
  yield* mutex_lock(k.deferred_probe_mutex);
  for (const dev of k.probed_devices()) yield* WRITE_ONCE(dev, 'triggered', true);
  const pending = yield* load(k.deferred, 'pending');
  if (pending.length > 0) {
    const active = yield* load(k.deferred, 'active');
    yield* store(k.deferred, 'pending', []);
    yield* store(k.deferred, 'active', [...active, ...pending]);
  }
  yield* mutex_unlock(k.deferred_probe_mutex);
}

/** Models deferred_probe_work_func() of v7.2: one device after the other, without the mutex. */
export function* deferred_probe_work_func(k: Kernel): Kfn<void> {
  yield* repeat('deferred_probe_work_func__one', [], function* () {
    const dev = yield* k.deferred_probe_work_func__pop();
    if (!dev) return null;
    yield* k.bus_probe_device(dev);
    return [] as [];
  });
}

/** The head of deferred_probe_work_func() of v7.2: the next device of the active list. */
export function* deferred_probe_work_func__pop(k: Kernel): Kfn<Device | null> {
  yield* mutex_lock(k.deferred_probe_mutex);
  const active = yield* load(k.deferred, 'active');
  const dev = active[0] ?? null;
  if (dev) {
    yield* store(k.deferred, 'active', active.slice(1));
    yield* store(dev, 'deferred_probe', false);
  }
  yield* mutex_unlock(k.deferred_probe_mutex);
  return dev;
}

/** Models driver_deferred_probe_check_state() of v7.2. */
export function* driver_deferred_probe_check_state(k: Kernel, _dev: Device): Kfn<Errno> {
  if (!k.config.modules && (yield* load(k.deferred, 'initcalls_done'))) return -ENODEV;
  const timeout = yield* load(k.deferred, 'timeout');
  if (!timeout && (yield* load(k.deferred, 'initcalls_done'))) return -ETIMEDOUT;
  return -EPROBE_DEFER;
}

/** Models deferred_probe_initcall() of v7.2 (late_initcall). ABSTRACTED: scheduling the timeout. */
export function* deferred_probe_initcall(k: Kernel): Kfn<void> {
  yield* store(k.deferred, 'enable', true);
  yield* k.driver_deferred_probe_trigger();
  yield* flush_work__deferred_probe(k);
  yield* store(k.deferred, 'initcalls_done', true);
  yield* k.driver_deferred_probe_trigger();
  yield* flush_work__deferred_probe(k);
}

/**
 * Models deferred_probe_timeout_work_func() of v7.2.
 * ABSTRACTED: the time that passes; the work may run at any moment after late_initcall.
 */
export function* deferred_probe_timeout_work_func(k: Kernel): Kfn<void> {
  yield* k.fw_devlink_drivers_done();
  yield* store(k.deferred, 'timeout', 0);
  event('deferral-timeout', {});
  yield* k.driver_deferred_probe_trigger();
  yield* flush_work__deferred_probe(k);
}
