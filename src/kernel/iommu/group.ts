// SPDX-License-Identifier: GPL-2.0-only
// Groups, their ids and their references: drivers/iommu/iommu.c of v7.2.
import { ida_alloc, ida_free } from '#env/ida';
import { alloc, fetch_add, free, type Kfn, load, lockdep_assert_held, store } from '#env/op';
import { WARN_ON } from '#env/printk';
import type { Kernel } from '../kernel.ts';
import { type Device, type GroupDevice, type IommuGroup, iommu_group } from '../types.ts';

/**
 * A new group with the smallest free id; the caller owns its one reference.
 *
 * Models iommu_group_alloc() of v7.2. `dev` names the new object.
 * ABSTRACTED: the kobject; its reference count is group.refs.
 */
export function* iommu_group_alloc(k: Kernel, dev: Device): Kfn<IommuGroup> {
  const group = yield* alloc(iommu_group, dev, 'iommu_group');
  const id = yield* ida_alloc(k.iommu_group_ida);
  yield* store(group, 'id', id);
  return group;
}

/** Models iommu_group_id() of v7.2. */
export function* model__group_id(_k: Kernel, group: IommuGroup): Kfn<number> {
  return yield* load(group, 'id');
}

/** Models iommu_group_ref_get() of v7.2. */
export function* iommu_group_ref_get(_k: Kernel, group: IommuGroup): Kfn<IommuGroup> {
  yield* fetch_add(group, 'refs', 1);
  return group;
}

/** Models iommu_group_get() of v7.2: the group of a device, with a reference, or NULL. */
export function* iommu_group_get(k: Kernel, dev: Device): Kfn<IommuGroup | null> {
  const group = yield* load(dev, 'iommu_group');
  return group ? yield* k.iommu_group_ref_get(group) : null;
}

/** Models iommu_group_put() and iommu_group_release() of v7.2; up to v6.5 it frees the domains. */
export function* iommu_group_put(k: Kernel, group: IommuGroup): Kfn<void> {
  if ((yield* fetch_add(group, 'refs', -1)) !== 1) return;
  yield* ida_free(k.iommu_group_ida, yield* load(group, 'id'));
  if (k.sw.probe_tests_group) {
    const domain = yield* load(group, 'default_domain');
    WARN_ON(domain !== null, 'group released with a default domain');
  } else {
    yield* k.iommu_deinit_device__domains(group);
  }
  yield* free(group);
}

/** The search in __iommu_group_remove_device() of v7.2. */
export function* model__group_find_device(
  _k: Kernel,
  group: IommuGroup,
  dev: Device,
): Kfn<GroupDevice | null> {
  lockdep_assert_held(group);
  for (const gdev of yield* load(group, 'devices')) {
    if ((yield* load(gdev, 'dev')) === dev) return gdev;
  }
  return null;
}

/** Models generic_device_group() of v7.2. */
export function* generic_device_group(k: Kernel, dev: Device): Kfn<IommuGroup> {
  return yield* k.iommu_group_alloc(dev);
}

/**
 * Models generic_single_device_group() of v7.2.
 * WINDOW: the instance's singleton_group is read and written under no lock of its own.
 */
export function* generic_single_device_group(k: Kernel, dev: Device): Kfn<IommuGroup> {
  const param = yield* load(dev, 'iommu');
  const iommu = param && (yield* load(param, 'iommu_dev'));
  if (!iommu) return yield* k.iommu_group_alloc(dev);
  let group = yield* load(iommu, 'singleton_group');
  if (!group) {
    group = yield* k.iommu_group_alloc(dev);
    yield* store(iommu, 'singleton_group', group);
  }
  return yield* k.iommu_group_ref_get(group);
}

/**
 * A group shared by key: the group of another device with the same key, or a new one. So who is
 * probed first decides.
 *
 * Stands for arm_smmu_device_group() (shared stream ids) of v7.2, and for pci_device_group() where
 * no function has ACS.
 * ABSTRACTED: the topology; a world says which devices belong together.
 */
export function* model__shared_device_group(k: Kernel, dev: Device): Kfn<IommuGroup> {
  for (const other of k.group_sharers(dev)) {
    const group = yield* k.iommu_group_get(other);
    if (group) return group;
  }
  return yield* k.iommu_group_alloc(dev);
}
