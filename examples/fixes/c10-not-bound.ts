// SPDX-License-Identifier: GPL-2.0-only
// The short version of a fix for C10: the walk parses firmware unless a driver is bound already.
//
// dev->driver set but not bound means a bind under way, which may well defer: do not be put off by
// it. But such a bind may also be past its own dma_configure. And the walk's dma_configure finds a
// driver now, and does the driver's half as well: it counts the walk as a user of the group.
// Closes C10 and opens other things: see c10-settled.ts for what it takes.
//
//   racewindow try examples/fixes/c10-not-bound.ts --kernel 7.2
import { ENODEV, load, mutex_lock, mutex_unlock } from 'racewindow/env';
import { defineCommit, event } from 'racewindow/kernel';

export default defineCommit({
  sha: 'c10-not-bound',
  subject: 'iommu: Configure a device in the walk unless its driver is bound',
  landed: 'example',
  fixes: ['bcb81ac6ae3c'],
  link: null,
  requires: ['0c8e9c148e29'],
  conflicts: [],
  apply(draft) {
    draft.fns.iommu_init_device__configure = function* (k, dev, by) {
      if (yield* k.dev_iommu_fwspec_get(dev)) return 0;
      if (by === 'replay' || (yield* load(dev, 'bound'))) {
        event('configure-skipped', { dev, by });
        return 0;
      }
      yield* mutex_unlock(k.iommu_probe_device_lock);
      event('configure-begin', { dev, by });
      yield* k.model__dma_configure(dev);
      yield* mutex_lock(k.iommu_probe_device_lock);
      if (!(yield* load(dev, 'iommu'))) return -ENODEV;
      return (yield* load(dev, 'iommu_group')) ? -ENODEV : 0;
    };
  },
});
