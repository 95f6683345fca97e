// SPDX-License-Identifier: GPL-2.0-only
// Test iommu->ready whether dev->iommu exists or not: the obvious fix of C13, rejected upstream.
//
// It does close C13. But the walk of a registering instance looks its own instance up in the same
// function, and is now told to wait as well. So no walk probes anything any more. On a device tree
// each client is then probed by the replay when its driver binds: late, in the order of the binds,
// and a device without driver never. On ACPI there is no replay: clients bind without their IOMMU.
//
//   racewindow try examples/fixes/unconditional-ready.ts --kernel 7.2
import { EPROBE_DEFER, READ_ONCE } from 'racewindow/env';
import { defineCommit, event } from 'racewindow/kernel';

export default defineCommit({
  sha: 'unconditional-ready',
  subject: 'iommu: Fix bypass of IOMMU readiness check for multi-IOMMU devices',
  landed: 'rejected',
  fixes: ['da33e87bd2bf'],
  link: 'https://lore.kernel.org/r/20260323-iommu-ready-check-v1-1-5f6fef8f9f59@linaro.org',
  requires: ['da33e87bd2bf'],
  conflicts: [],
  apply(draft) {
    const { iommu_fwspec_init } = draft.fns;

    draft.fns.iommu_fwspec_init = function* (k, dev, fwnode) {
      const iommu = yield* k.iommu_from_fwnode(fwnode);
      // Decided by one look-up: an instance may be listed before the next one.
      if (!iommu) return yield* k.driver_deferred_probe_check_state(dev);
      if (!(yield* READ_ONCE(iommu, 'ready'))) {
        event('not-ready-deferred', { dev, instance: iommu });
        return -EPROBE_DEFER;
      }
      return yield* iommu_fwspec_init(k, dev, fwnode);
    };
  },
});
