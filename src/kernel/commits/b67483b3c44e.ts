// SPDX-License-Identifier: GPL-2.0-only
// The IOMMU core sets the DMA ops, where it sets the default domain.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'b67483b3c44e',
  subject: 'iommu/dma: Centralise iommu_setup_dma_ops()',
  landed: 'v6.10-rc1',
  fixes: [],
  link: null,
  requires: ['f188056352bc'],
  conflicts: [],
  apply(draft) {
    draft.sw.core_sets_dma_ops = true;
  },
});
