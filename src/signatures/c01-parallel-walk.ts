// SPDX-License-Identifier: GPL-2.0-only
// C01: two walks probe one device at once, with nothing to keep them apart.

import type { WindowSignature } from './common.ts';
import { functionOf, isMemory, threadsOf } from './stateless.ts';

/** Parts of the per-device probe that share dev->iommu with another one. */
const PROBE = /^(dev_iommu_|__iommu_probe_device|iommu_probe_device|iommu_init|iommu_group_)/;

/**
 * Told by a second probe of the same dev->iommu, or by what one prober frees under the other.
 * State: true once a probe has dropped its lock; then there is one, and this is C08.
 */
export const c01: WindowSignature = {
  window: 'C01',
  make: ({ world }) => ({
    window: 'C01',
    events: ['configure-begin'],
    reads: [],
    initial: false,
    step: () => true,
    explains(state, report) {
      if (state === true || threadsOf(world, 'iommu-probe').length < 2) return false;
      if (report.property === 'P4') return true;
      if (!isMemory(report)) return false;
      const touched = /\.iommu#|dev->iommu/.test(report.subject + report.because);
      return touched && (PROBE.test(functionOf(report)) || report.property === 'oops');
    },
  }),
};
