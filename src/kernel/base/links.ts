// SPDX-License-Identifier: GPL-2.0-only
// Device links between suppliers and consumers: drivers/base/core.c of v7.2.
import { EPROBE_DEFER, type Errno } from '#env/errno';
import { list_add_tail, list_del } from '#env/list';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { alloc, type Kfn, load, lockdep_assert_held, store } from '#env/op';
import { WARN_ON } from '#env/printk';
import type { Kernel } from '../kernel.ts';
import { type Device, type DeviceLink, device_link, type LinkStatus } from '../types.ts';

/**
 * Defer while a supplier is not bound.
 *
 * Models device_links_check_suppliers() of v7.2.
 * ABSTRACTED: fwnode links whose supplier device does not exist yet (fwnode_links_check_suppliers);
 * suppliers exist before anything runs.
 */
export function* device_links_check_suppliers(k: Kernel, dev: Device): Kfn<Errno> {
  yield* mutex_lock(k.device_links_lock);
  let ret = 0;
  for (const link of yield* load(dev, 'suppliers')) {
    if ((yield* load(link, 'status')) !== 'available') {
      yield* k.device_links_missing_supplier(dev);
      ret = -EPROBE_DEFER;
      break;
    }
    yield* store(link, 'status', 'consumer_probe');
  }
  yield* store(dev, 'links_status', 'probing');
  yield* mutex_unlock(k.device_links_lock);
  return ret;
}

/** Models device_links_missing_supplier() of v7.2. */
export function* device_links_missing_supplier(k: Kernel, dev: Device): Kfn<void> {
  lockdep_assert_held(k.device_links_lock);
  for (const link of yield* load(dev, 'suppliers')) {
    if ((yield* load(link, 'status')) === 'consumer_probe') yield* k.model__unused_link(link);
  }
}

/**
 * The consumer of @link has no driver: what is left is the state of the supplier. What
 * device_links_missing_supplier() and __device_links_no_driver() of v7.2 do with one link.
 */
export function* model__unused_link(_k: Kernel, link: DeviceLink): Kfn<void> {
  const supplier = yield* load(link, 'supplier');
  const bound = (yield* load(supplier, 'links_status')) === 'bound';
  yield* store(link, 'status', bound ? 'available' : 'dormant');
}

/** Models __device_links_no_driver() of v7.2. */
export function* __device_links_no_driver(k: Kernel, dev: Device): Kfn<void> {
  lockdep_assert_held(k.device_links_lock);
  for (const link of yield* load(dev, 'suppliers')) {
    const status = yield* load(link, 'status');
    if (status === 'consumer_probe' || status === 'active') yield* k.model__unused_link(link);
  }
  yield* store(dev, 'links_status', 'no_driver');
}

/**
 * Links to suppliers that no driver has matched are not waited for any more.
 *
 * Models fw_devlink_drivers_done() and fw_devlink_relax_link() of v7.2, with fw_devlink.strict=1.
 * ABSTRACTED: a relaxed link stays, but nobody looks at it; here it goes.
 */
export function* fw_devlink_drivers_done(k: Kernel): Kfn<void> {
  if (!k.config.strict_devlink) return;
  yield* mutex_lock(k.device_links_lock);
  for (const bus of k.iommu_buses) {
    for (const dev of yield* load(bus.klist_devices, 'k_list')) yield* k.fw_devlink_no_driver(dev);
  }
  yield* mutex_unlock(k.device_links_lock);
}

/** Models fw_devlink_no_driver() of v7.2 for the links of one consumer. */
export function* fw_devlink_no_driver(k: Kernel, dev: Device): Kfn<void> {
  lockdep_assert_held(k.device_links_lock);
  for (const link of yield* load(dev, 'suppliers')) {
    const supplier = yield* load(link, 'supplier');
    if (!(yield* load(link, 'inferred')) || (yield* k.model__dev_flag(supplier, 'can_match')))
      continue;
    yield* k.__device_link_del(link);
  }
}

/**
 * Models device_links_no_driver() of v7.2.
 * ABSTRACTED: links to consumers that were made while the driver that failed was still probing.
 */
export function* device_links_no_driver(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(k.device_links_lock);
  yield* k.__device_links_no_driver(dev);
  yield* mutex_unlock(k.device_links_lock);
}

/**
 * The supplier @dev is about to lose its driver: none of its consumers can be probed any more.
 *
 * Models device_links_busy() of v7.2.
 * ABSTRACTED: device_links_unbind_consumers(), which unbinds those that have a driver first; in the
 * model they keep it.
 */
export function* device_links_busy(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(k.device_links_lock);
  for (const link of yield* load(dev, 'consumers')) {
    yield* store(link, 'status', 'supplier_unbind');
  }
  yield* store(dev, 'links_status', 'unbinding');
  yield* mutex_unlock(k.device_links_lock);
}

/** Models device_links_driver_cleanup() of v7.2. */
export function* device_links_driver_cleanup(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(k.device_links_lock);
  for (const link of yield* load(dev, 'consumers')) yield* store(link, 'status', 'dormant');
  yield* k.__device_links_no_driver(dev);
  yield* mutex_unlock(k.device_links_lock);
}

/** Models device_links_purge() of v7.2: a device that is removed leaves no link behind. */
export function* device_links_purge(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(k.device_links_lock);
  for (const link of yield* load(dev, 'suppliers')) {
    WARN_ON((yield* load(link, 'status')) === 'active', 'a device that is removed is in use');
    yield* k.__device_link_del(link);
  }
  for (const link of yield* load(dev, 'consumers')) {
    WARN_ON((yield* load(link, 'status')) !== 'dormant', 'a supplier that is removed is in use');
    yield* k.__device_link_del(link);
  }
  yield* mutex_unlock(k.device_links_lock);
}

/** Models __device_link_del() of v7.2. */
export function* __device_link_del(k: Kernel, link: DeviceLink): Kfn<void> {
  lockdep_assert_held(k.device_links_lock);
  yield* list_del(yield* load(link, 'consumer'), 'suppliers', link);
  yield* list_del(yield* load(link, 'supplier'), 'consumers', link);
}

/**
 * Models device_links_driver_bound() of v7.2: a consumer that firmware names, and that was not
 * deferred yet, is put on the list. ABSTRACTED: sync_state.
 */
export function* device_links_driver_bound(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(k.device_links_lock);
  for (const link of yield* load(dev, 'consumers')) {
    if ((yield* load(link, 'status')) !== 'dormant') continue;
    yield* store(link, 'status', 'available');
    // DL_FLAG_AUTOPROBE_CONSUMER; only fw_devlink.strict=1 makes such links to an IOMMU.
    if (k.config.strict_devlink && (yield* load(link, 'inferred'))) {
      yield* k.driver_deferred_probe_add(yield* load(link, 'consumer'));
    }
  }
  for (const link of yield* load(dev, 'suppliers')) yield* store(link, 'status', 'active');
  yield* store(dev, 'links_status', 'bound');
  yield* mutex_unlock(k.device_links_lock);
}

/**
 * The devices that fw_devlink makes @dev wait for with fw_devlink.strict=1; its IOMMUs are optional
 * otherwise. PCI devices have none: the host bridge carries the property.
 */
export function strict_suppliers(
  dev: Device,
  supplier_of: (fwnode: string) => Device | null | undefined,
): readonly Device[] {
  if (dev.firmware !== 'dt' || dev.bus.bus === 'pci') return [];
  return [...new Set(dev.specifiers.flatMap((spec) => supplier_of(spec.fwnode) ?? []))];
}

/**
 * A managed link from @dev to @supplier, made once.
 *
 * Models device_link_add() with device_link_init_status() of v7.2.
 */
export function* device_link_add(
  k: Kernel,
  dev: Device,
  supplier: Device,
  inferred: boolean,
): Kfn<void> {
  yield* mutex_lock(k.device_links_lock);
  yield* k.device_link_add__locked(dev, supplier, inferred);
  yield* mutex_unlock(k.device_links_lock);
}

/** The body of device_link_add() of v7.2 under the device links lock. */
export function* device_link_add__locked(
  k: Kernel,
  dev: Device,
  supplier: Device,
  inferred: boolean,
): Kfn<void> {
  lockdep_assert_held(k.device_links_lock);
  for (const link of yield* load(dev, 'suppliers')) {
    if ((yield* load(link, 'supplier')) === supplier) return;
  }
  const link = yield* alloc(device_link, dev, `link:${supplier.name}`);
  const from = yield* load(supplier, 'links_status');
  const to = yield* load(dev, 'links_status');
  let status: LinkStatus = 'dormant';
  if (from === 'unbinding') status = 'supplier_unbind';
  else if (to === 'probing' && from !== 'no_driver') status = 'consumer_probe';
  else if (from === 'bound') status = to === 'bound' ? 'active' : 'available';
  yield* store(link, 'supplier', supplier);
  yield* store(link, 'consumer', dev);
  yield* store(link, 'status', status);
  if (inferred) yield* store(link, 'inferred', true);
  yield* list_add_tail(dev, 'suppliers', link);
  yield* list_add_tail(supplier, 'consumers', link);
}
