// SPDX-License-Identifier: GPL-2.0-only
// Subjects of commits that the catalogue names but the model has no file for.

export const subjects: Readonly<Record<string, string>> = {
  '57365a04c921': 'iommu: Move bus setup to IOMMU device registration',
  '01657bc14a39': 'iommu: Avoid races around device probe',
  c13dbc1e2485: 'iommu: Always register bus notifiers',
  c919739ce472: 'iommu/vt-d: Handle race between registration and device probe',
  cbc040081fdf: 'iommu/amd: Handle race between registration and device probe',
  '6eb4da8cf545': 'iommu: Have __iommu_probe_device() check for already probed devices',
  f188056352bc: 'iommu: Avoid locking/unlocking for iommu_probe_device()',
  '98ac73f99bc4': 'iommu: Require a default_domain for all iommu drivers',
  a2e7e59a9426: 'iommu: Avoid more races around device probe',
  '17de3f5fdd35': 'iommu: Retire bus ops',
  b67483b3c44e: 'iommu/dma: Centralise iommu_setup_dma_ops()',
  f091e93306e0: 'dma-mapping: Simplify arch_setup_dma_ops()',
  '1ea2a07a532b': 'iommu: Add DMA ownership management interfaces',
  '3f7c32091628': 'iommu: Resolve fwspec ops automatically',
  '152f33ee30ee': 'bus: fsl_mc: Fix driver_managed_dma check',
  d9d3cede4167: 'iommu/ipmmu-vmsa: Register in a sensible order',
  '38e8844005e6': 'iommu/mediatek: Fix NULL pointer deference in mtk_iommu_device_group',
  '72b6f7cd89ce': 'iommu/virtio: Make instance lookup robust',
  c8ba3f8aff67: 'PCI: Run quirk_huawei_pcie_sva() before arm_smmu_probe_device()',
  '2a918911ed3d': 'iommufd: Register iommufd mock devices with fwspec',
  '93ae6e68b6d6': 'iommu/vt-d: Fix possible circular locking dependency',
  '3e3c2f53da2a': 'driver core: Replace dev->can_match with dev_can_match()',
};
