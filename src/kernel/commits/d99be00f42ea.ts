// SPDX-License-Identifier: GPL-2.0-only
// iommu_setup_default_domain() is the one place that sets a default domain up.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'd99be00f42ea',
  subject: 'iommu: Consolidate the default_domain setup to one function',
  landed: 'v6.5-rc1',
  fixes: [],
  link: null,
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.default_domain_setup = true;
  },
});
