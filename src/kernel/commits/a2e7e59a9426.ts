// SPDX-License-Identifier: GPL-2.0-only
// The probe lock is held while a fwspec is built, too.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'a2e7e59a9426',
  subject: 'iommu: Avoid more races around device probe',
  landed: 'v6.7-rc4',
  fixes: ['01657bc14a39'],
  link: 'https://lore.kernel.org/r/e2e20e1c-6450-4ac5-9804-b0000acdf7de@quicinc.com',
  requires: ['01657bc14a39'],
  conflicts: [],
  apply(draft) {
    draft.sw.configure_locked = true;
  },
});
