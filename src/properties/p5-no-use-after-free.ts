// SPDX-License-Identifier: GPL-2.0-only
// P5: nothing that has been freed, or is not there, is touched: the machine itself detects it.

import type { Property } from './context.ts';

/** What the machine calls the ways to break P5. */
export const P5_REPORTS: readonly string[] = [
  'use-after-free',
  'double-free',
  'null-dereference',
  'oops',
];

/** A detector, not a rule: allocation and freeing are Ops, so the machine sees every breach. */
export const noUseAfterFree: Property = {
  id: 'P5',
  name: 'no-use-after-free',
  rule: 'no dev->iommu, fwspec, group, domain, map or instance is used once it is freed',
  seen: 'an oops, or a report of KASAN',
  harm: 'crash',
  means: 'the kernel oopses, or goes on with memory that was freed',
  kind: 'detector',
  asked: null,
  make: () => null,
};
