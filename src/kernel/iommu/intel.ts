// SPDX-License-Identifier: GPL-2.0-only
// Locks that Intel's IOMMU driver adds to registration: drivers/iommu/intel/iommu.c of v7.2.
import type { Errno } from '#env/errno';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import type { Kfn } from '#env/op';
import { down_read, up_read } from '#env/rwsem';
import type { Kernel } from '../kernel.ts';
import type { IommuDevice } from '../types.ts';

/**
 * Register one unit out of the loop over all of them, which dmar_global_lock guards.
 *
 * Models the loop of intel_iommu_init() of v7.2: the unit is registered without a fwnode.
 * WINDOW: before v6.15 the lock was kept over the whole walk, so it came before
 * iommu_probe_device_lock.
 */
export function* intel_iommu_init(k: Kernel, iommu: IommuDevice): Kfn<Errno> {
  yield* down_read(k.dmar_global_lock);
  if (k.sw.intel_drops_lock) yield* up_read(k.dmar_global_lock);
  const err = yield* k.iommu_device_register(iommu, k.ops_of(iommu), null);
  if (k.sw.intel_drops_lock) yield* down_read(k.dmar_global_lock);
  yield* up_read(k.dmar_global_lock);
  return err;
}

/**
 * A CPU comes online.
 *
 * Models enable_drhd_fault_handling() of v7.2, called with cpuhp_state_mutex held.
 */
export function* enable_drhd_fault_handling(k: Kernel): Kfn<void> {
  yield* mutex_lock(k.cpuhp_state_mutex);
  if (k.sw.hotplug_takes_dmar_lock) {
    yield* down_read(k.dmar_global_lock);
    yield* up_read(k.dmar_global_lock);
  }
  yield* mutex_unlock(k.cpuhp_state_mutex);
}

/**
 * A new IOVA allocator asks to be told of CPUs that go: takes cpuhp_state_mutex.
 *
 * Models the end of iova_domain_init_rcaches() of v7.2, in scenes with CPU hotplug only.
 */
export function* iova_domain_init_rcaches(k: Kernel): Kfn<void> {
  if (!k.config.cpu_hotplug) return;
  yield* mutex_lock(k.cpuhp_state_mutex);
  yield* mutex_unlock(k.cpuhp_state_mutex);
}
