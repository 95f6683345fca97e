// SPDX-License-Identifier: GPL-2.0-only
// A mock device that cannot be added gives its dev->iommu back.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'b7b0b3851474',
  subject: 'iommu: Fix dev_iommu memory leak when device_add fails in iommu_mock_device_add',
  landed: 'v7.3-rc1',
  fixes: ['2a918911ed3d'],
  link:
    'https://lore.kernel.org/r/' +
    '76AC62D46B998556+20260711055119.1003477-1-peiyang_he@smail.nju.edu.cn',
  requires: ['2a918911ed3d'],
  conflicts: [],
  apply(draft) {
    draft.sw.mock_frees_iommu = true;
  },
});
