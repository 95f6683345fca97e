// SPDX-License-Identifier: GPL-2.0-only
// The per-device probe and its undo: drivers/iommu/iommu.c of v7.2.
import { EINVAL, ENODEV, ENOMEM, type Errno } from '#env/errno';
import { list_add_tail, list_del } from '#env/list';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { alloc, free, Handle, type Kfn, load, lockdep_assert_held, store } from '#env/op';
import { oops, WARN_ON } from '#env/printk';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import {
  type DevIommu,
  type Device,
  dev_iommu,
  type GroupDevice,
  type GroupList,
  group_device,
  type IommuDevice,
  type IommuGroup,
  type IommuOps,
  type ProbeBy,
} from '../types.ts';

/** Models dev_iommu_get() of v7.2, which takes iommu_probe_device_lock for granted since v6.7. */
export function* dev_iommu_get(k: Kernel, dev: Device): Kfn<DevIommu | null> {
  if (k.sw.configure_locked) lockdep_assert_held(k.iommu_probe_device_lock);
  const param = yield* load(dev, 'iommu');
  if (param) return param;
  const fresh = yield* alloc(dev_iommu, dev, 'iommu');
  yield* store(dev, 'iommu', fresh);
  return fresh;
}

/** Models dev_iommu_free() of v7.2: dev->iommu is cleared before anything is freed. */
export function* dev_iommu_free(_k: Kernel, dev: Device): Kfn<void> {
  const param = yield* load(dev, 'iommu');
  yield* store(dev, 'iommu', null);
  if (!param) oops(`dev_iommu_free(${dev.name}): dev->iommu is NULL`);
  const fwspec = yield* load(param, 'fwspec');
  if (fwspec) yield* free(fwspec);
  yield* free(param);
}

/** Models dev_has_iommu() of v7.2. */
export function* dev_has_iommu(_k: Kernel, dev: Device): Kfn<boolean> {
  const param = yield* load(dev, 'iommu');
  return param !== null && (yield* load(param, 'iommu_dev')) !== null;
}

/** Models dev_iommu_ops() of v7.2. */
export function* dev_iommu_ops(_k: Kernel, dev: Device): Kfn<IommuOps | null> {
  const param = yield* load(dev, 'iommu');
  if (!param) oops(`dev_iommu_ops(${dev.name}): dev->iommu is NULL`);
  const iommu = yield* load(param, 'iommu_dev');
  if (!iommu) oops(`dev_iommu_ops(${dev.name}): dev->iommu->iommu_dev is NULL`);
  return yield* load(iommu, 'ops');
}

/**
 * The ops in iommu_init_device() of v7.2: those of the fwspec; up to v6.7 those of the bus. Up to
 * v6.14 a dev->iommu that is gone counts as none.
 */
export function* model__probe_ops(k: Kernel, dev: Device): Kfn<IommuOps | null> {
  if (!k.sw.ops_per_device) return yield* load(dev.bus, 'iommu_ops');
  if (k.sw.init_calls_dma_configure) {
    const param = yield* k.model__init_param(dev);
    return yield* k.iommu_fwspec_ops(yield* load(param, 'fwspec'));
  }
  const fwspec = yield* k.dev_iommu_fwspec_get(dev);
  return yield* k.iommu_fwspec_ops(fwspec);
}

/**
 * Give @dev its dev->iommu, have its firmware parsed, and let its IOMMU driver probe it.
 *
 * Models iommu_init_device() of v7.2. Up to v6.14 the caller has looked @found up; after that it is
 * null.
 * ABSTRACTED: module references, sysfs links, max_pasids, attach_deferred (kdump): no property
 * observes them.
 */
export function* iommu_init_device(
  k: Kernel,
  dev: Device,
  by: ProbeBy,
  found: IommuOps | null = null,
): Kfn<Errno> {
  if (!(yield* k.dev_iommu_get(dev))) return -ENOMEM;

  if (k.sw.init_calls_dma_configure) {
    const err = yield* k.iommu_init_device__configure(dev, by);
    if (err) return err;
  }
  return yield* k.iommu_init_device__driver(dev, by, found);
}

/**
 * The first half of iommu_init_device() of v7.2: firmware.
 *
 * WINDOW: dma_configure takes iommu_probe_device_lock itself, so the lock is dropped around it and
 * any other prober may meet this device half way.
 */
export function* iommu_init_device__configure(k: Kernel, dev: Device, by: ProbeBy): Kfn<Errno> {
  if (k.sw.init_tests_fwspec) {
    const param = yield* k.model__init_param(dev);
    if (yield* load(param, 'fwspec')) return 0;
  }
  // WINDOW: dev->driver is set under the device lock, which is not held here.
  if (yield* load(dev, 'driver')) {
    event('configure-skipped', { dev, by });
    return 0;
  }
  yield* mutex_unlock(k.iommu_probe_device_lock);
  event('configure-begin', { dev, by });
  yield* k.model__dma_configure(dev);
  yield* mutex_lock(k.iommu_probe_device_lock);
  if (!k.sw.init_rechecks) return 0;
  // If another instance finished the job for us, skip it.
  if (!(yield* load(dev, 'iommu'))) return -ENODEV;
  if (yield* load(dev, 'iommu_group')) return -ENODEV;
  return 0;
}

/** A load of dev->iommu in iommu_init_device() of v7.2, which follows it without a test. */
export function* model__init_param(_k: Kernel, dev: Device): Kfn<DevIommu> {
  const param = yield* load(dev, 'iommu');
  if (!param) oops(`iommu_init_device(${dev.name}): dev->iommu is NULL`);
  return param;
}

/** The second half of iommu_init_device() of v7.2: find the ops, probe, get a group. */
export function* iommu_init_device__driver(
  k: Kernel,
  dev: Device,
  by: ProbeBy,
  found: IommuOps | null,
): Kfn<Errno> {
  if (k.sw.late_warn === 'before-probe' && (yield* load(dev, 'driver'))) {
    event('late-warn', { dev, by });
  }
  const ops = found ?? (yield* k.model__probe_ops(dev));
  if (!ops) {
    event('ops-missing', { dev, by });
    return yield* k.iommu_init_device__failed(dev, -ENODEV);
  }

  const iommu = yield* ops.probe_device(k, dev);
  if (typeof iommu === 'number') return yield* k.iommu_init_device__failed(dev, iommu);
  event('probe-device', { dev, instance: iommu, by });
  yield* store(yield* k.model__init_param(dev), 'iommu_dev', iommu);

  const group = yield* ops.device_group(k, dev);
  if (!(group instanceof Handle)) return yield* k.iommu_init_device__failed(dev, group || -EINVAL);
  const id = yield* k.model__group_id(group);
  // WINDOW: readers without a lock see the group at once; it has no default domain yet.
  yield* store(dev, 'iommu_group', group);
  event('group-set', { dev, group, id, by });
  return 0;
}

/** The error labels of iommu_init_device() of v7.2. */
export function* iommu_init_device__failed(k: Kernel, dev: Device, ret: Errno): Kfn<Errno> {
  yield* store(yield* k.model__init_param(dev), 'iommu_dev', null);
  yield* k.dev_iommu_free(dev);
  return ret;
}

/** Models iommu_deinit_device() of v7.2. */
export function* iommu_deinit_device(k: Kernel, dev: Device): Kfn<void> {
  const group = yield* load(dev, 'iommu_group');
  if (!group) oops(`iommu_deinit_device(${dev.name}): dev->iommu_group is NULL`);
  lockdep_assert_held(group);
  yield* k.dev_iommu_ops(dev);
  if ((yield* load(group, 'devices')).length === 0) yield* k.iommu_deinit_device__domains(group);
  yield* store(dev, 'iommu_group', null);
  yield* k.dev_iommu_free(dev);
  if (k.sw.deinit_clears_dma_iommu) yield* k.model__dev_assign_flag(dev, 'dma_iommu', false);
}

/**
 * Probe one device for its IOMMU.
 *
 * Models __iommu_probe_device() of v7.2. `groups` is the walk's list, null for the notifier and the
 * replay; `by` and `walker` only name the caller.
 * ABSTRACTED: failure of iommu_group_alloc_device() (memory); direct mappings.
 */
export function* __iommu_probe_device(
  k: Kernel,
  dev: Device,
  groups: GroupList | null,
  by: ProbeBy,
  walker: IommuDevice | null,
): Kfn<Errno> {
  if (k.sw.probe_locked) lockdep_assert_held(k.iommu_probe_device_lock);
  let ops: IommuOps | null = null;
  if (!k.sw.ops_resolved_in_init) {
    ops = yield* k.model__probe_ops(dev);
    if (!ops) {
      event('ops-missing', { dev, by });
      return -ENODEV;
    }
  }
  if (!k.sw.probe_tests_group) return yield* k.__iommu_probe_device__v6_1(dev, groups, by, walker);
  const probed = yield* load(dev, 'iommu_group');
  if (by === 'walk') event('walk-visit', { dev, instance: walker });
  if (probed) return 0;

  event('init-begin', { dev, by });
  if (!k.sw.configure_locked) event('init-unguarded', { dev, by, edge: 'begin' });
  const ret = yield* k.iommu_init_device(dev, by, ops);
  if (!k.sw.configure_locked) event('init-unguarded', { dev, by, edge: 'end' });
  event('init-end', { dev, by, errno: ret });
  if (ret) return ret;
  if (k.sw.late_warn === 'after-probe' && (yield* load(dev, 'driver'))) {
    event('late-warn', { dev, by });
  }
  return yield* k.__iommu_probe_device__join(dev, groups);
}

/** The second half of __iommu_probe_device() of v7.2: join the group. */
export function* __iommu_probe_device__join(
  k: Kernel,
  dev: Device,
  groups: GroupList | null,
): Kfn<Errno> {
  const group = yield* load(dev, 'iommu_group');
  if (!group) oops(`__iommu_probe_device(${dev.name}): dev->iommu_group is NULL`);
  const gdev = yield* alloc(group_device, dev, 'group_device');
  yield* store(gdev, 'dev', dev);
  yield* mutex_lock(group);
  yield* list_add_tail(group, 'devices', gdev);
  const ret = yield* k.__iommu_probe_device__join_domain(dev, group, groups);
  if (ret) {
    yield* list_del(group, 'devices', gdev);
    yield* k.__iommu_group_free_device(group, gdev);
    yield* k.iommu_deinit_device(dev);
    yield* mutex_unlock(group);
    yield* k.iommu_group_put(group);
    return ret;
  }
  const default_domain = yield* load(group, 'default_domain');
  if (default_domain && k.sw.core_sets_dma_ops) {
    yield* k.iommu_setup_dma_ops(dev, default_domain);
  }
  yield* mutex_unlock(group);
  return 0;
}

/** Which domain a new member gets in __iommu_probe_device() of v7.2. */
export function* __iommu_probe_device__join_domain(
  k: Kernel,
  dev: Device,
  group: IommuGroup,
  groups: GroupList | null,
): Kfn<Errno> {
  lockdep_assert_held(group);
  const default_domain = yield* load(group, 'default_domain');
  const domain = yield* load(group, 'domain');
  WARN_ON(default_domain !== null && domain === null, 'default domain set, domain NULL');
  if (domain) return yield* k.__iommu_device_set_domain(dev, domain);
  if (default_domain) return 0;
  if (!groups) {
    if (!k.sw.default_domain_with_group) return 0;
    return yield* k.iommu_setup_default_domain(group, 0);
  }
  // WINDOW: the walk leaves the default domain to its second loop.
  if ((yield* load(group, 'entry')) === null) {
    yield* list_add_tail(groups, 'groups', group);
    yield* store(group, 'entry', groups);
  }
  return 0;
}

/** Models iommu_probe_device() of v7.2: the notifier and the replay come here. */
export function* iommu_probe_device(k: Kernel, dev: Device, by: ProbeBy): Kfn<Errno> {
  yield* k.model__probe_lock();
  let ret = yield* k.__iommu_probe_device(dev, null, by, null);
  yield* k.model__probe_unlock();
  if (!ret && !k.sw.default_domain_with_group)
    ret = yield* k.iommu_probe_device__default_domain(dev);
  if (!ret && k.sw.replay_defers) ret = yield* k.iommu_probe_device__ready(dev);
  if (ret) return ret;
  yield* k.iommu_group_do_probe_finalize(dev);
  return 0;
}

/** Models __iommu_group_free_device() of v7.2. */
export function* __iommu_group_free_device(
  _k: Kernel,
  group: IommuGroup,
  gdev: GroupDevice,
): Kfn<void> {
  lockdep_assert_held(group);
  if ((yield* load(group, 'devices')).length === 0) {
    const owner_cnt = yield* load(group, 'owner_cnt');
    const domain = yield* load(group, 'domain');
    const default_domain = yield* load(group, 'default_domain');
    WARN_ON(
      owner_cnt !== 0 || domain !== default_domain,
      'the last device leaves a group that is in use',
    );
  }
  yield* free(gdev);
}

/** Models __iommu_group_remove_device() of v7.2. */
export function* __iommu_group_remove_device(k: Kernel, dev: Device): Kfn<void> {
  const group = yield* load(dev, 'iommu_group');
  if (!group) oops(`__iommu_group_remove_device(${dev.name}): dev->iommu_group is NULL`);
  yield* mutex_lock(group);
  const gdev = yield* k.model__group_find_device(group, dev);
  if (gdev) {
    yield* list_del(group, 'devices', gdev);
    yield* k.__iommu_group_free_device(group, gdev);
    if (yield* k.dev_has_iommu(dev)) yield* k.iommu_deinit_device(dev);
    else yield* store(dev, 'iommu_group', null);
  }
  yield* mutex_unlock(group);
  yield* k.iommu_group_put(group);
}

/**
 * Models iommu_release_device() of v7.2.
 * WINDOW: neither iommu_probe_device_lock nor the device lock is taken.
 */
export function* iommu_release_device(k: Kernel, dev: Device): Kfn<void> {
  if (!k.sw.probe_tests_group) {
    yield* k.iommu_release_device__v6_1(dev);
    return;
  }
  if (yield* load(dev, 'iommu_group')) yield* k.__iommu_group_remove_device(dev);
  if (yield* load(dev, 'iommu')) yield* k.dev_iommu_free(dev);
}

/** Models iommu_bus_notifier() of v7.2. */
export function* iommu_bus_notifier(
  k: Kernel,
  dev: Device,
  action: 'ADD_DEVICE' | 'REMOVED_DEVICE',
): Kfn<void> {
  if (action === 'ADD_DEVICE') yield* k.iommu_probe_device(dev, 'notifier');
  else yield* k.iommu_release_device(dev);
}
