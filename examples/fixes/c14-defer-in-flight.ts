// SPDX-License-Identifier: GPL-2.0-only
// A proposal for C14: mark a probe in progress on dev->iommu, and defer a bind that meets it.
//
// While the probe parses firmware the lock is dropped, and a bind that comes along takes the half
// done fwspec, or the empty dev->iommu, for finished work. With the mark it waits instead. Who
// wakes it? The walk ends in driver_bound() of the IOMMU, which triggers deferred devices; the
// notifier ends in device_add(), which probes the device itself. A bind that decided to wait before
// either of them is made up for by deferred_trigger_count.
//
// The mark is a count: two walks may be in there, and dev->iommu then belongs to the last of them.
// That closes C15 as well. The late-probe warning has to learn that a driver which appeared during
// the probe is one that waits; and the walk no longer runs the half of dma_configure that belongs
// to a bind, which closes C16 and C36.
//
// It opens C23: behind an IOMMU that no firmware names nothing wakes the bind when the walk has
// ended. half-probed-1.ts closes the same by a lock.
//
//   racewindow try examples/fixes/c14-defer-in-flight.ts --kernel 7.2
import { proposal } from './support/who-calls.ts';

export default proposal(
  {
    sha: 'c14-defer-in-flight',
    subject: 'iommu: Defer a driver that meets a probe in progress',
    fixes: ['bcb81ac6ae3c'],
  },
  { readyPerInstance: true, deferInFlight: true, skipDecidedOnly: false },
);
