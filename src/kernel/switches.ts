// SPDX-License-Identifier: GPL-2.0-only
// What commits of the history change in the base functions.

/**
 * One switch per difference between revisions (kernel-semantics A.11). The functions are written
 * for v7.2; a switch takes a commit back.
 */
export interface Switches {
  /** Each instance walks the buses; before, only the first one of a bus did (bus_set_iommu()). */
  walk_per_instance: boolean;
  /** The bus notifier is there from boot; before, from the first instance on. */
  notifier_from_boot: boolean;
  /** iommu_probe_device_lock is held around __iommu_probe_device(), group->mutex around entry. */
  probe_locked: boolean;
  /** iommu_setup_default_domain() exists; before, domains were allocated and attached apart. */
  default_domain_setup: boolean;
  /** __iommu_probe_device() tests dev->iommu_group under the lock, and owns its group. */
  probe_tests_group: boolean;
  /** The default domain is set up in the section that joins the group. */
  default_domain_with_group: boolean;
  /** iommu_probe_device_lock is held around the parsing of firmware, too. */
  configure_locked: boolean;
  /** The ops come from the fwspec; before, from the bus, which one driver owned. */
  ops_per_device: boolean;
  /** The IOMMU core sets the DMA ops; before, arch_setup_dma_ops() did when a driver bound. */
  core_sets_dma_ops: boolean;
  /** iommu_fwspec_init() looks the instance up; before, an empty fwspec stood for its absence. */
  fwspec_resolves_ops: boolean;
  /** The replay itself defers while there is no default domain (6.6.y only). */
  replay_defers: boolean;
  /** How the SMMU drivers find their instance; 'bound' does not find one that is registering. */
  smmu_lookup: 'bound' | 'bound-or-defer' | 'bus';
  /** virtio-iommu finds an instance that is registering, too. */
  virtio_lookup: 'bound' | 'bus';
  /** The MediaTek driver sets its tables up before it registers. */
  driver_state_first: boolean;
  /** enable_drhd_fault_handling() takes dmar_global_lock. */
  hotplug_takes_dmar_lock: boolean;
  /** intel_iommu_init() drops dmar_global_lock to register. */
  intel_drops_lock: boolean;
  /** iommu->ready exists and iommu_fwspec_init() tests it. */
  iommu_ready: boolean;
  /** iommu_init_device() calls dma_configure for a device without driver. */
  init_calls_dma_configure: boolean;
  /** ... but not where a fwspec exists already. */
  init_tests_fwspec: boolean;
  /** ... and gives up when, after that, dev->iommu is gone or the group is set. */
  init_rechecks: boolean;
  /** The ops are looked up in iommu_init_device(), once dev->iommu exists. */
  ops_resolved_in_init: boolean;
  /** The late-probe warning: not there, before the driver's probe_device(), or after it. */
  late_warn: 'never' | 'before-probe' | 'after-probe';
  /** of_iommu_configure() replays only where dev->iommu was absent. */
  replay_needs_absent: boolean;
  /** acpi_iommu_configure_id() replays, too. */
  acpi_replays: boolean;
  /** of_iommu_configure() frees the dev->iommu that it made when it fails. */
  configure_frees_iommu: boolean;
  /** dma-ranges are parsed once per device. */
  range_map_idempotent: boolean;
  /** iommu_device_use_default_domain() defers while there is no default domain. */
  use_default_domain_defers: boolean;
  /** iommu_deinit_device() clears dev->dma_iommu. */
  deinit_clears_dma_iommu: boolean;
  /** How each bus reads dev->driver in dma_configure. */
  platform_driver_read: DriverRead;
  pci_driver_read: DriverRead;
  amba_driver_read: DriverRead;
  cdx_driver_read: DriverRead;
  /** iommu_fwspec_init() itself asks driver_deferred_probe_check_state(). */
  fwspec_init_checks_state: boolean;
  /** dev->driver is stored with WRITE_ONCE(). */
  driver_write_once: boolean;
  /** A device is not bound before device_add() is done with it. */
  ready_to_probe: boolean;
  /** dev->dma_iommu is a flag of struct device; before, dev->dma_ops was a pointer. */
  dma_iommu_is_flag: boolean;
  /** The flags of struct device are atomic bits, not a C bit-field. */
  atomic_flags: boolean;
  /** pci_dma_configure() enables ACS, after the firmware; before, pci_acs_init() did. */
  acs_after_configure: boolean;
  /** The mock device of iommufd gets a fwspec, and its instance a fwnode. */
  mock_fwspec: boolean;
  /** A mock device that cannot be added frees dev->iommu, and not the fwspec alone. */
  mock_frees_iommu: boolean;
}

/** bound: only with a driver; twice: computed, then tested again; once: one READ_ONCE(). */
export type DriverRead = 'bound' | 'twice' | 'once';

/** v6.0, the oldest base. */
export const base_6_0: Switches = {
  walk_per_instance: false,
  notifier_from_boot: false,
  probe_locked: false,
  default_domain_setup: false,
  probe_tests_group: false,
  default_domain_with_group: false,
  configure_locked: false,
  ops_per_device: false,
  core_sets_dma_ops: false,
  fwspec_resolves_ops: false,
  replay_defers: false,
  smmu_lookup: 'bound',
  virtio_lookup: 'bound',
  driver_state_first: false,
  hotplug_takes_dmar_lock: false,
  intel_drops_lock: false,
  iommu_ready: false,
  init_calls_dma_configure: false,
  init_tests_fwspec: false,
  init_rechecks: false,
  ops_resolved_in_init: false,
  late_warn: 'never',
  replay_needs_absent: false,
  acpi_replays: true,
  configure_frees_iommu: false,
  range_map_idempotent: false,
  use_default_domain_defers: false,
  deinit_clears_dma_iommu: false,
  platform_driver_read: 'bound',
  pci_driver_read: 'bound',
  amba_driver_read: 'bound',
  cdx_driver_read: 'bound',
  fwspec_init_checks_state: false,
  driver_write_once: false,
  ready_to_probe: false,
  dma_iommu_is_flag: false,
  atomic_flags: false,
  acs_after_configure: false,
  mock_fwspec: false,
  mock_frees_iommu: false,
};
