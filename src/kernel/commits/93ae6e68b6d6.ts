// SPDX-License-Identifier: GPL-2.0-only
// intel_iommu_init() drops dmar_global_lock to register.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '93ae6e68b6d6',
  subject: 'iommu/vt-d: Fix possible circular locking dependency',
  landed: 'v6.15-rc1',
  fixes: ['b150654f74bf'],
  link: 'https://lore.kernel.org/r/20250317035714.1041549-1-baolu.lu@linux.intel.com',
  requires: ['b150654f74bf'],
  conflicts: [],
  apply(draft) {
    draft.sw.intel_drops_lock = true;
  },
});
