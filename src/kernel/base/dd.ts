// SPDX-License-Identifier: GPL-2.0-only
// Binding drivers to devices: drivers/base/dd.c of v7.2.
import { EBUSY, ENODEV, EPROBE_DEFER, type Errno } from '#env/errno';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import {
  free,
  type Kfn,
  load,
  lockdep_assert_held,
  READ_ONCE,
  spawn,
  store,
  WRITE_ONCE,
} from '#env/op';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { Bus, Device, Driver, IommuDevice } from '../types.ts';
import { bus_for_each_dev, bus_for_each_drv__next } from './bus.ts';

/**
 * Try to bind @drv to @dev, with every undo step.
 *
 * Models really_probe() of v7.2.
 * ABSTRACTED: defer_all_probes (suspend), pinctrl, sysfs, power domains, attribute groups and
 * CONFIG_DEBUG_TEST_DRIVER_REMOVE: none of them touches what the properties read. The time that
 * pinctrl may sleep is any time between two Ops.
 */
export function* really_probe(k: Kernel, dev: Device, drv: Driver): Kfn<Errno> {
  lockdep_assert_held(dev);
  const link_ret = yield* k.device_links_check_suppliers(dev);
  if (link_ret === -EPROBE_DEFER) return link_ret;

  // WINDOW: from here until the driver is bound or gone, those who test dev->driver without the
  // device lock take a bind that may yet fail for a driver that is there.
  yield* k.device_set_driver(dev, drv);
  event('driver-set', { dev });

  let ret = yield* k.model__dma_configure(dev);
  if (ret) {
    yield* k.really_probe__failed(dev, ret);
    return ret;
  }
  ret = -(yield* k.call_driver_probe(dev, drv));
  if (ret) {
    yield* k.model__dma_cleanup(dev, drv);
    yield* k.really_probe__failed(dev, -ret);
    return ret;
  }
  yield* k.driver_bound(dev);
  return 0;
}

/** The label pinctrl_bind_failed of really_probe() of v7.2: what every failed bind undoes. */
export function* really_probe__failed(k: Kernel, dev: Device, ret: Errno): Kfn<void> {
  yield* k.device_links_no_driver(dev);
  yield* k.device_unbind_cleanup(dev);
  if (ret !== -EPROBE_DEFER) event('probe-failed', { dev, errno: ret });
}

/** Models device_set_driver() of v7.2. */
export function* device_set_driver(k: Kernel, dev: Device, drv: Driver | null): Kfn<void> {
  if (k.sw.driver_write_once) yield* WRITE_ONCE(dev, 'driver', drv);
  else yield* store(dev, 'driver', drv);
}

/** Models device_unbind_cleanup() of v7.2. WINDOW: the walk may be reading dma_range_map. */
export function* device_unbind_cleanup(k: Kernel, dev: Device): Kfn<void> {
  yield* k.arch_teardown_dma_ops(dev);
  const map = yield* load(dev, 'dma_range_map');
  if (map) yield* free(map);
  yield* store(dev, 'dma_range_map', null);
  yield* k.device_set_driver(dev, null);
  event('driver-clear', { dev });
}

/** Models call_driver_probe() of v7.2: 0 or a negated error number. */
export function* call_driver_probe(k: Kernel, dev: Device, drv: Driver): Kfn<Errno> {
  if (drv.registers !== null) return yield* k.model__iommu_driver_probe(drv.registers);
  return yield* k.model__client_driver_probe(dev, drv);
}

/**
 * The driver of an IOMMU: its probe registers the instance; where it fails after that, the driver
 * unregisters it, and devres frees it. Stands for arm_smmu_device_probe() of v7.2 and its like.
 * ABSTRACTED: a probe that was deferred allocates a new instance when it is tried again; here it is
 * the same one, so that a use of the first one in between goes unseen.
 */
export function* model__iommu_driver_probe(k: Kernel, node: string): Kfn<Errno> {
  const iommu = k.instance(node);
  // WINDOW: a driver that finishes its own tables only after registering is called back before.
  if (k.sw.driver_state_first) yield* store(iommu, 'driver_state', true);
  const err = yield* k.model__iommu_register_instance(iommu);
  if (!k.sw.driver_state_first) yield* store(iommu, 'driver_state', true);
  if (!err && !iommu.probe_fails) return 0;
  if (!err) yield* k.iommu_device_unregister(iommu);
  if (err !== -EPROBE_DEFER) yield* free(iommu);
  return err || -ENODEV;
}

/** How a driver registers its instance: iommu_device_register() of v7.2, but for three of them. */
export function* model__iommu_register_instance(k: Kernel, iommu: IommuDevice): Kfn<Errno> {
  if (iommu.family === 'intel') return yield* k.intel_iommu_init(iommu);
  // iommu_init_pci() of AMD's driver: without a fwnode, and under no lock of its own.
  if (iommu.family === 'amd') return yield* k.iommu_device_register(iommu, k.ops_of(iommu), null);
  if (iommu.family === 'mock') return yield* k.iommu_device_register_bus(iommu);
  return yield* k.iommu_device_register(iommu, k.ops_of(iommu), iommu.hwdev);
}

/** Models __device_release_driver() of v7.2. ABSTRACTED: consumers of device links. */
export function* device_release_driver(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(dev);
  const drv = yield* load(dev, 'driver');
  if (drv) {
    yield* k.device_links_busy(dev);
    if (drv.registers !== null) {
      const iommu = k.instance(drv.registers);
      yield* k.iommu_device_unregister(iommu);
      yield* free(iommu);
    }
    yield* k.model__dma_cleanup(dev, drv);
    yield* k.device_unbind_cleanup(dev);
    yield* k.device_links_driver_cleanup(dev);
    yield* store(dev, 'bound', false);
  }
  yield* mutex_unlock(dev);
}

/**
 * The probe of a client's driver, drv->probe() in call_driver_probe() of v7.2: it relies on its
 * group and default domain, then maps a buffer.
 * INVARIANT: a probe never runs while the IOMMU set-up of its device is in progress. The event
 * driver-probe is the point where the rule is judged.
 */
export function* model__client_driver_probe(k: Kernel, dev: Device, drv: Driver): Kfn<Errno> {
  const group = yield* load(dev, 'iommu_group');
  if (group) {
    yield* load(group, 'default_domain');
    yield* load(group, 'owner_cnt');
  }
  event('driver-probe', { dev });
  if (drv.dma_mask !== null) yield* k.dma_set_mask_and_coherent(dev, drv.dma_mask);
  if (drv.managed_dma) return yield* k.iommu_device_claim_dma_owner(dev, drv.name);
  yield* k.model__dma_map(dev);
  event('driver-probe-end', { dev });
  return 0;
}

/** Models driver_bound() of v7.2. ABSTRACTED: BOUND notifier and uevent; nobody hears them. */
export function* driver_bound(k: Kernel, dev: Device): Kfn<void> {
  yield* store(dev, 'bound', true);
  event('bound', { dev });
  yield* k.device_links_driver_bound(dev);
  yield* k.driver_deferred_probe_del(dev);
  yield* k.driver_deferred_probe_trigger();
}

/** Models __driver_probe_device() of v7.2. */
export function* __driver_probe_device(k: Kernel, drv: Driver, dev: Device): Kfn<Errno> {
  lockdep_assert_held(dev);
  if (yield* load(dev, 'dead')) return -ENODEV;
  if (yield* load(dev, 'driver')) return -EBUSY;
  // INVARIANT: not on the deferred list then (can_match is not set); device_add() probes it.
  if (k.sw.ready_to_probe && !(yield* load(dev, 'ready_to_probe'))) return -EPROBE_DEFER;
  yield* k.model__dev_assign_flag(dev, 'can_match', true);
  return yield* k.really_probe(dev, drv);
}

/**
 * Models driver_probe_device() of v7.2.
 * INVARIANT: a trigger between the two reads of deferred_trigger_count is made up for.
 * ABSTRACTED: that count, see driver_deferred_probe_trigger__activate(); probe_count, which only
 * wait_for_device_probe() reads.
 */
export function* driver_probe_device(k: Kernel, drv: Driver, dev: Device): Kfn<Errno> {
  yield* WRITE_ONCE(dev, 'triggered', false);
  const ret = yield* k.__driver_probe_device(drv, dev);
  if (ret === -EPROBE_DEFER || ret === EPROBE_DEFER) {
    yield* k.driver_deferred_probe_add(dev);
    if (yield* READ_ONCE(dev, 'triggered')) yield* k.driver_deferred_probe_trigger();
  }
  return ret;
}

/** What a scan of the drivers for one device found out. */
const NONE = 0;
const BOUND = 1;
const HAVE_ASYNC = 2;

/**
 * Offer @dev to the matching drivers; async drivers only when `want_async`.
 *
 * Models bus_for_each_drv() with __device_attach_driver() of v7.2.
 */
export function* model__device_attach_drivers(
  k: Kernel,
  dev: Device,
  check_async: boolean,
  want_async: boolean,
): Kfn<number> {
  lockdep_assert_held(dev);
  let found = NONE;
  for (let drv = yield* bus_for_each_drv__next(dev.bus, dev, null); drv; ) {
    const async_allowed = k.driver_allows_async_probing(drv);
    if (async_allowed) found = HAVE_ASYNC;
    if (!check_async || async_allowed === want_async) {
      const ret = yield* k.driver_probe_device(drv, dev);
      if (ret < 0) return ret;
      if (ret === 0) return BOUND;
    }
    drv = yield* bus_for_each_drv__next(dev.bus, dev, drv);
  }
  return found;
}

/** Models __device_attach() of v7.2. */
export function* __device_attach(k: Kernel, dev: Device, allow_async: boolean): Kfn<void> {
  const async = yield* k.__device_attach__locked(dev, allow_async);
  // WINDOW: the device lock is given up before the async helper takes it.
  if (async) {
    yield* spawn(dev, {
      name: `kworker/async:${dev.name}`,
      fn: k.__device_attach_async_helper,
      args: [dev],
    });
  }
}

/** The part of __device_attach() of v7.2 under the device lock; true if async drivers are left. */
export function* __device_attach__locked(
  k: Kernel,
  dev: Device,
  allow_async: boolean,
): Kfn<boolean> {
  let async = false;
  yield* mutex_lock(dev);
  if (!(yield* load(dev, 'dead')) && !(yield* load(dev, 'driver'))) {
    const ret = yield* k.model__device_attach_drivers(dev, allow_async, false);
    async = allow_async && ret === HAVE_ASYNC;
  }
  yield* mutex_unlock(dev);
  return async;
}

/** Models __device_attach_async_helper() of v7.2. */
export function* __device_attach_async_helper(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(dev);
  if (!(yield* load(dev, 'dead')) && !(yield* load(dev, 'driver'))) {
    yield* k.model__device_attach_drivers(dev, true, true);
  }
  yield* mutex_unlock(dev);
}

/** Models driver_attach() of v7.2. */
export function* driver_attach(k: Kernel, bus: Bus, drv: Driver): Kfn<void> {
  yield* bus_for_each_dev(bus, (dev) => k.__driver_attach(dev, drv));
}

/** Models __driver_attach() of v7.2. ABSTRACTED: the parent's lock (USB only). */
export function* __driver_attach(k: Kernel, dev: Device, drv: Driver): Kfn<Errno> {
  if (!drv.matches.includes(dev.name)) return 0;
  if (k.driver_allows_async_probing(drv)) {
    yield* k.__driver_attach__async(dev, drv);
    return 0;
  }
  yield* mutex_lock(dev);
  yield* k.driver_probe_device(drv, dev);
  yield* mutex_unlock(dev);
  return 0;
}

/** The asynchronous half of __driver_attach() of v7.2. */
export function* __driver_attach__async(k: Kernel, dev: Device, drv: Driver): Kfn<void> {
  let async = false;
  yield* mutex_lock(dev);
  if (!(yield* load(dev, 'driver')) && !(yield* load(dev, 'async_driver'))) {
    yield* store(dev, 'async_driver', drv);
    async = true;
  }
  yield* mutex_unlock(dev);
  if (async) {
    yield* spawn(dev, {
      name: `kworker/async:${dev.name}`,
      fn: k.__driver_attach_async_helper,
      args: [dev],
    });
  }
}

/** Models __driver_attach_async_helper() of v7.2. */
export function* __driver_attach_async_helper(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(dev);
  const drv = yield* load(dev, 'async_driver');
  yield* store(dev, 'async_driver', null);
  if (drv) yield* k.driver_probe_device(drv, dev);
  yield* mutex_unlock(dev);
}
