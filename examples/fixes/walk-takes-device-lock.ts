// SPDX-License-Identifier: GPL-2.0-only
// Take the device lock of each client in the walk: would settle who has dev->driver, but is ABBA.
//
// The walk looks at dev->driver, which is written under the device lock; so why not take it there?
// Because a client that binds holds its device lock while it waits for iommu_probe_device_lock, and
// the walk holds that one. Nor does it help to take the device lock first, and pass over the device
// whose lock this registration holds already: two instances that register wait for each other's
// devices, each holding its own. See walk-takes-device-lock-first.ts.
//
//   racewindow try examples/fixes/walk-takes-device-lock.ts --kernel 7.2
import { load, mutex_lock, mutex_unlock } from 'racewindow/env';
import { defineCommit } from 'racewindow/kernel';

export default defineCommit({
  sha: 'walk-takes-device-lock',
  subject: 'iommu: Take the device lock around the probe of the walk',
  landed: 'example',
  fixes: ['bcb81ac6ae3c'],
  link: null,
  requires: ['bcb81ac6ae3c'],
  conflicts: [],
  apply(draft) {
    const { iommu_init_device__configure } = draft.fns;

    // Only where the firmware has to be parsed: that is what a bind must not get in between of.
    draft.fns.iommu_init_device__configure = function* (k, dev, by) {
      if (by !== 'walk' || (yield* load(dev, 'driver')) !== null) {
        return yield* iommu_init_device__configure(k, dev, by);
      }
      yield* mutex_lock(dev);
      const err = yield* iommu_init_device__configure(k, dev, by);
      yield* mutex_unlock(dev);
      return err;
    };
  },
});
