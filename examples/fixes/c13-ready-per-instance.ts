// SPDX-License-Identifier: GPL-2.0-only
// A proposal for C13: each instance has to be ready, unless the caller is the probe itself.
//
// The test of iommu->ready is passed over once dev->iommu exists, for the walk of a registering
// instance must get through. But a bind with two specifiers makes dev->iommu with the first and is
// let through to a second instance that is still registering. So ask not whether there is a
// dev->iommu, but who calls: support/who-calls.ts. The walk still gets through, on ACPI too, which
// is what the unconditional test does not do.
//
// A bind that fails at its second specifier must leave no half fwspec behind: on ACPI that has to
// be added, or closing C13 there would only open C31 wider. So C31 is closed along with it.
//
//   racewindow try examples/fixes/c13-ready-per-instance.ts --kernel 7.2
import { proposal } from './support/who-calls.ts';

export default proposal(
  {
    sha: 'c13-ready-per-instance',
    subject: 'iommu: Let only the probe itself see an instance that is not ready',
    fixes: ['da33e87bd2bf'],
  },
  { readyPerInstance: true, deferInFlight: false, skipDecidedOnly: false },
);
