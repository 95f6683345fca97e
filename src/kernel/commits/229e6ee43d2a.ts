// SPDX-License-Identifier: GPL-2.0-only
// A client defers while the driver of its SMMU has not bound.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '229e6ee43d2a',
  subject: 'iommu/arm-smmu: Defer probe of clients after smmu device bound',
  landed: 'v6.13-rc1',
  fixes: [],
  link: null,
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.smmu_lookup = 'bound-or-defer';
  },
});
