// SPDX-License-Identifier: GPL-2.0-only
// The bus notifier is registered at boot.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'c13dbc1e2485',
  subject: 'iommu: Always register bus notifiers',
  landed: 'v6.1-rc1',
  fixes: [],
  link: null,
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.notifier_from_boot = true;
  },
});
