// SPDX-License-Identifier: GPL-2.0-only
// Commits that windows name, but that the model has no row for.

/** What is known of such a commit: its subject, and the first tag of mainline that contains it. */
interface Named {
  readonly subject: string;
  readonly landed: string;
}

export const unmodelled: Readonly<Record<string, Named>> = {
  '1ea2a07a532b': {
    subject: 'iommu: Add DMA ownership management interfaces',
    landed: 'v5.19-rc1',
  },
  c8ba3f8aff67: {
    subject: 'PCI: Run quirk_huawei_pcie_sva() before arm_smmu_probe_device()',
    landed: 'v6.15-rc2',
  },
  d9d3cede4167: {
    subject: 'iommu/ipmmu-vmsa: Register in a sensible order',
    landed: 'v6.15-rc3',
  },
  '152f33ee30ee': {
    subject: 'bus: fsl_mc: Fix driver_managed_dma check',
    landed: 'v6.16-rc1',
  },
  '3e3c2f53da2a': {
    subject: 'driver core: Replace dev->can_match with dev_can_match()',
    landed: 'v7.2-rc1',
  },
};
