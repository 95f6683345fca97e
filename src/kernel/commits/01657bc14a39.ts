// SPDX-License-Identifier: GPL-2.0-only
// One lock serialises the per-device probe.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '01657bc14a39',
  subject: 'iommu: Avoid races around device probe',
  landed: 'v6.2-rc1',
  fixes: [],
  link: 'https://lore.kernel.org/r/Y1CHh2oM5wyHs06J@google.com',
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.probe_locked = true;
  },
});
