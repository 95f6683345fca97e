// SPDX-License-Identifier: GPL-2.0-only
// Whether a device maps through its IOMMU is a flag among others; it was a pointer of its own.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'b5c58b2fdc42',
  subject: 'dma-mapping: direct calls for dma-iommu',
  landed: 'v6.12-rc1',
  fixes: [],
  link: null,
  requires: ['b67483b3c44e'],
  conflicts: [],
  apply(draft) {
    draft.sw.dma_iommu_is_flag = true;
  },
});
