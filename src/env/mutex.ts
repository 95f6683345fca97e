// SPDX-License-Identifier: GPL-2.0-only
// Mutexes and spinlocks: one Op to take, one to give back; who holds them the machine knows.
import { type Handle, type Kfn, lock, unlock } from '#env/op';

/** mutex_lock(): any Handle can be locked; an embedded mutex is named by what it is part of. */
export function* mutex_lock(mutex: Handle): Kfn<void> {
  yield* lock(mutex);
}
export function* mutex_unlock(mutex: Handle): Kfn<void> {
  yield* unlock(mutex);
}

/**
 * spin_lock(). ABSTRACTED: that a holder is not preempted. The machine lets others run while it is
 * held; they cannot pass the lock either, so no property can tell.
 */
export function* spin_lock(spinlock: Handle): Kfn<void> {
  yield* lock(spinlock);
}
export function* spin_unlock(spinlock: Handle): Kfn<void> {
  yield* unlock(spinlock);
}
