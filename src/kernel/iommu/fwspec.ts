// SPDX-License-Identifier: GPL-2.0-only
// What firmware says about a device's IOMMU, kept with the device: drivers/iommu/iommu.c of v7.2.
import { EINVAL, ENOMEM, EPROBE_DEFER, type Errno } from '#env/errno';
import { spin_lock, spin_unlock } from '#env/mutex';
import { alloc, free, type Kfn, load, lockdep_assert_held, READ_ONCE, store } from '#env/op';
import { oops } from '#env/printk';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import {
  type Device,
  type IommuDevice,
  type IommuFwspec,
  type IommuOps,
  iommu_fwspec,
} from '../types.ts';

/**
 * Models iommu_from_fwnode() of v7.2.
 * WINDOW: the pointer is returned without a reference; it may be freed after the unlock.
 */
export function* iommu_from_fwnode(k: Kernel, fwnode: string | null): Kfn<IommuDevice | null> {
  yield* spin_lock(k.iommu_device_lock);
  let found: IommuDevice | null = null;
  for (const iommu of yield* load(k.iommu_device_list, 'list')) {
    const own = yield* load(iommu, 'fwnode');
    // It was stored before the instance was listed.
    if (own === null) event('instance-unfinished', { instance: iommu });
    if (own === fwnode) {
      found = iommu;
      break;
    }
  }
  yield* spin_unlock(k.iommu_device_lock);
  return found;
}

/** Models iommu_ops_from_fwnode() of v7.2. */
export function* iommu_ops_from_fwnode(k: Kernel, fwnode: string | null): Kfn<IommuOps | null> {
  const iommu = yield* k.iommu_from_fwnode(fwnode);
  return iommu ? yield* load(iommu, 'ops') : null;
}

/** Models iommu_fwspec_ops() of v7.2: without a fwspec, the ops registered without a fwnode. */
export function* iommu_fwspec_ops(k: Kernel, fwspec: IommuFwspec | null): Kfn<IommuOps | null> {
  if (fwspec && !k.sw.fwspec_resolves_ops) return yield* load(fwspec, 'ops');
  const fwnode = fwspec ? yield* load(fwspec, 'iommu_fwnode') : null;
  return yield* k.iommu_ops_from_fwnode(fwnode);
}

/** Models dev_iommu_fwspec_get() of v7.2. */
export function* dev_iommu_fwspec_get(_k: Kernel, dev: Device): Kfn<IommuFwspec | null> {
  const param = yield* load(dev, 'iommu');
  return param ? yield* load(param, 'fwspec') : null;
}

/**
 * Begin a fwspec, or check that the one there is belongs to the same driver.
 *
 * Models iommu_fwspec_init() of v7.2.
 */
export function* iommu_fwspec_init(k: Kernel, dev: Device, fwnode: string): Kfn<Errno> {
  if (k.sw.configure_locked) lockdep_assert_held(k.iommu_probe_device_lock);
  const iommu = yield* k.iommu_from_fwnode(fwnode);
  const fwspec = yield* k.dev_iommu_fwspec_get(dev);

  if (!iommu) {
    if (k.sw.fwspec_init_checks_state) return yield* k.driver_deferred_probe_check_state(dev);
    return -EPROBE_DEFER;
  }
  if (k.sw.iommu_ready) {
    // ABSTRACTED: where dev->iommu exists READY is not read; here it is, to name the event.
    // WINDOW: once dev->iommu exists, an instance that is still registering passes.
    const param = yield* load(dev, 'iommu');
    const ready = yield* READ_ONCE(iommu, 'ready');
    if (!ready && !param) {
      event('not-ready-deferred', { dev, instance: iommu });
      return -EPROBE_DEFER;
    }
    if (!ready) event('not-ready-accepted', { dev, instance: iommu });
    else if (!param) event('ready-seen', { dev, instance: iommu });
  }
  if (fwspec) {
    const ops = yield* load(iommu, 'ops');
    return ops === (yield* k.iommu_fwspec_ops(fwspec)) ? 0 : -EINVAL;
  }
  if (!(yield* k.dev_iommu_get(dev))) return -ENOMEM;
  yield* k.iommu_fwspec_init__publish(dev, fwnode, null);
  event('fwspec-built', { dev, instance: iommu });
  return 0;
}

/** The end of iommu_fwspec_init() of v7.2: dev->iommu is read again to store the fwspec. */
export function* iommu_fwspec_init__publish(
  _k: Kernel,
  dev: Device,
  fwnode: string,
  ops: IommuOps | null,
): Kfn<void> {
  const fresh = yield* alloc(iommu_fwspec, dev, 'fwspec');
  yield* store(fresh, 'iommu_fwnode', fwnode);
  if (ops) yield* store(fresh, 'ops', ops);
  const param = yield* load(dev, 'iommu');
  if (!param) oops(`iommu_fwspec_init(${dev.name}): dev->iommu is NULL`);
  yield* store(param, 'fwspec', fresh);
}

/**
 * Begin a fwspec for @ops; without ops it stands for an instance that is waited for.
 *
 * Models iommu_fwspec_init() of v6.1.
 */
export function* iommu_fwspec_init__v6_1(
  k: Kernel,
  dev: Device,
  fwnode: string,
  ops: IommuOps | null,
): Kfn<Errno> {
  const fwspec = yield* k.dev_iommu_fwspec_get(dev);
  if (fwspec) {
    if (ops === (yield* load(fwspec, 'ops'))) return 0;
    // WINDOW: that the second instance is not there yet is taken for one of another driver.
    if (!ops) event('fwspec-mismatch', { dev });
    return -EINVAL;
  }
  yield* k.dev_iommu_get(dev);
  yield* k.iommu_fwspec_init__publish(dev, fwnode, ops);
  if (ops) event('fwspec-built', { dev, instance: k.instance(fwnode) });
  return 0;
}

/** Models iommu_fwspec_free() of v7.2. */
export function* iommu_fwspec_free(k: Kernel, dev: Device): Kfn<void> {
  const fwspec = yield* k.dev_iommu_fwspec_get(dev);
  if (!fwspec) return;
  yield* free(fwspec);
  const param = yield* load(dev, 'iommu');
  if (!param) oops(`iommu_fwspec_free(${dev.name}): dev->iommu is NULL`);
  yield* store(param, 'fwspec', null);
}

/**
 * Models iommu_fwspec_add_ids() of v7.2.
 * With more than one id the fwspec moves (krealloc) and is published again.
 */
export function* iommu_fwspec_add_ids(k: Kernel, dev: Device, more: readonly number[]): Kfn<Errno> {
  let fwspec = yield* k.dev_iommu_fwspec_get(dev);
  if (!fwspec) return -EINVAL;
  const ids = yield* load(fwspec, 'ids');
  if (ids.length + more.length > 1) {
    const fwnode = yield* load(fwspec, 'iommu_fwnode');
    const ops = k.sw.fwspec_resolves_ops ? null : yield* load(fwspec, 'ops');
    const moved = yield* alloc(iommu_fwspec, dev, 'fwspec');
    yield* store(moved, 'iommu_fwnode', fwnode);
    if (ops) yield* store(moved, 'ops', ops);
    yield* free(fwspec);
    const param = yield* load(dev, 'iommu');
    if (!param) oops(`iommu_fwspec_add_ids(${dev.name}): dev->iommu is NULL`);
    yield* store(param, 'fwspec', moved);
    fwspec = moved;
  }
  yield* store(fwspec, 'ids', [...ids, ...more]);
  return 0;
}
