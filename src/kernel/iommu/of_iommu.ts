// SPDX-License-Identifier: GPL-2.0-only
// Device tree to fwspec, and the replay: drivers/iommu/of_iommu.c of v7.2.
import { ENODEV, EPROBE_DEFER, type Errno } from '#env/errno';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { event, type Kfn, load } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device, Specifier } from '../types.ts';

/**
 * One entry of `iommus`: begin the fwspec, let the driver add its ids.
 *
 * Models of_iommu_xlate() of v7.2.
 */
export function* of_iommu_xlate(k: Kernel, dev: Device, spec: Specifier): Kfn<Errno> {
  const ret = yield* k.iommu_fwspec_init(dev, spec.fwnode);
  if (ret === -EPROBE_DEFER && !k.sw.fwspec_init_checks_state) {
    return yield* k.driver_deferred_probe_check_state(dev);
  }
  if (ret) return ret;
  const ops = yield* k.iommu_ops_from_fwnode(spec.fwnode);
  if (!ops) return -ENODEV;
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
  yield* mutex_lock(k.iommu_probe_device_lock);
  if (yield* k.dev_iommu_fwspec_get(dev)) {
    event('fwspec-found', dev);
    yield* mutex_unlock(k.iommu_probe_device_lock);
    return 0;
  }
  const present = (yield* load(dev, 'iommu')) !== null;
  let err = yield* k.of_iommu_configure_device(dev);
  if (err) yield* k.of_iommu_configure_failed(dev, present);
  yield* mutex_unlock(k.iommu_probe_device_lock);

  if (!err && !(k.sw.replay_needs_absent && present)) err = yield* k.of_iommu_replay(dev);
  return err;
}

/** The clean-up of of_iommu_configure(); iommu_probe_device_lock is held. */
export function* of_iommu_configure_failed(k: Kernel, dev: Device, present: boolean): Kfn<void> {
  if (present || !k.sw.configure_frees_iommu) yield* k.iommu_fwspec_free(dev);
  else if (yield* load(dev, 'iommu')) yield* k.dev_iommu_free(dev);
}

/** The replay: what of_iommu_configure() does for a device that nobody is probing. */
export function* of_iommu_replay(k: Kernel, dev: Device): Kfn<Errno> {
  event('replay-begin', dev);
  const err = yield* k.iommu_probe_device(dev, 'replay');
  event('replay-end', dev, err);
  return err;
}
