// SPDX-License-Identifier: GPL-2.0-only
// ACS is enabled once firmware has been parsed; it was when a function was enumerated.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'c41e2fb67e26',
  subject: 'PCI: Enable ACS after configuring IOMMU for OF platforms',
  landed: 'v7.0-rc1',
  fixes: [],
  link: 'https://lore.kernel.org/r/20260320172335.29778-1-john@kernel.doghat.io',
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.acs_after_configure = true;
  },
});
