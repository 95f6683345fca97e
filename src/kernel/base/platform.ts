// SPDX-License-Identifier: GPL-2.0-only
// The platform bus: drivers/base/platform.c of v7.2.
import type { Errno } from '#env/errno';
import { type Kfn, load, READ_ONCE } from '#env/op';
import { oops } from '#env/printk';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { DriverRead } from '../switches.ts';
import type { Device } from '../types.ts';

/** The choice of firmware in platform_dma_configure() and pci_dma_configure() of v7.2. */
export function* model__firmware_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  if (is_acpi_static_node(dev)) return 0;
  const ret =
    dev.firmware === 'dt' ? yield* k.of_dma_configure(dev) : yield* k.acpi_dma_configure(dev);
  if (dev.bus.bus === 'pci' && k.sw.acs_after_configure) yield* k.pci_enable_acs(dev);
  return ret;
}

/**
 * is_acpi_static_node(): iort_add_platform_device() gives an SMMU such a node, which no
 * dma_configure() of a bus looks at. ABSTRACTED: an IOMMU of VIOT on that bus has a real one.
 */
function is_acpi_static_node(dev: Device): boolean {
  return dev.firmware === 'acpi' && dev.role === 'iommu' && dev.bus.bus === 'platform';
}

/**
 * Models platform_dma_configure() of v7.2: dev->driver is read once, at the top.
 * ABSTRACTED: arch_teardown_dma_ops(), which does nothing where the IOMMU core sets the DMA ops.
 */
export function* platform_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  return yield* k.model__dma_configure_as(k.sw.platform_driver_read, dev);
}

/**
 * Each bus has its own copy, like platform_dma_configure() of v7.2 and of v6.1; they differ in how
 * they read dev->driver.
 */
export function* model__dma_configure_as(k: Kernel, read: DriverRead, dev: Device): Kfn<Errno> {
  if (read === 'once') return yield* k.model__dma_configure_once(dev);
  if (read === 'twice') return yield* k.model__dma_configure_twice(dev);
  return yield* k.model__dma_configure_bound(dev);
}

/** The shape of platform_dma_configure() and pci_dma_configure() in v7.2. */
export function* model__dma_configure_once(k: Kernel, dev: Device): Kfn<Errno> {
  const drv = yield* READ_ONCE(dev, 'driver');
  const ret = yield* k.model__firmware_dma_configure(dev);
  if (ret || !drv || drv.managed_dma) return ret;
  return yield* k.iommu_device_use_default_domain(dev);
}

/**
 * The shape that all buses got in v6.15, and amba_dma_configure() has in v7.2.
 * WINDOW: the bus driver is computed from dev->driver at the top, but dev->driver is tested again
 * at the end; a driver that is set meanwhile makes it follow a wild pointer.
 */
export function* model__dma_configure_twice(k: Kernel, dev: Device): Kfn<Errno> {
  const drv = yield* load(dev, 'driver');
  const ret = yield* k.model__firmware_dma_configure(dev);
  if (ret || !(yield* load(dev, 'driver'))) return ret;
  if (!drv) {
    event('driver-from-null', { dev });
    oops(`${dev.bus.bus}_dma_configure(${dev.name}): driver computed from NULL`);
  }
  if (drv.managed_dma) return ret;
  return yield* k.iommu_device_use_default_domain(dev);
}

/** platform_dma_configure() before v6.15: only really_probe() calls it, so there is a driver. */
export function* model__dma_configure_bound(k: Kernel, dev: Device): Kfn<Errno> {
  const drv = yield* load(dev, 'driver');
  const ret = yield* k.model__firmware_dma_configure(dev);
  if (ret) return ret;
  if (!drv) oops(`${dev.bus.bus}_dma_configure(${dev.name}): no driver`);
  if (drv.managed_dma) return ret;
  return yield* k.iommu_device_use_default_domain(dev);
}
