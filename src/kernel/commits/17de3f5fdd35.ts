// SPDX-License-Identifier: GPL-2.0-only
// The ops come from the fwspec of each device, not from its bus.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '17de3f5fdd35',
  subject: 'iommu: Retire bus ops',
  landed: 'v6.8-rc1',
  fixes: [],
  link: null,
  requires: ['57365a04c921', '6eb4da8cf545'],
  conflicts: [],
  apply(draft) {
    draft.sw.ops_per_device = true;
  },
});
