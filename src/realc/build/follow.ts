// SPDX-License-Identifier: GPL-2.0-only
// Kernel functions whose calls and results are reported to the host, to make the named events.

/** Functions that get a wrapper; see wasm/rewrite.ts. */
export const FOLLOWED: readonly string[] = [
  'iommu_device_register',
  'iommu_device_unregister',
  'bus_iommu_probe',
  'probe_iommu_group',
  '__iommu_probe_device',
  'iommu_init_device',
  'iommu_probe_device',
  'iommu_bus_notifier',
  'iommu_setup_default_domain',
  'iommu_fwspec_init',
  'iommu_fwspec_free',
  'of_iommu_configure',
  'of_dma_configure_id',
  'dma_set_mask',
  'dma_set_coherent_mask',
  'acpi_iommu_configure_id',
  'platform_dma_configure',
  'pci_dma_configure',
  'amba_dma_configure',
  'iommu_device_use_default_domain',
  'really_probe',
  'driver_probe_device',
  'device_links_driver_bound',
  'driver_deferred_probe_add',
  'device_unbind_cleanup',
  'driver_deferred_probe_check_state',
  'device_add',
];
