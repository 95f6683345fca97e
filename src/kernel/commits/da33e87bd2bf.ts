// SPDX-License-Identifier: GPL-2.0-only
// A client that binds waits until iommu_device_register() is done.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'da33e87bd2bf',
  subject: 'iommu: Handle yet another race around registration',
  landed: 'v6.16-rc1',
  fixes: ['bcb81ac6ae3c'],
  link: 'https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/',
  requires: ['bcb81ac6ae3c', '3832862eb9c4'],
  conflicts: [],
  apply(draft) {
    draft.sw.iommu_ready = true;
  },
});
