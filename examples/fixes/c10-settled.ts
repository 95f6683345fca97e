// SPDX-License-Identifier: GPL-2.0-only
// A proposal for C10: the walk leaves a device alone only once its bind has settled for no IOMMU.
//
// dev->driver is set before the bind parses firmware, and is cleared again when the bind defers. A
// walk that happens to look in between takes the device for one that does without, and is gone when
// the bind tries again. What the walk wants to know is whether a driver may be mapping buffers
// already. So have the bind say that, under iommu_probe_device_lock: it has asked for an IOMMU and
// goes on without one. Any other bind will still come past the lock, and finds the mark of C14.
//
// It needs C14: without the mark, the bind takes what the walk has half done for its own. See
// c10-not-bound.ts for what becomes of the short version.
//
// It opens C23: behind an IOMMU that no firmware names, a bind that waits is not retried.
// half-probed.ts does not, for nobody has to wait for an event there.
//
//   racewindow try examples/fixes/c10-settled.ts --kernel 7.2
import { proposal } from './support/who-calls.ts';

export default proposal(
  {
    sha: 'c10-settled',
    subject: 'iommu: Probe a device whose driver has not settled yet',
    fixes: ['bcb81ac6ae3c'],
  },
  { readyPerInstance: true, deferInFlight: true, skipDecidedOnly: true },
);
