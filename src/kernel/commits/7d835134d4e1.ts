// SPDX-License-Identifier: GPL-2.0-only
// The SMMU drivers find an instance that is registering, too.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '7d835134d4e1',
  subject: 'iommu/arm-smmu: Make instance lookup robust',
  landed: 'v6.15-rc1',
  fixes: [],
  link: null,
  requires: ['229e6ee43d2a'],
  conflicts: [],
  apply(draft) {
    draft.sw.smmu_lookup = 'bus';
  },
});
