// SPDX-License-Identifier: GPL-2.0-only
// iommu_init_device() looks the ops up itself, once dev->iommu exists.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'fd598f71b669',
  subject: 'iommu: Resolve ops in iommu_init_device()',
  landed: 'v6.15-rc1',
  fixes: [],
  link: 'https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com',
  requires: ['17de3f5fdd35'],
  conflicts: [],
  apply(draft) {
    draft.sw.ops_resolved_in_init = true;
  },
});
