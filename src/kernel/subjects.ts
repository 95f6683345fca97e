// SPDX-License-Identifier: GPL-2.0-only
// Subjects of commits that the catalogue names but the model has no row for.

export const subjects: Readonly<Record<string, string>> = {
  c919739ce472: 'iommu/vt-d: Handle race between registration and device probe',
  cbc040081fdf: 'iommu/amd: Handle race between registration and device probe',
  '98ac73f99bc4': 'iommu: Require a default_domain for all iommu drivers',
  f091e93306e0: 'dma-mapping: Simplify arch_setup_dma_ops()',
  '1ea2a07a532b': 'iommu: Add DMA ownership management interfaces',
  '152f33ee30ee': 'bus: fsl_mc: Fix driver_managed_dma check',
  d9d3cede4167: 'iommu/ipmmu-vmsa: Register in a sensible order',
  c8ba3f8aff67: 'PCI: Run quirk_huawei_pcie_sva() before arm_smmu_probe_device()',
  '3e3c2f53da2a': 'driver core: Replace dev->can_match with dev_can_match()',
};
