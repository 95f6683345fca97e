// SPDX-License-Identifier: GPL-2.0-only
// iommu_init_device() tests again what may have changed while the lock was dropped.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '0c8e9c148e29',
  subject: 'iommu: Avoid introducing more races',
  landed: 'v6.16-rc1',
  fixes: ['bcb81ac6ae3c'],
  link: null,
  requires: ['bcb81ac6ae3c'],
  conflicts: [],
  apply(draft) {
    draft.sw.init_tests_fwspec = true;
    draft.sw.init_rechecks = true;
  },
});
