// SPDX-License-Identifier: GPL-2.0-only
// iommu_deinit_device() clears dev->dma_iommu.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '280e5a301005',
  subject: 'iommu: Clear iommu-dma ops on cleanup',
  landed: 'v6.15-rc3',
  fixes: [],
  link:
    'https://lore.kernel.org/r/' +
    'e788aa927f6d827dd4ea1ed608fada79f2bab030.1744284228.git.robin.murphy@arm.com',
  requires: ['b67483b3c44e'],
  conflicts: [],
  apply(draft) {
    draft.sw.deinit_clears_dma_iommu = true;
  },
});
