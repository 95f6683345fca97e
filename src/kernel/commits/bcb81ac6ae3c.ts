// SPDX-License-Identifier: GPL-2.0-only
// The walk has the firmware of each device parsed; the replay is left for the device tree only.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'bcb81ac6ae3c',
  subject: 'iommu: Get DT/ACPI parsing into the proper probe path',
  landed: 'v6.15-rc1',
  fixes: [],
  link: 'https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com',
  requires: ['fd598f71b669', '3832862eb9c4'],
  conflicts: [],
  apply(draft) {
    draft.sw.init_calls_dma_configure = true;
    draft.sw.late_warn = 'before-probe';
    draft.sw.replay_needs_absent = true;
    draft.sw.acpi_replays = false;
    draft.sw.range_map_idempotent = true;
    draft.sw.platform_driver_read = 'twice';
    draft.sw.pci_driver_read = 'twice';
    draft.sw.amba_driver_read = 'twice';
    draft.sw.cdx_driver_read = 'twice';
    draft.sw.fwspec_init_checks_state = true;
  },
});
