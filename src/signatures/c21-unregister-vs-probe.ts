// SPDX-License-Identifier: GPL-2.0-only
// C21: an instance goes away while a client is probed for it: released first, de-listed second.

import { byReport, isMemory, threadsOf } from './stateless.ts';

/** Told by the instance that is gone, or by what its removal leaves to a client of the time. */
export const c21 = byReport('C21', (report, world) => {
  if (isMemory(report) && /\.iommu_device$/.test(report.subject)) return true;
  if (/_device\(.*\): no instance /.test(String(report.facts['error']))) return true;
  if (threadsOf(world, 'iommu-unbind').length === 0) return false;
  return isMemory(report) || ['P1', 'P3', 'P8', 'P10', 'P11'].includes(report.property);
});
