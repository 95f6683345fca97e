// SPDX-License-Identifier: GPL-2.0-only
// ACPI to fwspec: drivers/acpi/scan.c and drivers/acpi/arm64/iort.c of v7.2.
import { ENODEV, EPROBE_DEFER, type Errno } from '#env/errno';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { alloc, event, type Kfn, load, store } from '#env/op';
import type { Kernel } from '../kernel.ts';
import { bus_dma_region, type Device } from '../types.ts';

/**
 * Models acpi_dma_configure_id() and acpi_arch_dma_setup() of v7.2.
 * ABSTRACTED: devices without DMA.
 */
export function* acpi_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  if (dev.dmaRanges && (yield* load(dev, 'dma_range_map')) === null) {
    const map = yield* alloc(bus_dma_region, dev, 'dma_range_map');
    yield* store(dev, 'dma_range_map', map);
  }
  const ret = yield* k.acpi_iommu_configure_id(dev);
  return ret === -EPROBE_DEFER ? ret : 0;
}

/**
 * Models acpi_iommu_configure_id() of v7.2.
 * WINDOW: no replay, and nothing is undone on error: a partial fwspec stays.
 */
export function* acpi_iommu_configure_id(k: Kernel, dev: Device): Kfn<Errno> {
  yield* mutex_lock(k.iommu_probe_device_lock);
  if (yield* k.dev_iommu_fwspec_get(dev)) {
    event('fwspec-found', dev);
    yield* mutex_unlock(k.iommu_probe_device_lock);
    return 0;
  }
  const err = yield* k.iort_iommu_configure_id(dev);
  yield* mutex_unlock(k.iommu_probe_device_lock);
  return err;
}

/** Models iort_iommu_configure_id() of v7.2: every mapping up to the first error. */
export function* iort_iommu_configure_id(k: Kernel, dev: Device): Kfn<Errno> {
  let err = -ENODEV;
  for (const spec of dev.specifiers) {
    err = yield* k.iommu_fwspec_init(dev, spec.fwnode);
    if (!err) err = yield* k.iommu_fwspec_add_ids(dev, spec.ids);
    if (err) break;
  }
  return err;
}
