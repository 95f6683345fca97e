// SPDX-License-Identifier: GPL-2.0-only
// ACPI to fwspec: drivers/acpi/scan.c, drivers/acpi/viot.c, drivers/acpi/arm64/iort.c and
// drivers/acpi/riscv/rimt.c of v7.2.
import { ENODEV, EPROBE_DEFER, type Errno } from '#env/errno';
import { alloc, type Kfn, load, store } from '#env/op';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import { bus_dma_region, type Device } from '../types.ts';
import { byOwnTable } from './drivers.ts';

/**
 * Models acpi_dma_configure_id() and acpi_arch_dma_setup() of v7.2.
 * ABSTRACTED: devices without DMA.
 */
export function* acpi_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  const parsed = k.sw.range_map_idempotent && (yield* load(dev, 'dma_range_map')) !== null;
  if (dev.dmaRanges && !parsed) {
    const map = yield* alloc(bus_dma_region, dev, 'dma_range_map');
    yield* store(dev, 'dma_range_map', map);
  }
  if (dev.hasMasks && !parsed) yield* k.acpi_arch_dma_setup__masks(dev);
  const ret = yield* k.acpi_iommu_configure_id(dev);
  if (ret === -EPROBE_DEFER) return ret;
  if (!ret) yield* k.arch_setup_dma_ops(dev);
  return 0;
}

/**
 * The end of acpi_arch_dma_setup() of arm64 of v7.2, and of v6.1: where _DMA or IORT limit the
 * addresses, the masks are limited, too. That of x86 and RISC-V does nothing: no world has a limit.
 * WINDOW: a driver's mask, wider or narrower, is lost between a load and a store.
 */
export function* acpi_arch_dma_setup__masks(k: Kernel, dev: Device): Kfn<void> {
  if (dev.dmaLimit === null && !dev.dmaRanges) return;
  const limit = dev.dmaLimit ?? 64;
  yield* k.model__limit_dma_mask(dev, 'coherent_dma_mask', limit);
  yield* k.model__limit_dma_mask(dev, dev.dmaMaskWord, limit);
}

/**
 * Models acpi_iommu_configure_id() of v7.2.
 * WINDOW: no replay (since v6.15), and nothing is undone on error: a partial fwspec stays.
 */
export function* acpi_iommu_configure_id(k: Kernel, dev: Device): Kfn<Errno> {
  yield* k.model__configure_lock();
  if (yield* k.dev_iommu_fwspec_get(dev)) {
    event('fwspec-found', { dev });
    yield* k.model__configure_unlock();
    return 0;
  }
  if (!k.sw.configure_locked) event('fwspec-unguarded', { dev, edge: 'begin' });
  let err = yield* k.iort_iommu_configure_id(dev);
  if (err && err !== -EPROBE_DEFER) err = yield* k.rimt_iommu_configure_id(dev);
  if (err && err !== -EPROBE_DEFER) err = yield* k.viot_iommu_configure(dev);
  if (!k.sw.configure_locked) event('fwspec-unguarded', { dev, edge: 'end' });
  yield* k.model__configure_unlock();
  return !err && k.sw.acpi_replays ? yield* k.model__replay(dev) : err;
}

/** Models acpi_iommu_fwspec_init() of v7.2, and iort_iommu_xlate() of v6.1. */
export function* acpi_iommu_fwspec_init(k: Kernel, dev: Device, fwnode: string): Kfn<Errno> {
  if (k.sw.fwspec_resolves_ops) return yield* k.iommu_fwspec_init(dev, fwnode);
  const ops = yield* k.iommu_ops_from_fwnode(fwnode);
  if (!ops) return -EPROBE_DEFER;
  return yield* k.iommu_fwspec_init__v6_1(dev, fwnode, ops);
}

/** The table that says what is behind an IOMMU of a family; else it is IORT. */
const tableOf: Readonly<Record<string, string>> = { riscv: 'rimt', virtio: 'viot' };

/**
 * Models iort_iommu_configure_id() of v7.2: every mapping up to the first error. What is behind a
 * unit of a DMAR or IVRS table is in no IORT: those drivers find it by themselves.
 */
export function* iort_iommu_configure_id(k: Kernel, dev: Device): Kfn<Errno> {
  return yield* k.model__configure_by_table(dev, 'iort');
}

/**
 * Models rimt_iommu_configure_id() of v7.2: as IORT has it.
 * ABSTRACTED: an IOMMU that has not been found yet has no fwnode, which is answered like one that
 * has not registered yet; the device link, which no property observes.
 */
export function* rimt_iommu_configure_id(k: Kernel, dev: Device): Kfn<Errno> {
  return yield* k.model__configure_by_table(dev, 'rimt');
}

/**
 * Models viot_iommu_configure() of v7.2: a range for each DMA alias, up to the first error.
 * ABSTRACTED: -EINVAL for the virtio-iommu itself, which is no client here.
 */
export function* viot_iommu_configure(k: Kernel, dev: Device): Kfn<Errno> {
  return yield* k.model__configure_by_table(dev, 'viot');
}

/**
 * The loop over ids of iort_iommu_configure_id(), rimt_iommu_configure_id() and
 * viot_iommu_configure() of v7.2: those that lead to IOMMUs of one @table.
 */
export function* model__configure_by_table(k: Kernel, dev: Device, table: string): Kfn<Errno> {
  let err = -ENODEV;
  for (const spec of dev.specifiers) {
    const { family } = k.instance(spec.fwnode);
    if (byOwnTable.has(family) || (tableOf[family] ?? 'iort') !== table) continue;
    err = yield* k.acpi_iommu_fwspec_init(dev, spec.fwnode);
    if (!err) err = yield* k.iommu_fwspec_add_ids(dev, spec.ids);
    if (err) break;
  }
  return err;
}
