// SPDX-License-Identifier: GPL-2.0-only
// Each instance that registers walks the buses.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '57365a04c921',
  subject: 'iommu: Move bus setup to IOMMU device registration',
  landed: 'v6.1-rc1',
  fixes: [],
  link: null,
  requires: ['c13dbc1e2485'],
  conflicts: [],
  apply(draft) {
    draft.sw.walk_per_instance = true;
  },
});
