// SPDX-License-Identifier: GPL-2.0-only
// The mock device of the iommufd selftest: drivers/iommu/iommufd/selftest.c and its two helpers in
// drivers/iommu/iommu.c of v7.2.
import { ENOMEM, type Errno } from '#env/errno';
import { list_add_tail } from '#env/list';
import { mutex_lock, mutex_unlock, spin_lock, spin_unlock } from '#env/mutex';
import { type Kfn, load, store, WRITE_ONCE } from '#env/op';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { Device, IommuDevice } from '../types.ts';

/**
 * Register an instance for one bus.
 *
 * Models iommu_device_register_bus() of v7.2; up to v6.17 the instance had no fwnode.
 * ABSTRACTED: the bus of its own: in a scene it is the platform bus, with the notifier from boot.
 */
export function* iommu_device_register_bus(k: Kernel, iommu: IommuDevice): Kfn<Errno> {
  yield* store(iommu, 'ops', k.ops_of(iommu));
  if (k.sw.mock_fwspec) yield* store(iommu, 'fwnode', iommu.node);
  yield* spin_lock(k.iommu_device_lock);
  yield* list_add_tail(k.iommu_device_list, 'list', iommu);
  event('instance-listed', { instance: iommu });
  yield* spin_unlock(k.iommu_device_lock);
  const err = yield* k.bus_iommu_probe(iommu.hwdev.bus, iommu);
  if (err) {
    yield* k.iommu_device_unregister(iommu);
  } else if (k.sw.iommu_ready) {
    yield* WRITE_ONCE(iommu, 'ready', true);
    event('instance-ready', { instance: iommu });
  }
  event('register-end', { instance: iommu, errno: err });
  return err;
}

/**
 * Build the fwspec, then add the device: the notifier finds the fwspec there.
 *
 * Models iommu_mock_device_add() of v7.2.
 * ABSTRACTED: where device_add() fails; it is always before the device is on its bus.
 */
export function* iommu_mock_device_add(k: Kernel, dev: Device, iommu: IommuDevice): Kfn<Errno> {
  if (k.sw.mock_fwspec) {
    const fwnode = (yield* load(iommu, 'fwnode')) ?? iommu.node;
    yield* mutex_lock(k.iommu_probe_device_lock);
    const rc = yield* k.iommu_fwspec_init(dev, fwnode);
    yield* mutex_unlock(k.iommu_probe_device_lock);
    if (rc) return rc;
  }
  if (!dev.addFails) {
    yield* k.device_add(dev);
    return 0;
  }
  if (k.sw.mock_fwspec && k.sw.mock_frees_iommu) yield* k.dev_iommu_free(dev);
  else if (k.sw.mock_fwspec) yield* k.iommu_fwspec_free(dev);
  return -ENOMEM;
}

/**
 * A test asks for a device; where it cannot be added, its last reference is dropped.
 *
 * Models mock_dev_create() and mock_dev_release() of v7.2.
 * ABSTRACTED: the memory of the mock device itself.
 */
export function* mock_dev_create(k: Kernel, dev: Device): Kfn<Errno> {
  const [spec] = dev.specifiers;
  if (!spec) return -ENOMEM;
  const rc = yield* k.iommu_mock_device_add(dev, k.instance(spec.fwnode));
  if (!rc) return 0;
  // The release looks at nothing; the load only gives the event an access to stand at.
  yield* load(dev, 'iommu');
  event('device-released', { dev, errno: rc });
  return rc;
}
