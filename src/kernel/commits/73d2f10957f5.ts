// SPDX-License-Identifier: GPL-2.0-only
// The late-probe warning waits until the driver has taken the device.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '73d2f10957f5',
  subject: "iommu: Don't warn prematurely about dodgy probes",
  landed: 'v6.15-rc1',
  fixes: ['bcb81ac6ae3c'],
  link: 'https://lore.kernel.org/r/Z9CEIlXoQJ-A0t-d@8bytes.org',
  requires: ['bcb81ac6ae3c'],
  conflicts: [],
  apply(draft) {
    draft.sw.late_warn = 'after-probe';
  },
});
