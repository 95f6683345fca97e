// SPDX-License-Identifier: GPL-2.0-only
// Windows C25 to C39 of the catalogue.

import type { Window } from './window.ts';

export const lastWindows: readonly Window[] = [
  {
    id: 'C25',
    name: 'dma-range-map-tug-of-war',
    title: 'Two threads set and free one dma_range_map',
    text:
      'of_dma_configure() has no lock of its own. A bind that is deferred frees ' +
      'dev->dma_range_map ' +
      'while the walk reads it; from v6.15 on both set and clear it, and a driver may run without.',
    threads: ['walk or device_add', 'bind'],
    precondition: 'a client with dma-ranges binds while a walk parses its firmware',
    symptom: 'KASAN: use-after-free in iommu_dma_init_domain(), or wrong DMA addresses',
    opened: ['b46064a18810', 'bcb81ac6ae3c'],
    closed: [],
    links: [],
    confidence: 0.8,
    kind: 'race',
  },
  {
    id: 'C26',
    name: 'device-flag-bitfield',
    title: 'An update of a device flag is lost',
    text:
      'dma_iommu, can_match and others share one word of struct device. Two writers under ' +
      'different locks lose an update.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while its group gets its default domain',
    symptom: 'a device that maps directly behind a translating domain, or is never retried',
    opened: [],
    closed: ['f8670e8e43b8', '3e3c2f53da2a'],
    links: [],
    confidence: 0.8,
    kind: 'race',
  },
  {
    id: 'C27',
    name: 'bind-before-notifier',
    title: 'A device is bound before device_add() is done with it',
    text:
      'A device is on the bus list before its notifier has run. A driver that is registered ' +
      'in that moment binds it. Up to v6.5 the notifier then probes the device once more; from ' +
      'v6.15 on the bind replays late, or goes on without a group.',
    threads: ['device_add', 'bind'],
    precondition: 'a driver is registered while its device is added',
    symptom: 'late IOMMU probe at driver bind; consumers that are deferred for ever',
    opened: ['bcb81ac6ae3c'],
    closed: ['6eb4da8cf545', 'a2225b6e834a'],
    links: [],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C28',
    name: 'hot-remove-vs-walk',
    title: 'The walk probes a device that is being removed',
    text:
      'The notifier releases a removed device without the probe lock, while a walk still ' +
      'works on it: dev->iommu is freed under the walk, or a group keeps a device that is ' +
      'gone.',
    threads: ['walk', 'device_del'],
    precondition: 'a device is removed while an IOMMU registers',
    symptom: 'use after free of dev->iommu or of struct device',
    opened: [],
    closed: [],
    links: [],
    confidence: 0.7,
    kind: 'race',
  },
  {
    id: 'C29',
    name: 'driver-managed-owner-vs-walk',
    title: 'A VFIO-like owner loses its domain to the walk',
    text:
      'A driver that manages DMA itself claims a group that has no default domain yet; the ' +
      'second loop of the walk then switches the group to a default domain under the owner.',
    threads: ['walk', 'bind with driver_managed_dma'],
    precondition: 'such a driver binds during a late registration',
    symptom: 'DMA of the owner hits the wrong domain',
    opened: ['1ea2a07a532b'],
    closed: [],
    links: [],
    confidence: 0.65,
    kind: 'race',
  },
  {
    id: 'C30',
    name: 'registration-lock-inversion',
    title: 'Architecture code and the probe lock are taken in both orders',
    text:
      'intel_iommu_init() registers with dmar_global_lock held; under the probe lock the IOVA ' +
      'allocator takes cpuhp_state_mutex; and a CPU that comes online takes that one first ' +
      'and dmar_global_lock second.',
    threads: ['walk', 'CPU hotplug'],
    precondition: 'Intel VT-d, and a CPU that comes online during a registration',
    symptom: 'possible circular locking dependency detected',
    opened: ['b150654f74bf'],
    closed: ['93ae6e68b6d6'],
    links: ['https://lore.kernel.org/r/20250317035714.1041549-1-baolu.lu@linux.intel.com'],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C31',
    name: 'acpi-partial-fwspec',
    title: 'An ACPI device binds with half of its stream ids',
    text:
      'The second mapping of a device defers and nothing is cleaned up; the retry finds a ' +
      'fwspec and takes it for complete.',
    threads: ['bind'],
    precondition: 'ACPI; a named component behind two SMMUs, one absent at first',
    symptom: 'IOMMU faults for some of the stream ids',
    opened: [],
    closed: [],
    links: [],
    confidence: 0.7,
    kind: 'sequential',
  },
  {
    id: 'C32',
    name: 'fw-devlink-optional',
    title: 'IOMMU links are optional by default',
    text: 'Only fw_devlink.strict=1 makes a client wait for the driver of its IOMMU.',
    threads: [],
    precondition: 'fw_devlink.strict=0, which is the default',
    symptom: null,
    opened: [],
    closed: [],
    links: [],
    confidence: 1,
    kind: 'precondition',
  },
  {
    id: 'C33',
    name: 'mock-device-error-path',
    title: 'The iommufd mock device keeps a stale dev->iommu',
    text:
      'iommu_mock_device_add() builds a fwspec and then adds the device. Where ' +
      'device_add() fails, ' +
      'only the fwspec is freed; dev->iommu is left to nobody.',
    threads: ['device_add'],
    precondition: 'the iommufd selftest, and a failing device_add()',
    symptom: 'kmemleak: unreferenced object, from iommu_fwspec_init()',
    opened: ['2a918911ed3d'],
    closed: ['b7b0b3851474'],
    links: [
      'https://lore.kernel.org/r/' +
        '76AC62D46B998556+20260711055119.1003477-1-peiyang_he@smail.nju.edu.cn',
    ],
    confidence: 1,
    kind: 'sequential',
  },
  {
    id: 'C34',
    name: 'probe-finalize-unlocked',
    title: 'The members of a group are visited without its mutex',
    text: 'The last step of the walk iterates over group->devices while members come and go.',
    threads: ['walk', 'device_del or device_add'],
    precondition: 'a group whose members change during a walk',
    symptom: 'use after free of a group device',
    opened: [],
    closed: [],
    links: [],
    confidence: 0.95,
    kind: 'race',
  },
  {
    id: 'C35',
    name: 'instance-lookup-before-bound',
    title: 'An IOMMU driver does not find its own instance yet',
    text:
      'A driver that looks its instance up among bound devices finds nothing between ' +
      'iommu_device_register() and driver_bound().',
    threads: ['walk', 'bind'],
    precondition: 'arm-smmu or arm-smmu-v3 before the fix; a client binds in that moment',
    symptom: 'NULL dereference in arm_smmu_probe_device() (CVE-2024-56568)',
    opened: ['17de3f5fdd35'],
    closed: ['7d835134d4e1'],
    links: [],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C36',
    name: 'walk-counts-as-user',
    title: 'A walk counts itself as a user of the group',
    text:
      'A walk parses the firmware of a device whose driver is just being set. dma_configure ' +
      'sees the driver and does the half of a bind as well: another walk has given the device ' +
      'its group meanwhile, and the walk counts itself as a user, which nobody takes back.',
    threads: ['walk', 'second walk or device_add', 'bind'],
    precondition: 'two walks, or a device added during one, and a bind of the same device',
    symptom: 'a group that stays in use: -EBUSY or -EPERM for VFIO after its driver is unbound',
    opened: ['0c8e9c148e29'],
    closed: [],
    links: [],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C37',
    name: 'listed-before-bus-ops',
    title: 'An instance is listed before its bus has ops',
    text:
      'Registering lists the instance first and gives each bus its ops when the walk comes to ' +
      'it. A bind in between builds a fwspec, but its replay finds no ops on the bus; that ' +
      'error is taken for "no IOMMU", and the driver runs with direct DMA. The walk attaches ' +
      'the device afterwards.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while the first instance registers',
    symptom: 'IOMMU faults of a device whose driver was bound first',
    opened: ['57365a04c921'],
    closed: ['17de3f5fdd35'],
    links: [],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C38',
    name: 'tested-before-lock',
    title: 'A device is probed again by a walk that looked before it had the lock',
    text:
      'A walk, or the replay of a bind, tests dev->iommu_group and then waits for the probe ' +
      'lock. Meanwhile another one probes the device. The test is not repeated under the lock.',
    threads: ['walk', 'second walk or bind'],
    precondition: 'two instances registered in parallel, or a client that binds during a walk',
    symptom: 'a device that is probed twice: duplicate stream table entries',
    opened: ['57365a04c921'],
    closed: ['6eb4da8cf545'],
    links: [],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C39',
    name: 'second-iommu-not-awaited',
    title: 'A client does not wait for its second IOMMU',
    text:
      'The first specifier finds its instance and makes a fwspec. The second instance is absent: ' +
      'NULL ops are compared with those of the fwspec, and -EINVAL is returned where a deferral ' +
      'was meant. The bind takes it for "no IOMMU" and the driver runs with direct DMA.',
    threads: ['bind'],
    precondition: 'device tree; a client of two IOMMUs, the second one absent',
    symptom: 'IOMMU faults of a device whose driver has bound without its IOMMU',
    opened: [],
    closed: ['3f7c32091628'],
    links: [],
    confidence: 0.9,
    kind: 'sequential',
  },
];
