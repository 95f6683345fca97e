// SPDX-License-Identifier: GPL-2.0-only
// A CPU that comes online takes dmar_global_lock.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'b150654f74bf',
  subject: 'iommu/vt-d: Fix suspicious RCU usage',
  landed: 'v6.14-rc5',
  fixes: [],
  link: null,
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.hotplug_takes_dmar_lock = true;
  },
});
