// SPDX-License-Identifier: GPL-2.0-only
// A fix of one's own: a client that binds waits until the walk of its IOMMU is over.
//
//   racewindow check examples/boards/laptop.dtb --kernel 6.15.0 \
//     --with examples/fixes/wait-for-walk.ts
//
// It has the idea of da33e87bd2bf and can be read beside it. A client that nobody is probing (it
// has no dev->iommu) is told to come back later while its instance is still registering.

import { EPROBE_DEFER, load, READ_ONCE, WRITE_ONCE } from 'racewindow/env';
import { defineCommit } from 'racewindow/kernel';

export default defineCommit({
  sha: 'wait-for-walk',
  subject: 'iommu: Let a client wait until the walk of its IOMMU is over',
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
      const probing = yield* load(dev, 'iommu');
      if (iommu && !probing && !(yield* READ_ONCE(iommu, 'ready'))) return -EPROBE_DEFER;
      return yield* iommu_fwspec_init(k, dev, fwnode);
    };
  },
});
