// SPDX-License-Identifier: GPL-2.0-only
// P9: the order in which locks are taken has no cycle, device locks included.

import type { Property } from './context.ts';

/** What the machine and the lock-order detector call the ways to break P9. */
export const P9_REPORTS: readonly string[] = [
  'deadlock',
  'lock-order',
  'bad-unlock',
  'leaked-lock',
  'lock-not-held',
];

/** Judged over all runs: the detector joins what every run has seen held while locking. */
export const lockOrder: Property = {
  id: 'P9',
  name: 'lock-order',
  rule: 'locks are taken in one order in all runs, held where they have to be, and given back',
  seen: 'possible circular locking dependency detected, or a hung task',
  harm: 'crash',
  means: 'the kernel can deadlock, and the boot hangs',
  kind: 'over all runs',
  asked: null,
  make: () => null,
};
