// SPDX-License-Identifier: GPL-2.0-only
// The fix of window C09, written as a fix of one's own to stand on 6.15.0.
//
// A client that binds while its IOMMU is still registering is told to wait, as if the IOMMU were
// not there yet. "Still registering" is a flag that iommu_device_register() sets at its end; the
// walk itself must get past it, and is recognised by dev->iommu, which it has just made.
//
//   racewindow check --kernel 6.15.0 --with examples/fixes/seed-ready.ts --window C09
//   racewindow try examples/fixes/seed-ready.ts --kernel 6.15.0
import { EPROBE_DEFER, load, READ_ONCE, WRITE_ONCE } from 'racewindow/env';
import { defineCommit, event } from 'racewindow/kernel';

export default defineCommit({
  sha: 'seed-ready',
  subject: 'iommu: Handle yet another race around registration',
  landed: 'example',
  fixes: ['bcb81ac6ae3c'],
  link: 'https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/',
  requires: ['bcb81ac6ae3c', '3832862eb9c4'],
  conflicts: ['da33e87bd2bf'],
  apply(draft) {
    const { iommu_device_register, iommu_fwspec_init } = draft.fns;

    draft.fns.iommu_device_register = function* (k, iommu, ops, hwdev) {
      const err = yield* iommu_device_register(k, iommu, ops, hwdev);
      if (!err) yield* WRITE_ONCE(iommu, 'ready', true);
      return err;
    };

    draft.fns.iommu_fwspec_init = function* (k, dev, fwnode) {
      const iommu = yield* k.iommu_from_fwnode(fwnode);
      // Decided by one look-up: an instance may be listed before the next one.
      if (!iommu) return yield* k.driver_deferred_probe_check_state(dev);
      if (!(yield* load(dev, 'iommu')) && !(yield* READ_ONCE(iommu, 'ready'))) {
        event('not-ready-deferred', { dev, instance: iommu });
        return -EPROBE_DEFER;
      }
      return yield* iommu_fwspec_init(k, dev, fwnode);
    };
  },
});
