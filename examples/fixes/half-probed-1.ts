// SPDX-License-Identifier: GPL-2.0-only
// The first patch of the series against half probed devices: closes C14, C15 and C36.
//
// docs/fixes.md tells what it does and what speaks against it; examples/patches/half-probed has the
// same for the kernel's own C.
//
//   racewindow try examples/fixes/half-probed-1.ts --kernel 7.2
import { halfProbed } from './support/half-probed.ts';

export default halfProbed(
  {
    sha: 'half-probed-1',
    subject: 'iommu: Keep iommu_probe_device_lock while parsing firmware',
  },
  'hold',
);
