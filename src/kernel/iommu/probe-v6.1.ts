// SPDX-License-Identifier: GPL-2.0-only
// The per-device probe before v6.6, in two sections: drivers/iommu/iommu.c of v6.1.
import { EINVAL, ENODEV, EPROBE_DEFER, type Errno } from '#env/errno';
import { list_add_tail, list_del } from '#env/list';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { alloc, free, Handle, type Kfn, load, store } from '#env/op';
import { oops } from '#env/printk';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import {
  type Device,
  type GroupList,
  group_device,
  type IommuDevice,
  type IommuGroup,
  type ProbeBy,
} from '../types.ts';

/**
 * Probe one device; before v6.2 without any lock.
 *
 * Models __iommu_probe_device() of v6.1.
 * WINDOW: whether the device has a group was tested before the lock was taken, if at all.
 */
export function* __iommu_probe_device__v6_1(
  k: Kernel,
  dev: Device,
  groups: GroupList | null,
  by: ProbeBy,
  walker: IommuDevice | null,
): Kfn<Errno> {
  if (by === 'walk') event('walk-visit', { dev, instance: walker });
  event('init-begin', { dev, by });
  event('init-untested', { dev, by });
  if (!k.sw.configure_locked) event('init-unguarded', { dev, by, edge: 'begin' });
  const ret = yield* k.__iommu_probe_device__init_v6_1(dev, groups, by);
  if (!k.sw.configure_locked) event('init-unguarded', { dev, by, edge: 'end' });
  event('init-end', { dev, by, errno: ret });
  return ret;
}

/** The body of __iommu_probe_device() of v6.1. */
export function* __iommu_probe_device__init_v6_1(
  k: Kernel,
  dev: Device,
  groups: GroupList | null,
  by: ProbeBy,
): Kfn<Errno> {
  yield* k.dev_iommu_get(dev);
  const ops = yield* k.model__probe_ops(dev);
  if (!ops) return -ENODEV;
  const iommu = yield* ops.probe_device(k, dev);
  if (typeof iommu === 'number') {
    yield* k.dev_iommu_free(dev);
    return iommu;
  }
  event('probe-device', { dev, instance: iommu, by });
  // WINDOW: dev->iommu is read again; another thread may have freed it.
  const param = yield* load(dev, 'iommu');
  if (!param) oops(`__iommu_probe_device(${dev.name}): dev->iommu is NULL`);
  yield* store(param, 'iommu_dev', iommu);

  const group = yield* k.iommu_group_get_for_dev(dev, by);
  if (!(group instanceof Handle)) {
    yield* k.dev_iommu_free(dev);
    return group;
  }
  if (groups) yield* k.__iommu_probe_device__entry_add(group, groups);
  yield* k.iommu_group_put(group);
  return 0;
}

/**
 * Models iommu_group_get_for_dev() of v6.1: the group of the device, or one that it joins. The
 * caller gets a reference.
 */
export function* iommu_group_get_for_dev(
  k: Kernel,
  dev: Device,
  by: ProbeBy,
): Kfn<IommuGroup | Errno> {
  const present = yield* k.iommu_group_get(dev);
  if (present) return present;
  const ops = yield* k.dev_iommu_ops(dev);
  const group = ops ? yield* ops.device_group(k, dev) : -EINVAL;
  if (!(group instanceof Handle)) return group || -EINVAL;
  yield* k.iommu_group_add_device(group, dev, by);
  return group;
}

/** Models iommu_group_add_device() of v6.1. */
export function* iommu_group_add_device(
  k: Kernel,
  group: IommuGroup,
  dev: Device,
  by: ProbeBy,
): Kfn<void> {
  const gdev = yield* alloc(group_device, dev, 'group_device');
  yield* store(gdev, 'dev', dev);
  yield* k.iommu_group_ref_get(group);
  const id = yield* k.model__group_id(group);
  yield* store(dev, 'iommu_group', group);
  event('group-set', { dev, group, id, by });
  yield* mutex_lock(group);
  yield* list_add_tail(group, 'devices', gdev);
  const domain = yield* load(group, 'domain');
  if (domain) yield* k.__iommu_device_set_domain(dev, domain);
  yield* mutex_unlock(group);
}

/**
 * The part of __iommu_probe_device() of v6.1 that remembers a group for the second loop.
 * WINDOW: before v6.2, without group->mutex.
 */
export function* __iommu_probe_device__entry_add(
  k: Kernel,
  group: IommuGroup,
  groups: GroupList,
): Kfn<void> {
  if (k.sw.probe_locked) yield* mutex_lock(group);
  const default_domain = yield* load(group, 'default_domain');
  if (!default_domain && (yield* load(group, 'entry')) === null) {
    yield* list_add_tail(groups, 'groups', group);
    yield* store(group, 'entry', groups);
  }
  if (k.sw.probe_locked) yield* mutex_unlock(group);
}

/**
 * The second section of iommu_probe_device() before v6.6: the default domain.
 *
 * Models iommu_probe_device() of v6.1, and of v6.5 with iommu_setup_default_domain().
 */
export function* iommu_probe_device__default_domain(k: Kernel, dev: Device): Kfn<Errno> {
  const group = yield* k.iommu_group_get(dev);
  if (!group) {
    yield* k.iommu_release_device(dev);
    return -ENODEV;
  }
  yield* mutex_lock(group);
  let ret = 0;
  if (!(yield* load(group, 'default_domain'))) {
    ret = yield* k.iommu_setup_default_domain(group, 0);
  } else if (!(yield* load(group, 'owner'))) {
    const domain = yield* load(group, 'default_domain');
    if (domain) yield* k.__iommu_device_set_domain(dev, domain);
  }
  yield* mutex_unlock(group);
  yield* k.iommu_group_put(group);
  return ret;
}

/**
 * The check that the backport of b46064a18810 to 6.6.y adds to iommu_probe_device() (v6.6.89):
 * arch_setup_dma_ops() must not run before there is a default domain.
 */
export function* iommu_probe_device__ready(_k: Kernel, dev: Device): Kfn<Errno> {
  const group = yield* load(dev, 'iommu_group');
  if (!group) return 0;
  yield* mutex_lock(group);
  const default_domain = yield* load(group, 'default_domain');
  yield* mutex_unlock(group);
  return default_domain ? 0 : -EPROBE_DEFER;
}

/** Models iommu_release_device() of v6.1. WINDOW: the instance of dev->iommu is not tested. */
export function* iommu_release_device__v6_1(k: Kernel, dev: Device): Kfn<void> {
  if (!(yield* load(dev, 'iommu'))) return;
  yield* k.dev_iommu_ops(dev);
  yield* k.iommu_group_remove_device(dev);
  yield* k.dev_iommu_free(dev);
}

/** Models iommu_group_remove_device() of v6.1. */
export function* iommu_group_remove_device(k: Kernel, dev: Device): Kfn<void> {
  const group = yield* load(dev, 'iommu_group');
  if (!group) return;
  yield* mutex_lock(group);
  const found = yield* k.model__group_find_device(group, dev);
  if (found) yield* list_del(group, 'devices', found);
  yield* mutex_unlock(group);
  if (!found) return;
  yield* free(found);
  yield* store(dev, 'iommu_group', null);
  yield* k.iommu_group_put(group);
}
