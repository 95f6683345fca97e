// SPDX-License-Identifier: GPL-2.0-only
// What commits of the history change in the base functions.

/** bound: only with a driver; twice: computed, then tested again; once: one READ_ONCE(). */
export type DriverRead = 'bound' | 'twice' | 'once';
/** 'bound' does not find an instance that is registering. */
type VirtioLookup = 'bound' | 'bus';
type SmmuLookup = VirtioLookup | 'bound-or-defer';
/** The late-probe warning: not there, before the driver's probe_device(), or after it. */
type LateWarn = 'never' | 'before-probe' | 'after-probe';

/**
 * One switch per difference between revisions, with its value in v6.0, the oldest base. The
 * functions are written for v7.2; a switch takes a commit back.
 */
export const base_6_0 = {
  /** Each instance walks the buses; before, only the first one of a bus did (bus_set_iommu()). */
  walk_per_instance: false,
  /** The bus notifier is there from boot; before, from the first instance on. */
  notifier_from_boot: false,
  /** iommu_probe_device_lock is held around __iommu_probe_device(), group->mutex around entry. */
  probe_locked: false,
  /** iommu_setup_default_domain() exists; before, domains were allocated and attached apart. */
  default_domain_setup: false,
  /** __iommu_probe_device() tests dev->iommu_group under the lock, and owns its group. */
  probe_tests_group: false,
  /** The default domain is set up in the section that joins the group. */
  default_domain_with_group: false,
  /** iommu_probe_device_lock is held around the parsing of firmware, too. */
  configure_locked: false,
  /** The ops come from the fwspec; before, from the bus, which one driver owned. */
  ops_per_device: false,
  /** The IOMMU core sets the DMA ops; before, arch_setup_dma_ops() did when a driver bound. */
  core_sets_dma_ops: false,
  /** iommu_fwspec_init() looks the instance up; before, an empty fwspec stood for its absence. */
  fwspec_resolves_ops: false,
  /** The replay itself defers while there is no default domain (6.6.y only). */
  replay_defers: false,
  /** How the SMMU drivers find their instance; 'bound' does not find one that is registering. */
  smmu_lookup: 'bound' as SmmuLookup,
  /** virtio-iommu finds an instance that is registering, too. */
  virtio_lookup: 'bound' as VirtioLookup,
  /** The MediaTek driver sets its tables up before it registers. */
  driver_state_first: false,
  /** enable_drhd_fault_handling() takes dmar_global_lock. */
  hotplug_takes_dmar_lock: false,
  /** intel_iommu_init() drops dmar_global_lock to register. */
  intel_drops_lock: false,
  /** iommu->ready exists and iommu_fwspec_init() tests it. */
  iommu_ready: false,
  /** iommu_init_device() calls dma_configure for a device without driver. */
  init_calls_dma_configure: false,
  /** ... but not where a fwspec exists already. */
  init_tests_fwspec: false,
  /** ... and gives up when, after that, dev->iommu is gone or the group is set. */
  init_rechecks: false,
  /** The ops are looked up in iommu_init_device(), once dev->iommu exists. */
  ops_resolved_in_init: false,
  /** The late-probe warning: not there, before the driver's probe_device(), or after it. */
  late_warn: 'never' as LateWarn,
  /** of_iommu_configure() replays only where dev->iommu was absent. */
  replay_needs_absent: false,
  /** acpi_iommu_configure_id() replays, too. */
  acpi_replays: true,
  /** of_iommu_configure() frees the dev->iommu that it made when it fails. */
  configure_frees_iommu: false,
  /** dma-ranges are parsed once per device. */
  range_map_idempotent: false,
  /** iommu_device_use_default_domain() defers while there is no default domain. */
  use_default_domain_defers: false,
  /** iommu_deinit_device() clears dev->dma_iommu. */
  deinit_clears_dma_iommu: false,
  /** How each bus reads dev->driver in dma_configure. */
  platform_driver_read: 'bound' as DriverRead,
  pci_driver_read: 'bound' as DriverRead,
  amba_driver_read: 'bound' as DriverRead,
  cdx_driver_read: 'bound' as DriverRead,
  /** There is a CDX bus; before, no kernel has a device on it. */
  cdx_bus: false,
  /** iommu_fwspec_init() itself asks driver_deferred_probe_check_state(). */
  fwspec_init_checks_state: false,
  /** dev->driver is stored with WRITE_ONCE(). */
  driver_write_once: false,
  /** A device is not bound before device_add() is done with it. */
  ready_to_probe: false,
  /** dev->dma_iommu is a flag of struct device; before, dev->dma_ops was a pointer. */
  dma_iommu_is_flag: false,
  /** The flags of struct device are atomic bits, not a C bit-field. */
  atomic_flags: false,
  /** pci_dma_configure() enables ACS, after the firmware; before, pci_acs_init() did. */
  acs_after_configure: false,
  /** The mock device of iommufd gets a fwspec, and its instance a fwnode. */
  mock_fwspec: false,
  /** A mock device that cannot be added frees dev->iommu, and not the fwspec alone. */
  mock_frees_iommu: false,
};

export type Switches = typeof base_6_0;
