// SPDX-License-Identifier: GPL-2.0-only
// Registering an IOMMU instance and walking the buses for it: drivers/iommu/iommu.c of v7.2.
import { EBUSY, ENODEV, type Errno } from '#env/errno';
import { list_add_tail, list_add_tail__unordered, list_del } from '#env/list';
import { mutex_lock, mutex_unlock, spin_lock, spin_unlock } from '#env/mutex';
import {
  alloc,
  frame,
  free,
  type Kfn,
  load,
  lockdep_assert_held,
  store,
  WRITE_ONCE,
} from '#env/op';
import { oops } from '#env/printk';
import { event } from '#kernel/event';
import { bus_for_each_dev } from '../base/bus.ts';
import type { Kernel } from '../kernel.ts';
import {
  type Bus,
  type Device,
  type GroupList,
  group_list,
  type IommuDevice,
  type IommuGroup,
  type IommuOps,
} from '../types.ts';

/**
 * Publish an instance, then probe every device of every bus on its behalf.
 *
 * Models iommu_device_register() of v7.2.
 * ABSTRACTED: the check for ops in a module without owner; such a driver never works.
 */
export function* iommu_device_register(
  k: Kernel,
  iommu: IommuDevice,
  ops: IommuOps,
  hwdev: Device | null,
): Kfn<Errno> {
  // Up to v6.7 the buses belong to one driver.
  const [first] = k.iommu_buses;
  if (first && !k.sw.ops_per_device) {
    const owner = yield* load(first, 'iommu_ops');
    if (owner && owner !== ops) return -EBUSY;
  }
  yield* store(iommu, 'ops', ops);
  if (hwdev) yield* store(iommu, 'fwnode', iommu.node);

  // WINDOW: from here iommu_from_fwnode() finds the instance, though the walk has not begun.
  yield* spin_lock(k.iommu_device_lock);
  // INVARIANT: who looks for an instance looks for a fwnode, which is its own; those it steps over
  // are not freed, for an instance is taken off the list before that.
  if (hwdev) yield* list_add_tail__unordered(k.iommu_device_list, 'list', iommu);
  else yield* list_add_tail(k.iommu_device_list, 'list', iommu);
  event('instance-listed', { instance: iommu });
  yield* spin_unlock(k.iommu_device_lock);

  let err = 0;
  for (const bus of k.iommu_buses) {
    err = yield* k.iommu_device_register__bus(bus, iommu, ops);
    if (err) break;
  }
  if (err) {
    yield* k.iommu_device_unregister(iommu);
  } else if (k.sw.iommu_ready) {
    yield* WRITE_ONCE(iommu, 'ready', true);
    event('instance-ready', { instance: iommu });
  }
  event('register-end', { instance: iommu, errno: err });
  return err;
}

/**
 * What registering does with one bus: walk it.
 *
 * Models the loop of iommu_device_register() of v7.2; of v6.1, where the bus belongs to one driver;
 * and bus_set_iommu() of v6.0, which walks for the first instance only.
 */
export function* iommu_device_register__bus(
  k: Kernel,
  bus: Bus,
  iommu: IommuDevice,
  ops: IommuOps,
): Kfn<Errno> {
  if (!k.sw.ops_per_device) {
    if (!k.sw.walk_per_instance && (yield* load(bus, 'iommu_ops'))) return 0;
    yield* store(bus, 'iommu_ops', ops);
    if (!k.sw.notifier_from_boot) yield* store(bus, 'iommu_notifier', true);
  }
  const err = yield* k.bus_iommu_probe(bus, iommu);
  if (err && !k.sw.walk_per_instance) yield* iommu_device_register__bus_failed(k, bus, iommu);
  return err;
}

/** The label out_err of iommu_bus_init() of v6.0, and the end of bus_set_iommu(). */
function* iommu_device_register__bus_failed(k: Kernel, bus: Bus, iommu: IommuDevice): Kfn<void> {
  event('release-begin', { instance: iommu });
  yield* bus_for_each_dev(bus, (dev) => k.remove_iommu_group(dev, iommu));
  yield* store(bus, 'iommu_notifier', false);
  yield* store(bus, 'iommu_ops', null);
}

/**
 * Release the clients of an instance, then take it off the list.
 *
 * Models iommu_device_unregister() of v7.2; that of v6.0 only takes it off the list.
 */
export function* iommu_device_unregister(k: Kernel, iommu: IommuDevice): Kfn<void> {
  // WINDOW: clients are released first and the instance is de-listed second; READY stays set.
  if (k.sw.walk_per_instance) {
    event('release-begin', { instance: iommu });
    for (const bus of k.iommu_buses) {
      yield* bus_for_each_dev(bus, (dev) => k.remove_iommu_group(dev, iommu));
    }
  }
  yield* spin_lock(k.iommu_device_lock);
  yield* list_del(k.iommu_device_list, 'list', iommu);
  yield* spin_unlock(k.iommu_device_lock);

  const group = yield* load(iommu, 'singleton_group');
  if (group) yield* k.iommu_group_put(group);
  yield* store(iommu, 'singleton_group', null);
}

/** Models remove_iommu_group() of v7.2. WINDOW: D and ID are read without a lock; in v6.0 not. */
export function* remove_iommu_group(k: Kernel, dev: Device, iommu: IommuDevice): Kfn<Errno> {
  if (!k.sw.walk_per_instance) {
    yield* k.iommu_release_device(dev);
    return 0;
  }
  const param = yield* load(dev, 'iommu');
  if (param && (yield* load(param, 'iommu_dev')) === iommu) yield* k.iommu_release_device(dev);
  return 0;
}

/**
 * Walk one bus: probe its devices, then set up the groups that came together.
 *
 * Models bus_iommu_probe() of v7.2; `iommu` is only there to say who walks.
 */
export function* bus_iommu_probe(k: Kernel, bus: Bus, iommu: IommuDevice): Kfn<Errno> {
  const groups = yield* alloc(group_list, iommu, `${bus.bus}.group_list`);
  const ret = yield* k.bus_iommu_probe__walk(bus, iommu, groups);
  yield* free(groups);
  return ret;
}

/** The body of bus_iommu_probe() of v7.2, while its list head is alive. */
export function* bus_iommu_probe__walk(
  k: Kernel,
  bus: Bus,
  iommu: IommuDevice,
  groups: GroupList,
): Kfn<Errno> {
  // WINDOW: on error the groups collected so far stay linked to a list that is about to die.
  const ret = yield* bus_for_each_dev(bus, (dev) => k.probe_iommu_group(dev, iommu, groups));
  if (ret) return ret;

  const collected = yield* load(groups, 'groups');
  for (const group of collected) {
    const err = yield* frame('bus_iommu_probe__group', [group], () =>
      bus_iommu_probe__setup_group(k, group, groups),
    );
    if (err) return err;
  }
  return 0;
}

function* bus_iommu_probe__setup_group(
  k: Kernel,
  group: IommuGroup,
  groups: GroupList,
): Kfn<Errno> {
  if (k.sw.probe_locked) {
    yield* mutex_lock(group);
    yield* k.bus_iommu_probe__entry_del(group, groups);
  } else {
    yield* k.bus_iommu_probe__entry_del(group, groups);
    yield* mutex_lock(group);
  }
  const ret = yield* k.iommu_setup_default_domain(group, 0);
  if (ret) {
    yield* mutex_unlock(group);
    return ret;
  }
  if (k.sw.core_sets_dma_ops) yield* k.bus_iommu_probe__dma_ops(group);
  yield* mutex_unlock(group);

  // WINDOW: the members are visited once more without group->mutex (FIXME in the source).
  const members = yield* load(group, 'devices');
  event('members-unlocked', { group, edge: 'begin' });
  for (const gdev of members) {
    const dev = yield* load(gdev, 'dev');
    yield* k.iommu_group_do_probe_finalize(dev);
  }
  event('members-unlocked', { group, edge: 'end' });
  return 0;
}

/**
 * list_del_init(&group->entry) in bus_iommu_probe() of v7.2.
 * WINDOW: before v6.2 without group->mutex. Where another walk has linked the group, or unlinked
 * it, the pointers in group->entry are not those of this list, and the loop follows them.
 */
export function* bus_iommu_probe__entry_del(
  k: Kernel,
  group: IommuGroup,
  groups: GroupList,
): Kfn<void> {
  if (!k.sw.probe_locked && (yield* load(group, 'entry')) !== groups) {
    oops(`bus_iommu_probe(${group.name}): group->entry is not on the list of this walk`);
  }
  yield* list_del(groups, 'groups', group);
  yield* store(group, 'entry', null);
}

/** The loop over the members in bus_iommu_probe() of v7.2. */
export function* bus_iommu_probe__dma_ops(k: Kernel, group: IommuGroup): Kfn<void> {
  lockdep_assert_held(group);
  const domain = yield* load(group, 'default_domain');
  for (const gdev of yield* load(group, 'devices')) {
    const dev = yield* load(gdev, 'dev');
    if (domain) yield* k.iommu_setup_dma_ops(dev, domain);
  }
}

/**
 * What the walk does with one device.
 *
 * Models probe_iommu_group() of v7.2.
 * WINDOW: any error but -ENODEV, of any device behind any instance, ends this registration.
 */
export function* probe_iommu_group(
  k: Kernel,
  dev: Device,
  iommu: IommuDevice,
  groups: GroupList,
): Kfn<Errno> {
  // Up to v6.5 the group is tested without a lock, and not again under it.
  if (!k.sw.probe_tests_group && (yield* load(dev, 'iommu_group'))) {
    event('walk-visit', { dev, instance: iommu });
    return 0;
  }
  yield* k.model__probe_lock();
  const ret = yield* k.__iommu_probe_device(dev, groups, 'walk', iommu);
  yield* k.model__probe_unlock();
  return ret === -ENODEV ? 0 : ret;
}

/** Take iommu_probe_device_lock as iommu_probe_device() does; there is one since v6.2. */
export function* model__probe_lock(k: Kernel): Kfn<void> {
  if (k.sw.probe_locked) yield* mutex_lock(k.iommu_probe_device_lock);
}

/** Give it back, as iommu_probe_device() does since v6.2. */
export function* model__probe_unlock(k: Kernel): Kfn<void> {
  if (k.sw.probe_locked) yield* mutex_unlock(k.iommu_probe_device_lock);
}

/** Take it to parse firmware, as of_iommu_configure() does since v6.7. */
export function* model__configure_lock(k: Kernel): Kfn<void> {
  if (k.sw.configure_locked) yield* mutex_lock(k.iommu_probe_device_lock);
}

/** Give it back, as of_iommu_configure() does since v6.7. */
export function* model__configure_unlock(k: Kernel): Kfn<void> {
  if (k.sw.configure_locked) yield* mutex_unlock(k.iommu_probe_device_lock);
}

/** Models iommu_group_do_probe_finalize() of v7.2. */
export function* iommu_group_do_probe_finalize(k: Kernel, dev: Device): Kfn<void> {
  const ops = yield* k.dev_iommu_ops(dev);
  if (ops?.probe_finalize) yield* ops.probe_finalize(k, dev);
}
