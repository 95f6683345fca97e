// SPDX-License-Identifier: GPL-2.0-only
// Buses, their lists of devices and drivers, and what they call: drivers/base/bus.c of v7.2.

import { unreachable } from '#base/assert';
import type { Errno } from '#env/errno';
import { klist_add_tail, klist_add_tail__unordered, klist_next } from '#env/klist';
import { blocking_notifier_call_chain } from '#env/notifier';
import { ended, type Kfn, load, repeat } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Bus, Device, Driver } from '../types.ts';

/**
 * Call @fn for each device of the bus until it returns an error.
 *
 * Models bus_for_each_dev() of v7.2: safe against additions (they are visited) and removals.
 */
export function* bus_for_each_dev(bus: Bus, fn: (dev: Device) => Kfn<Errno>): Kfn<Errno> {
  type Turn = [cur: Device | null];
  return yield* repeat<Turn, Errno>('bus_for_each_dev', [null], function* (cur) {
    const dev = yield* klist_next<Device>(bus.klist_devices, cur);
    if (!dev) return ended(0);
    const err = yield* fn(dev);
    return err ? ended(err) : ([dev] as Turn);
  });
}

/**
 * The next driver on the bus that matches @dev.
 *
 * Models bus_for_each_drv() with driver_match_device() of v7.2.
 * ABSTRACTED: drivers that do not match are stepped over without an Op each; a match is constant.
 */
export function* bus_for_each_drv__next(
  bus: Bus,
  dev: Device,
  cur: Driver | null,
): Kfn<Driver | null> {
  const fits = (drv: Driver): boolean => drv.matches.includes(dev.name);
  return yield* klist_next(bus.klist_drivers, cur, fits);
}

/** Models bus_add_device() of v7.2. WINDOW: from here walks and drivers see the device. */
export function* bus_add_device(_k: Kernel, dev: Device): Kfn<void> {
  yield* klist_add_tail<Device>(dev.bus.klist_devices, dev);
}

/** Models bus_probe_device() and device_initial_probe() of v7.2. */
export function* bus_probe_device(k: Kernel, dev: Device): Kfn<void> {
  yield* k.__device_attach(dev, true);
}

/**
 * Models bus_add_driver() of v7.2.
 * ABSTRACTED: where on the list a driver is among those that match none of its devices: who looks
 * for the driver of a device steps over them.
 */
export function* bus_add_driver(k: Kernel, bus: Bus, drv: Driver): Kfn<void> {
  yield* klist_add_tail__unordered<Driver>(bus.klist_drivers, drv, (a, b) =>
    a.matches.some((device) => b.matches.includes(device)),
  );
  yield* k.driver_attach(bus, drv);
}

/** Models bus_notify() of v7.2: the notifier that iommu_subsys_init() registered. */
export function* bus_notify(
  k: Kernel,
  dev: Device,
  action: 'ADD_DEVICE' | 'REMOVED_DEVICE',
): Kfn<void> {
  if (!k.sw.notifier_from_boot && !(yield* load(dev.bus, 'iommu_notifier'))) return;
  yield* blocking_notifier_call_chain(dev.bus.bus_notifier, () =>
    k.iommu_bus_notifier(dev, action),
  );
}

/** dev->bus->dma_configure(), as really_probe() of v7.2 calls it. */
export function* model__dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  const bus = dev.bus.bus;
  switch (bus) {
    case 'platform':
      return yield* k.platform_dma_configure(dev);
    case 'pci':
      return yield* k.pci_dma_configure(dev);
    case 'amba':
      return yield* k.amba_dma_configure(dev);
    case 'cdx':
      return yield* k.cdx_dma_configure(dev);
    default:
      return unreachable(bus);
  }
}

/** dev->bus->dma_cleanup(): the same on every bus. Models platform_dma_cleanup() of v7.2. */
export function* model__dma_cleanup(k: Kernel, dev: Device, drv: Driver): Kfn<void> {
  if (!drv.managed_dma) yield* k.iommu_device_unuse_default_domain(dev);
}
