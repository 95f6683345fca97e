// SPDX-License-Identifier: GPL-2.0-only
// A fix that looks simpler and is wrong: everybody waits until the walk is over, the walk too.
//
//   racewindow check examples/boards/laptop.dtb --kernel 6.15.0 \
//     --with examples/fixes/everybody-waits.ts
//
// Without the test of dev->iommu the walk itself is told to come back later. It never does: each
// device is then probed by its own replay, at driver bind, and warned about.

import { EPROBE_DEFER, READ_ONCE, WRITE_ONCE } from 'racewindow/env';
import { defineCommit } from 'racewindow/kernel';

export default defineCommit({
  sha: 'everybody-waits',
  subject: 'iommu: Accept no instance that is still registering',
  landed: 'not merged',
  fixes: ['bcb81ac6ae3c'],
  link: null,
  requires: ['bcb81ac6ae3c'],
  conflicts: ['da33e87bd2bf'],
  apply({ fns }) {
    const { iommu_device_register, iommu_fwspec_init } = fns;

    fns.iommu_device_register = function* (k, iommu, ops, hwdev) {
      const err = yield* iommu_device_register(k, iommu, ops, hwdev);
      if (!err) yield* WRITE_ONCE(iommu, 'ready', true);
      return err;
    };

    fns.iommu_fwspec_init = function* (k, dev, fwnode) {
      const iommu = yield* k.iommu_from_fwnode(fwnode);
      if (iommu && !(yield* READ_ONCE(iommu, 'ready'))) return -EPROBE_DEFER;
      return yield* iommu_fwspec_init(k, dev, fwnode);
    };
  },
});
