// SPDX-License-Identifier: GPL-2.0-only
// Adding devices: drivers/base/core.c of v7.2.
import { klist_del } from '#env/klist';
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { type Kfn, load, store, xchg } from '#env/op';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';
import { strict_suppliers } from './links.ts';

/**
 * Models device_add() of v7.2.
 * ABSTRACTED: kobjects, attributes, uevents, parents; failure of any of them.
 */
export function* device_add(k: Kernel, dev: Device): Kfn<void> {
  // WINDOW: on the bus list, but the notifier has not run yet.
  yield* k.bus_add_device(dev);
  yield* k.bus_notify(dev, 'ADD_DEVICE');
  yield* k.fw_devlink_link_device(dev);
  if (k.sw.ready_to_probe) {
    yield* mutex_lock(dev);
    yield* store(dev, 'ready_to_probe', true);
    yield* mutex_unlock(dev);
  }
  yield* k.bus_probe_device(dev);
}

/** A flag of struct device that is a bit of one word where @k has no atomic flags. */
const BIT = { can_match: 1, dma_iommu: 2 } as const;
type Flag = keyof typeof BIT;

/**
 * Set or clear a flag of struct device.
 *
 * Models dev_set_can_match() and dev_assign_dma_iommu() of v7.2, which are atomic.
 * WINDOW: from v6.12, when dma_iommu became one of them, up to v7.1 the flags are a C bit-field: an
 * update rewrites the others in the same word. The exchange below is a plain store; that it tells
 * what it has overwritten names the event.
 * ABSTRACTED: that word, but in the scenes that ask for it; other flags in it.
 */
export function* model__dev_assign_flag(
  k: Kernel,
  dev: Device,
  flag: Flag,
  value: boolean,
): Kfn<void> {
  if (!shares_word(k)) {
    yield* store(dev, flag, value);
    return;
  }
  const word = yield* load(dev, 'flags');
  const before = yield* xchg(dev, 'flags', value ? word | BIT[flag] : word & ~BIT[flag]);
  if (before !== word) event('flag-lost', { dev, flag });
}

/** Whether can_match and dma_iommu are bits of one word in this scene of this kernel. */
function shares_word(k: Kernel): boolean {
  return k.config.flags_word && k.sw.dma_iommu_is_flag && !k.sw.atomic_flags;
}

/** Read a flag of struct device: dev_can_match() and dev_dma_iommu() of v7.2. */
export function* model__dev_flag(k: Kernel, dev: Device, flag: Flag): Kfn<boolean> {
  if (!shares_word(k)) return yield* load(dev, flag);
  return ((yield* load(dev, 'flags')) & BIT[flag]) !== 0;
}

/**
 * Take a device away.
 *
 * Models device_del() and bus_remove_device() of v7.2.
 * ABSTRACTED: the memory of struct device, which a walk that stands on it keeps (klist reference).
 */
export function* device_del(k: Kernel, dev: Device): Kfn<void> {
  yield* mutex_lock(dev);
  yield* store(dev, 'dead', true);
  event('device-removed', { dev });
  yield* mutex_unlock(dev);
  yield* klist_del<Device>(dev.bus.klist_devices, dev);
  yield* k.device_release_driver(dev);
  yield* k.driver_deferred_probe_del(dev);
  yield* k.device_links_purge(dev);
  yield* k.bus_notify(dev, 'REMOVED_DEVICE');
}

/**
 * Links to the IOMMUs that firmware names, with fw_devlink.strict=1 only: those properties are
 * optional otherwise.
 *
 * Models fw_devlink_link_device() of v7.2. ABSTRACTED: other suppliers; cycles.
 */
export function* fw_devlink_link_device(k: Kernel, dev: Device): Kfn<void> {
  if (!k.config.strict_devlink) return;
  for (const supplier of strict_suppliers(dev, k.supplier_of)) {
    yield* k.device_link_add(dev, supplier, true);
  }
}
