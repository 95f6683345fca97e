// SPDX-License-Identifier: GPL-2.0-only
// The first two patches of the series: they close C10, C16 and C17, too.
//
// docs/fixes.md tells what it does and what speaks against it; examples/patches/half-probed has the
// same for the kernel's own C.
//
//   racewindow try examples/fixes/half-probed-2.ts --kernel 7.2
import { halfProbed } from './support/half-probed.ts';

export default halfProbed(
  {
    sha: 'half-probed-2',
    subject: 'driver core: Parse DMA firmware before dev->driver is set',
  },
  'hold+split',
);
