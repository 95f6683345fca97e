// SPDX-License-Identifier: GPL-2.0-only
// The series against half probed devices: closes C10, C13, C14, C15, C16 and C36 together.
//
// docs/fixes.md tells what it does and what speaks against it; examples/patches/half-probed has the
// same for the kernel's own C.
//
//   racewindow try examples/fixes/half-probed.ts --kernel 7.2
import { halfProbed } from './support/half-probed.ts';

export default halfProbed(
  {
    sha: 'half-probed',
    subject: 'iommu: Let only the probe itself past an IOMMU that is not ready',
  },
  'hold+split+ready',
);
