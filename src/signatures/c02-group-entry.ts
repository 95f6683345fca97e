// SPDX-License-Identifier: GPL-2.0-only
// C02: two walks link one group into their lists, and follow each other's pointers.

import { byReport } from './stateless.ts';

/** The list itself tells: nothing else takes a group off a list that it is not on. */
export const c02 = byReport(
  'C02',
  (report) =>
    report.property === 'oops' &&
    /^bus_iommu_probe\(.*group->entry/.test(String(report.facts['error'])),
  { rules: [] },
);
