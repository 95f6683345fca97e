// SPDX-License-Identifier: GPL-2.0-only
// The MediaTek driver sets its tables up before it registers.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '38e8844005e6',
  subject: 'iommu/mediatek: Fix NULL pointer deference in mtk_iommu_device_group',
  landed: 'v6.15-rc3',
  fixes: ['17de3f5fdd35'],
  link: null,
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.driver_state_first = true;
  },
});
