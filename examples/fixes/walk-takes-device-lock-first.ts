// SPDX-License-Identifier: GPL-2.0-only
// Take the device lock in the walk before iommu_probe_device_lock, and not of the own device: ABBA.
//
// The order of the locks is now that of a bind. But the devices on a bus include other IOMMUs. Each
// registration holds the lock of its own device (its driver is in probe) and walks over the other.
//
//   racewindow try examples/fixes/walk-takes-device-lock-first.ts --kernel 7.2
import { mutex_lock, mutex_unlock } from 'racewindow/env';
import { defineCommit } from 'racewindow/kernel';

export default defineCommit({
  sha: 'walk-takes-device-lock-first',
  subject: 'iommu: Take the device lock of each device that the walk visits',
  landed: 'example',
  fixes: ['bcb81ac6ae3c'],
  link: null,
  requires: ['bcb81ac6ae3c'],
  conflicts: ['walk-takes-device-lock'],
  apply(draft) {
    const { probe_iommu_group } = draft.fns;

    draft.fns.probe_iommu_group = function* (k, dev, iommu, groups) {
      if (dev === iommu.hwdev) return yield* probe_iommu_group(k, dev, iommu, groups);
      yield* mutex_lock(dev);
      const err = yield* probe_iommu_group(k, dev, iommu, groups);
      yield* mutex_unlock(dev);
      return err;
    };
  },
});
