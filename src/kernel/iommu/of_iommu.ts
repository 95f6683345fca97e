// SPDX-License-Identifier: GPL-2.0-only
// Device tree to fwspec, and the replay: drivers/iommu/of_iommu.c of v7.2.
import { ENODEV, EPROBE_DEFER, type Errno } from '#env/errno';
import { type Kfn, load, lockdep_assert_held } from '#env/op';
import { oops } from '#env/printk';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { Device, Specifier } from '../types.ts';

/**
 * One entry of `iommus`: begin the fwspec, let the driver add its ids.
 *
 * Models of_iommu_xlate() of v7.2.
 * WINDOW: since v6.11 ops is looked up a second time, and followed without a test; an instance that
 * has been de-listed in between gives NULL.
 */
export function* of_iommu_xlate(k: Kernel, dev: Device, spec: Specifier): Kfn<Errno> {
  if (!k.sw.fwspec_resolves_ops) return yield* k.of_iommu_xlate__v6_1(dev, spec);
  const ret = yield* k.iommu_fwspec_init(dev, spec.fwnode);
  if (ret === -EPROBE_DEFER && !k.sw.fwspec_init_checks_state) {
    return yield* k.driver_deferred_probe_check_state(dev);
  }
  if (ret) return ret;
  const ops = yield* k.iommu_ops_from_fwnode(spec.fwnode);
  if (!ops) oops(`of_iommu_xlate(${dev.name}): ops is NULL`);
  return yield* ops.of_xlate(k, dev, spec);
}

/** Models of_iommu_xlate() of v6.1: an empty fwspec stands for an instance that is absent. */
export function* of_iommu_xlate__v6_1(k: Kernel, dev: Device, spec: Specifier): Kfn<Errno> {
  const ops = yield* k.iommu_ops_from_fwnode(spec.fwnode);
  const ret = yield* k.iommu_fwspec_init__v6_1(dev, spec.fwnode, ops);
  if (ret) return ret;
  if (!ops) return yield* k.driver_deferred_probe_check_state(dev);
  return yield* ops.of_xlate(k, dev, spec);
}

/**
 * All entries, up to the first error.
 *
 * Models of_iommu_configure_device() of v7.2, and for PCI the loop over the DMA aliases.
 */
export function* of_iommu_configure_device(k: Kernel, dev: Device): Kfn<Errno> {
  let err = -ENODEV;
  for (const spec of dev.specifiers) {
    err = yield* k.of_iommu_xlate(dev, spec);
    if (err) break;
  }
  return err;
}

/**
 * Build the fwspec; if nobody is probing the device for its IOMMU, do that too (the replay).
 *
 * Models of_iommu_configure() of v7.2.
 * WINDOW: "fwspec exists" is taken to mean "done", "dev->iommu exists" to mean "my own probe";
 * either may be the work of another thread that is half way.
 */
export function* of_iommu_configure(k: Kernel, dev: Device): Kfn<Errno> {
  yield* k.model__configure_lock();
  if (yield* k.of_iommu_configure__complete(dev)) {
    event('fwspec-found', { dev });
    yield* k.model__configure_unlock();
    return 0;
  }
  const present = (yield* load(dev, 'iommu')) !== null;
  if (!k.sw.configure_locked) event('fwspec-unguarded', { dev, edge: 'begin' });
  if (dev.bus.bus === 'pci') yield* k.pci_request_acs();
  let err = yield* k.of_iommu_configure_device(dev);
  if (!k.sw.configure_locked) event('fwspec-unguarded', { dev, edge: 'end' });
  if (err) yield* k.of_iommu_configure__failed(dev, present);
  yield* k.model__configure_unlock();

  if (!err && !(k.sw.replay_needs_absent && present)) err = yield* k.model__replay(dev);
  return err;
}

/** The head of of_iommu_configure() of v7.2; up to v6.10 an empty fwspec is thrown away. */
export function* of_iommu_configure__complete(k: Kernel, dev: Device): Kfn<boolean> {
  const fwspec = yield* k.dev_iommu_fwspec_get(dev);
  if (!fwspec) return false;
  if (k.sw.fwspec_resolves_ops || (yield* load(fwspec, 'ops'))) return true;
  if (!k.sw.configure_locked) event('fwspec-unguarded', { dev, edge: 'begin' });
  yield* k.iommu_fwspec_free(dev);
  return false;
}

/** The clean-up of of_iommu_configure() of v7.2. */
export function* of_iommu_configure__failed(k: Kernel, dev: Device, present: boolean): Kfn<void> {
  if (k.sw.configure_locked) lockdep_assert_held(k.iommu_probe_device_lock);
  // Up to v6.10 a fwspec without ops stays, to name the instance that is waited for.
  if (!k.sw.fwspec_resolves_ops) return;
  if (present || !k.sw.configure_frees_iommu) yield* k.iommu_fwspec_free(dev);
  else if (yield* load(dev, 'iommu')) yield* k.dev_iommu_free(dev);
}

/**
 * The replay: what of_iommu_configure() does for a device that nobody is probing.
 * WINDOW: up to v6.5 it is left out where the device has a group, which is read without a lock.
 */
export function* model__replay(k: Kernel, dev: Device): Kfn<Errno> {
  if (!k.sw.probe_tests_group && (yield* load(dev, 'iommu_group'))) return 0;
  event('replay-begin', { dev });
  const err = yield* k.iommu_probe_device(dev, 'replay');
  event('replay-end', { dev, errno: err });
  return err;
}
