// SPDX-License-Identifier: GPL-2.0-only
// The flags of struct device become atomic bits.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'f8670e8e43b8',
  subject: 'driver core: Replace dev->dma_iommu with dev_dma_iommu()',
  landed: 'v7.2-rc1',
  fixes: [],
  link: null,
  requires: ['b5c58b2fdc42'],
  conflicts: [],
  apply(draft) {
    draft.sw.atomic_flags = true;
  },
});
