// SPDX-License-Identifier: GPL-2.0-only
// pci_dma_configure() reads dev->driver once.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '78447d4545b2',
  subject: 'PCI: Fix driver_managed_dma check',
  landed: 'v6.17-rc1',
  fixes: ['bcb81ac6ae3c'],
  link: null,
  requires: ['bcb81ac6ae3c'],
  conflicts: [],
  apply(draft) {
    draft.sw.pci_driver_read = 'once';
  },
});
