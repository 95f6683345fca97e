// SPDX-License-Identifier: GPL-2.0-only
// A device joins its group and gets its default domain in one section.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'f188056352bc',
  subject: 'iommu: Avoid locking/unlocking for iommu_probe_device()',
  landed: 'v6.6-rc1',
  fixes: [],
  link: null,
  requires: ['6eb4da8cf545'],
  conflicts: [],
  apply(draft) {
    draft.sw.default_domain_with_group = true;
  },
});
