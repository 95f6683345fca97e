// SPDX-License-Identifier: GPL-2.0-only
// Adding devices: drivers/base/core.c of v7.2.
import { mutex_lock, mutex_unlock } from '#env/mutex';
import { type Kfn, store } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device } from '../types.ts';

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

/**
 * Links to the IOMMUs that firmware names, with fw_devlink.strict=1 only: those properties are
 * optional otherwise.
 *
 * Models fw_devlink_link_device() of v7.2. ABSTRACTED: other suppliers; cycles.
 */
export function* fw_devlink_link_device(k: Kernel, dev: Device): Kfn<void> {
  if (!k.config.strict_devlink || dev.firmware !== 'dt' || dev.bus.bus === 'pci') return;
  for (const spec of dev.specifiers) {
    const supplier = k.supplier_of(spec.fwnode);
    if (supplier) yield* k.device_link_add(dev, supplier);
  }
}
