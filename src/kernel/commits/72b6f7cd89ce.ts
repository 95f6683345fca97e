// SPDX-License-Identifier: GPL-2.0-only
// virtio-iommu finds an instance that is registering, too.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '72b6f7cd89ce',
  subject: 'iommu/virtio: Make instance lookup robust',
  landed: 'v6.17-rc4',
  fixes: ['bcb81ac6ae3c'],
  link: 'https://lore.kernel.org/r/20250814141758.2140641-1-eric.auger@redhat.com',
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.virtio_lookup = 'bus';
  },
});
