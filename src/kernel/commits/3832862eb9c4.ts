// SPDX-License-Identifier: GPL-2.0-only
// A failing of_iommu_configure() frees the dev->iommu that it has made.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '3832862eb9c4',
  subject: 'iommu: Keep dev->iommu state consistent',
  landed: 'v6.15-rc1',
  fixes: [],
  link: 'https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com',
  requires: ['3f7c32091628'],
  conflicts: [],
  apply(draft) {
    draft.sw.configure_frees_iommu = true;
  },
});
