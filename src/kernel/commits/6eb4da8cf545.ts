// SPDX-License-Identifier: GPL-2.0-only
// Whether a device has been probed is tested under the lock.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '6eb4da8cf545',
  subject: 'iommu: Have __iommu_probe_device() check for already probed devices',
  landed: 'v6.6-rc1',
  fixes: [],
  link: null,
  requires: ['01657bc14a39', 'd99be00f42ea'],
  conflicts: [],
  apply(draft) {
    draft.sw.probe_tests_group = true;
  },
});
