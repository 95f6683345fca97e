// SPDX-License-Identifier: GPL-2.0-only
// iommu_fwspec_init() looks the instance up, and defers where it is absent.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '3f7c32091628',
  subject: 'iommu: Resolve fwspec ops automatically',
  landed: 'v6.11-rc1',
  fixes: [],
  link: null,
  requires: ['17de3f5fdd35', 'a2e7e59a9426'],
  conflicts: [],
  apply(draft) {
    draft.sw.fwspec_resolves_ops = true;
  },
});
