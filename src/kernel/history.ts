// SPDX-License-Identifier: GPL-2.0-only
// The commits that the model knows, in the order in which they landed.
import type { HistoryRow } from './commit.ts';

/**
 * One row per commit, in time order. A release has every row up to its tag, so a row is all that
 * a new commit needs; what stable trees took over early or late stands in revisions.ts.
 */
export const history = [
  // The bus notifier is registered at boot.
  {
    sha: 'c13dbc1e2485',
    id: 'c13dbc1e24854908376c40ccaeb7a3a3c111e3af',
    subject: 'iommu: Always register bus notifiers',
    landed: 'v6.1-rc1',
    sets: { notifier_from_boot: true },
  },
  // Each instance that registers walks the buses.
  {
    sha: '57365a04c921',
    id: '57365a04c92126525a58bf7a1599ddfa832415e9',
    subject: 'iommu: Move bus setup to IOMMU device registration',
    landed: 'v6.1-rc1',
    requires: ['c13dbc1e2485'],
    sets: { walk_per_instance: true },
  },
  // One lock serialises the per-device probe.
  {
    sha: '01657bc14a39',
    id: '01657bc14a3990c665375f77978631fee77b1fce',
    subject: 'iommu: Avoid races around device probe',
    landed: 'v6.2-rc1',
    link: 'https://lore.kernel.org/r/Y1CHh2oM5wyHs06J@google.com',
    sets: { probe_locked: true },
  },
  // The CDX bus, with devices, drivers and dma_configure of its own.
  {
    sha: '2959ab247061',
    id: '2959ab247061e67485d83b6af8feb3761ec08cb9',
    subject: 'cdx: add the cdx bus driver',
    landed: 'v6.4-rc1',
    sets: { cdx_bus: true },
  },
  // iommu_setup_default_domain() is the one place that sets a default domain up.
  {
    sha: 'd99be00f42ea',
    id: 'd99be00f42eac9fc35a164f3f6c8c7a56b295aa9',
    subject: 'iommu: Consolidate the default_domain setup to one function',
    landed: 'v6.5-rc1',
    sets: { default_domain_setup: true },
  },
  // Whether a device has been probed is tested under the lock.
  {
    sha: '6eb4da8cf545',
    id: '6eb4da8cf54537992fc9843be8b2af4f83f717e0',
    subject: 'iommu: Have __iommu_probe_device() check for already probed devices',
    landed: 'v6.6-rc1',
    requires: ['01657bc14a39', 'd99be00f42ea'],
    sets: { probe_tests_group: true },
  },
  // A device joins its group and gets its default domain in one section.
  {
    sha: 'f188056352bc',
    id: 'f188056352bcdcd4bec31c22baa00ba6568f1416',
    subject: 'iommu: Avoid locking/unlocking for iommu_probe_device()',
    landed: 'v6.6-rc1',
    requires: ['6eb4da8cf545'],
    sets: { default_domain_with_group: true },
  },
  // The probe lock is held while a fwspec is built, too.
  {
    sha: 'a2e7e59a9426',
    id: 'a2e7e59a94269484a83386972ca07c22fd188854',
    subject: 'iommu: Avoid more races around device probe',
    landed: 'v6.7-rc4',
    fixes: ['01657bc14a39'],
    link: 'https://lore.kernel.org/r/e2e20e1c-6450-4ac5-9804-b0000acdf7de@quicinc.com',
    requires: ['01657bc14a39'],
    sets: { configure_locked: true },
  },
  // The ops come from the fwspec of each device, not from its bus.
  {
    sha: '17de3f5fdd35',
    id: '17de3f5fdd35676b0e3d41c7c9bf4e3032eb3673',
    subject: 'iommu: Retire bus ops',
    landed: 'v6.8-rc1',
    requires: ['57365a04c921', '6eb4da8cf545'],
    sets: { ops_per_device: true },
  },
  // The IOMMU core sets the DMA ops, where it sets the default domain.
  {
    sha: 'b67483b3c44e',
    id: 'b67483b3c44eaef2f771fa4c712e13f452675a67',
    subject: 'iommu/dma: Centralise iommu_setup_dma_ops()',
    landed: 'v6.10-rc1',
    requires: ['f188056352bc'],
    sets: { core_sets_dma_ops: true },
  },
  // iommu_fwspec_init() looks the instance up, and defers where it is absent.
  {
    sha: '3f7c32091628',
    id: '3f7c320916282c26812d70cfe8830abb9e4dc696',
    subject: 'iommu: Resolve fwspec ops automatically',
    landed: 'v6.11-rc1',
    requires: ['17de3f5fdd35', 'a2e7e59a9426'],
    sets: { fwspec_resolves_ops: true },
  },
  // Whether a device maps through its IOMMU is a flag among others; it was a pointer of its own.
  {
    sha: 'b5c58b2fdc42',
    id: 'b5c58b2fdc427e7958412ecb2de2804a1f7c1572',
    subject: 'dma-mapping: direct calls for dma-iommu',
    landed: 'v6.12-rc1',
    requires: ['b67483b3c44e'],
    sets: { dma_iommu_is_flag: true },
  },
  // A client defers while the driver of its SMMU has not bound.
  {
    sha: '229e6ee43d2a',
    id: '229e6ee43d2a160a1592b83aad620d6027084aad',
    subject: 'iommu/arm-smmu: Defer probe of clients after smmu device bound',
    landed: 'v6.13-rc1',
    sets: { smmu_lookup: 'bound-or-defer' },
  },
  // A CPU that comes online takes dmar_global_lock.
  {
    sha: 'b150654f74bf',
    id: 'b150654f74bf0df8e6a7936d5ec51400d9ec06d8',
    subject: 'iommu/vt-d: Fix suspicious RCU usage',
    landed: 'v6.14-rc5',
    sets: { hotplug_takes_dmar_lock: true },
  },
  // intel_iommu_init() drops dmar_global_lock to register.
  {
    sha: '93ae6e68b6d6',
    id: '93ae6e68b6d6b62d92b3a89d1c253d4a1721a1d3',
    subject: 'iommu/vt-d: Fix possible circular locking dependency',
    landed: 'v6.15-rc1',
    fixes: ['b150654f74bf'],
    link: 'https://lore.kernel.org/r/20250317035714.1041549-1-baolu.lu@linux.intel.com',
    requires: ['b150654f74bf'],
    sets: { intel_drops_lock: true },
  },
  // A failing of_iommu_configure() frees the dev->iommu that it has made.
  {
    sha: '3832862eb9c4',
    id: '3832862eb9c4dfa0e80b2522bfaedbc8a43de97d',
    subject: 'iommu: Keep dev->iommu state consistent',
    landed: 'v6.15-rc1',
    link: 'https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com',
    requires: ['3f7c32091628'],
    sets: { configure_frees_iommu: true },
  },
  // iommu_init_device() looks the ops up itself, once dev->iommu exists.
  {
    sha: 'fd598f71b669',
    id: 'fd598f71b66975c042f40ae7cd4310d6e699e149',
    subject: 'iommu: Resolve ops in iommu_init_device()',
    landed: 'v6.15-rc1',
    link: 'https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com',
    requires: ['17de3f5fdd35'],
    sets: { ops_resolved_in_init: true },
  },
  // A client defers while its group has no default domain yet.
  {
    sha: 'b46064a18810',
    id: 'b46064a18810bad3aea089a79993ca5ea7a3d2b2',
    subject: 'iommu: Handle race with default domain setup',
    landed: 'v6.15-rc1',
    fixes: ['98ac73f99bc4'],
    link: 'https://lore.kernel.org/r/cover.1739486121.git.robin.murphy@arm.com',
    requires: ['f188056352bc'],
    sets: { use_default_domain_defers: true },
    backports: {
      '6.6.y': {
        landed: 'v6.6.89',
        requires: ['f188056352bc'],
        conflicts: ['b67483b3c44e'],
        sets: { use_default_domain_defers: true, replay_defers: true },
      },
    },
  },
  // The walk has the firmware of each device parsed; the replay is left for the device tree only.
  {
    sha: 'bcb81ac6ae3c',
    id: 'bcb81ac6ae3c2ef95b44e7b54c3c9522364a245c',
    subject: 'iommu: Get DT/ACPI parsing into the proper probe path',
    landed: 'v6.15-rc1',
    link: 'https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com',
    requires: ['fd598f71b669', '3832862eb9c4'],
    sets: {
      init_calls_dma_configure: true,
      late_warn: 'before-probe',
      replay_needs_absent: true,
      acpi_replays: false,
      range_map_idempotent: true,
      platform_driver_read: 'twice',
      pci_driver_read: 'twice',
      amba_driver_read: 'twice',
      cdx_driver_read: 'twice',
      fwspec_init_checks_state: true,
    },
  },
  // The late-probe warning waits until the driver has taken the device.
  {
    sha: '73d2f10957f5',
    id: '73d2f10957f517e5918c81b7e859e214ba71c044',
    subject: "iommu: Don't warn prematurely about dodgy probes",
    landed: 'v6.15-rc1',
    fixes: ['bcb81ac6ae3c'],
    link: 'https://lore.kernel.org/r/Z9CEIlXoQJ-A0t-d@8bytes.org',
    requires: ['bcb81ac6ae3c'],
    sets: { late_warn: 'after-probe' },
  },
  // dev->driver is stored with WRITE_ONCE().
  {
    sha: '04d3e5461c1f',
    id: '04d3e5461c1f5cf8eec964ab64948ebed826e95e',
    subject: 'driver core: introduce device_set_driver() helper',
    landed: 'v6.15-rc1',
    sets: { driver_write_once: true },
  },
  // The SMMU drivers find an instance that is registering, too.
  {
    sha: '7d835134d4e1',
    id: '7d835134d4e13e9c30509fd24a42f8c2b94135ea',
    subject: 'iommu/arm-smmu: Make instance lookup robust',
    landed: 'v6.15-rc1',
    requires: ['229e6ee43d2a'],
    sets: { smmu_lookup: 'bus' },
  },
  // iommu_deinit_device() clears dev->dma_iommu.
  {
    sha: '280e5a301005',
    id: '280e5a30100578106a4305ce0118e0aa9b866f12',
    subject: 'iommu: Clear iommu-dma ops on cleanup',
    landed: 'v6.15-rc3',
    link:
      'https://lore.kernel.org/r/' +
      'e788aa927f6d827dd4ea1ed608fada79f2bab030.1744284228.git.robin.murphy@arm.com',
    requires: ['b67483b3c44e'],
    sets: { deinit_clears_dma_iommu: true },
  },
  // The MediaTek driver sets its tables up before it registers.
  {
    sha: '38e8844005e6',
    id: '38e8844005e6068f336a3ad45451a562a0040ca1',
    subject: 'iommu/mediatek: Fix NULL pointer deference in mtk_iommu_device_group',
    landed: 'v6.15-rc3',
    fixes: ['17de3f5fdd35'],
    sets: { driver_state_first: true },
  },
  // platform_dma_configure() reads dev->driver once.
  {
    sha: '95deee37a123',
    id: '95deee37a12364f410d22c6a8383f59738a2fef3',
    subject: 'platform: Fix race condition during DMA configure at IOMMU probe time',
    landed: 'v6.15-rc6',
    fixes: ['bcb81ac6ae3c'],
    link: 'https://lore.kernel.org/r/aAa2Zx86yUfayPSG@google.com',
    requires: ['bcb81ac6ae3c'],
    sets: { platform_driver_read: 'once' },
  },
  // iommu_init_device() tests again what may have changed while the lock was dropped.
  {
    sha: '0c8e9c148e29',
    id: '0c8e9c148e29a983e67060fb4944a8ca79d4362a',
    subject: 'iommu: Avoid introducing more races',
    landed: 'v6.16-rc1',
    fixes: ['bcb81ac6ae3c'],
    requires: ['bcb81ac6ae3c'],
    sets: { init_tests_fwspec: true, init_rechecks: true },
  },
  // A client that binds waits until iommu_device_register() is done.
  {
    sha: 'da33e87bd2bf',
    id: 'da33e87bd2bfc63531cf7448a3cd7a3d42182f08',
    subject: 'iommu: Handle yet another race around registration',
    landed: 'v6.16-rc1',
    fixes: ['bcb81ac6ae3c'],
    link: 'https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/',
    requires: ['bcb81ac6ae3c', '3832862eb9c4'],
    sets: { iommu_ready: true },
  },
  // pci_dma_configure() reads dev->driver once.
  {
    sha: '78447d4545b2',
    id: '78447d4545b2ea76ee04f4e46d473639483158b2',
    subject: 'PCI: Fix driver_managed_dma check',
    landed: 'v6.17-rc1',
    fixes: ['bcb81ac6ae3c'],
    requires: ['bcb81ac6ae3c'],
    sets: { pci_driver_read: 'once' },
  },
  // virtio-iommu finds an instance that is registering, too.
  {
    sha: '72b6f7cd89ce',
    id: '72b6f7cd89cea8251979b65528d302f9c0ed37bf',
    subject: 'iommu/virtio: Make instance lookup robust',
    landed: 'v6.17-rc4',
    fixes: ['bcb81ac6ae3c'],
    link: 'https://lore.kernel.org/r/20250814141758.2140641-1-eric.auger@redhat.com',
    sets: { virtio_lookup: 'bus' },
  },
  // A mock device gets its fwspec before it is added.
  {
    sha: '2a918911ed3d',
    id: '2a918911ed3d0841923525ed0fe707762ee78844',
    subject: 'iommufd: Register iommufd mock devices with fwspec',
    landed: 'v6.18-rc1',
    requires: ['3f7c32091628'],
    sets: { mock_fwspec: true },
  },
  // ACS is enabled once firmware has been parsed; it was when a function was enumerated.
  {
    sha: 'c41e2fb67e26',
    id: 'c41e2fb67e26b04d919257875fa954aa5f6e392e',
    subject: 'PCI: Enable ACS after configuring IOMMU for OF platforms',
    landed: 'v7.0-rc1',
    link: 'https://lore.kernel.org/r/20260320172335.29778-1-john@kernel.doghat.io',
    sets: { acs_after_configure: true },
  },
  // A device is not bound before device_add() has set it up.
  {
    sha: 'a2225b6e834a',
    id: 'a2225b6e834a838ae3c93709760edc0a169eb2f2',
    subject: "driver core: Don't let a device probe until it's ready",
    landed: 'v7.1-rc1',
    sets: { ready_to_probe: true },
  },
  // The flags of struct device become atomic bits.
  {
    sha: 'f8670e8e43b8',
    id: 'f8670e8e43b84bbd17e2689e646c9c514d4bbcff',
    subject: 'driver core: Replace dev->dma_iommu with dev_dma_iommu()',
    landed: 'v7.2-rc1',
    requires: ['b5c58b2fdc42'],
    sets: { atomic_flags: true },
  },
  // A mock device that cannot be added gives its dev->iommu back.
  {
    sha: 'b7b0b3851474',
    id: 'b7b0b3851474883d4aba6ed72da87141204b23e5',
    subject: 'iommu: Fix dev_iommu memory leak when device_add fails in iommu_mock_device_add',
    landed: 'v7.3-rc1',
    fixes: ['2a918911ed3d'],
    link:
      'https://lore.kernel.org/r/' +
      '76AC62D46B998556+20260711055119.1003477-1-peiyang_he@smail.nju.edu.cn',
    ofTests: true,
    requires: ['2a918911ed3d'],
    sets: { mock_frees_iommu: true },
  },
] as const satisfies readonly HistoryRow[];

/** The ids of the history: a stack that names another one does not compile. */
export type Sha = (typeof history)[number]['sha'];
