// SPDX-License-Identifier: GPL-2.0-only
// platform_dma_configure() reads dev->driver once.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '95deee37a123',
  subject: 'platform: Fix race condition during DMA configure at IOMMU probe time',
  landed: 'v6.15-rc6',
  fixes: ['bcb81ac6ae3c'],
  link: 'https://lore.kernel.org/r/aAa2Zx86yUfayPSG@google.com',
  requires: ['bcb81ac6ae3c'],
  conflicts: [],
  apply(draft) {
    draft.sw.platform_driver_read = 'once';
  },
});
