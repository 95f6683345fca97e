// SPDX-License-Identifier: GPL-2.0-only
// C01: two walks probe one device at once, with nothing to keep them apart.

import { byReport, functionOf, isMemory, threadsOf } from './stateless.ts';

/** Parts of the per-device probe that share dev->iommu with another one. */
const PROBE = /^(dev_iommu_|__iommu_probe_device|iommu_probe_device|iommu_init|iommu_group_)/;

/** Told by a second probe of the same dev->iommu, or by what one prober frees under the other. */
export const c01 = byReport('C01', (report, world) => {
  if (threadsOf(world, 'iommu-probe').length < 2) return false;
  if (report.property === 'P4') return true;
  return (
    isMemory(report) &&
    /\.iommu#|dev->iommu/.test(report.subject + report.because) &&
    (PROBE.test(functionOf(report)) || report.property === 'oops')
  );
});
