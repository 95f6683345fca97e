// SPDX-License-Identifier: GPL-2.0-only
// Reader-writer semaphores.
import { type Handle, type Kfn, read_lock, read_unlock, write_lock, write_unlock } from '#env/op';

export function* down_read(sem: Handle): Kfn<void> {
  yield* read_lock(sem);
}
export function* up_read(sem: Handle): Kfn<void> {
  yield* read_unlock(sem);
}
export function* down_write(sem: Handle): Kfn<void> {
  yield* write_lock(sem);
}
export function* up_write(sem: Handle): Kfn<void> {
  yield* write_unlock(sem);
}
