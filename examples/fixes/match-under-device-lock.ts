// SPDX-License-Identifier: GPL-2.0-only
// Hold the device lock in driver_match_device(): in a 7.0 release candidate, reverted in days.
//
// driver_attach() of any driver then takes the lock of every device on the bus, one after the
// other, to ask for a match. A driver whose probe registers another driver (arm-smmu-qcom did)
// holds the lock of its own device meanwhile, and waits for itself.
//
//   racewindow try examples/fixes/match-under-device-lock.ts --kernel 6.18
import { mutex_lock, mutex_unlock } from 'racewindow/env';
import { defineCommit } from 'racewindow/kernel';

export default defineCommit({
  sha: 'dc23806a7c47',
  subject: 'driver core: enforce device_lock for driver_match_device()',
  landed: 'v7.0-rc1, reverted',
  fixes: [],
  link: 'https://lore.kernel.org/r/7ae38e31-ef31-43ad-9106-7c76ea0e8596@sirena.org.uk',
  requires: [],
  conflicts: [],
  apply(draft) {
    const { __driver_attach } = draft.fns;

    draft.fns.__driver_attach = function* (k, dev, drv) {
      yield* mutex_lock(dev);
      const matches = drv.matches.includes(dev.name);
      yield* mutex_unlock(dev);
      return matches ? yield* __driver_attach(k, dev, drv) : 0;
    };
  },
});
