// SPDX-License-Identifier: GPL-2.0-only
// Windows C01 to C12 of the catalogue.

import type { Window } from './window.ts';

export const firstWindows: readonly Window[] = [
  {
    id: 'C01',
    name: 'parallel-walk-double-probe',
    title: 'Two walks probe one device at once',
    text:
      'Two instances register in parallel and both walk the bus without a lock. Both work on ' +
      'one dev->iommu: one frees it while the other goes on, or the device is probed twice.',
    threads: ['walk', 'second walk'],
    precondition: 'two instances, registered in parallel (async probing or module loading)',
    symptom:
      'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000030, ' +
      'pc : dev_iommu_free, lr : __iommu_probe_device',
    opened: ['57365a04c921'],
    closed: ['01657bc14a39'],
    links: ['https://lore.kernel.org/r/Y1CHh2oM5wyHs06J@google.com'],
    confidence: 1,
    kind: 'race',
  },
  {
    id: 'C02',
    name: 'group-entry-unlocked',
    title: 'A group is linked into two lists',
    text:
      'Two walks test and link group->entry without group->mutex: the group is set up twice, ' +
      'or the list is damaged.',
    threads: ['walk', 'second walk'],
    precondition: 'two instances, registered in parallel',
    symptom: 'list_add corruption, or a group that is set up twice',
    opened: ['57365a04c921'],
    closed: ['01657bc14a39'],
    links: ['https://lore.kernel.org/r/Y1CHh2oM5wyHs06J@google.com'],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C03',
    name: 'fwspec-freed-under-configure',
    title: 'The walk frees dev->iommu under a bind that builds the fwspec',
    text:
      'A bind has allocated dev->iommu and is about to store the fwspec. The walk probes the ' +
      'device, fails for want of a fwspec, and frees dev->iommu.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds (deferral, async probing, module loading) during a walk',
    symptom: 'use after free or NULL dereference in iommu_fwspec_init() or iommu_fwspec_add_ids()',
    opened: ['57365a04c921'],
    closed: ['a2e7e59a9426'],
    links: ['https://lore.kernel.org/r/e2e20e1c-6450-4ac5-9804-b0000acdf7de@quicinc.com'],
    confidence: 1,
    kind: 'race',
  },
  {
    id: 'C04',
    name: 'half-built-fwspec',
    title: 'The walk probes with a fwspec that has no ids yet',
    text:
      'The fwspec is visible before its ids are added, and moves when it grows. The walk ' +
      'probes the device with what is there at that moment.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds during a walk',
    symptom: 'stream ID out of range, or a device that is attached without its stream ids',
    opened: ['57365a04c921'],
    closed: ['a2e7e59a9426'],
    links: ['https://lore.kernel.org/r/e2e20e1c-6450-4ac5-9804-b0000acdf7de@quicinc.com'],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C05',
    name: 'default-domain-not-ready',
    title: 'A client binds to a group without default domain',
    text:
      'The walk gives a device its group and leaves the default domain for its second loop. A ' +
      'bind in between takes the group for ready: the driver maps with dma-direct and is ' +
      'switched to the IOMMU while its DMA runs.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while the walk runs; its firmware has been parsed',
    symptom: 'IOMMU faults at boot, a warning in __iommu_dma_unmap(), corrupted memory',
    opened: ['f188056352bc', '98ac73f99bc4'],
    closed: ['b46064a18810'],
    links: ['https://lore.kernel.org/r/cover.1739486121.git.robin.murphy@arm.com'],
    confidence: 1,
    kind: 'race',
  },
  {
    id: 'C06',
    name: 'dma-ops-decided-too-early',
    title: 'DMA ops are chosen before the default domain appears',
    text:
      'The default domain appears between arch_setup_dma_ops() and the check that there is ' +
      'one: the check passes, and the device keeps its direct DMA ops for good.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while the walk runs; the architecture sets the DMA ops',
    symptom: 'IOMMU faults of a device that is attached to a translated domain but maps directly',
    opened: ['f188056352bc'],
    closed: ['b67483b3c44e'],
    links: ['https://lore.kernel.org/r/cover.1739486121.git.robin.murphy@arm.com'],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C07',
    name: 'bind-order-probing',
    title: 'Devices are probed in the order in which drivers bind',
    text:
      'The fwspec exists only once a driver binds, so the walk finds nothing to probe: groups ' +
      'come in bind order, and a device without a driver gets none.',
    threads: ['walk', 'bind'],
    precondition: 'none: a device behind an IOMMU is enough',
    symptom: 'group ids change from boot to boot; devices without a driver are in no group',
    opened: ['17de3f5fdd35'],
    closed: ['bcb81ac6ae3c'],
    links: ['https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com'],
    confidence: 1,
    kind: 'sequential',
  },
  {
    id: 'C08',
    name: 'finished-by-the-other-walk',
    title: 'The device was probed by somebody else while the lock was dropped',
    text:
      'iommu_init_device() drops the lock for dma_configure and does not test again: another ' +
      'walk has probed the device meanwhile, or has freed its dev->iommu.',
    threads: ['walk', 'second walk'],
    precondition: 'two instances registered in parallel, or a device added during a walk',
    symptom: 'sysfs: cannot create duplicate filename .../iommu_group; or a NULL dereference',
    opened: ['bcb81ac6ae3c'],
    closed: ['0c8e9c148e29'],
    links: ['https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com'],
    confidence: 1,
    kind: 'race',
  },
  {
    id: 'C09',
    name: 'replay-during-register',
    title: 'A client replays the probe that the walk has not reached',
    text:
      'The instance is listed, the walk is on its way. A client that binds finds it, builds ' +
      'its fwspec and replays the probe: its group is allocated out of order, with a driver ' +
      'set.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while its IOMMU registers: an ordinary deferral is enough',
    symptom: 'late IOMMU probe at driver bind, something fishy here!',
    opened: ['bcb81ac6ae3c'],
    closed: ['da33e87bd2bf'],
    links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
    confidence: 1,
    kind: 'race',
  },
  {
    id: 'C10',
    name: 'driver-set-skips-configure',
    title: 'The walk meets a bind under way and skips dma_configure',
    text:
      'dev->driver is set by a bind that is about to defer. The walk takes that for ' +
      '"configured already", finds no ops and gives the device up; the retry probes it late, ' +
      'or (ACPI) never.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while its IOMMU registers',
    symptom: 'late IOMMU probe at driver bind, something fishy here! (ACPI: no group, DMA faults)',
    opened: ['bcb81ac6ae3c'],
    closed: [],
    links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
    confidence: 0.9,
    kind: 'race',
  },
  {
    id: 'C11',
    name: 'notifier-during-walk',
    title: 'The notifier probes a new device ahead of the walk',
    text:
      'A device that is added while a walk runs is probed at once by the bus notifier: its ' +
      'group id is out of order, and its default domain is decided before its siblings are ' +
      'known.',
    threads: ['walk', 'device_add'],
    precondition: 'a device is added while its IOMMU registers',
    symptom: 'group ids out of bus order',
    opened: ['bcb81ac6ae3c'],
    closed: [],
    links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
    confidence: 0.95,
    kind: 'race',
  },
  {
    id: 'C12',
    name: 'early-default-then-replaced',
    title: 'The default domain is replaced under a bound driver',
    text:
      'A member of a group gets its default domain early and its driver binds. The second ' +
      'loop of a walk then asks for another type, and switches the group without looking at ' +
      'owner_cnt.',
    threads: ['walk', 'device_add or bind of another member'],
    precondition: 'a group with several members, whose types differ, or lazy mode without a queue',
    symptom: 'IOMMU faults for buffers that were mapped before the switch',
    opened: ['d99be00f42ea'],
    closed: [],
    links: [],
    confidence: 0.7,
    kind: 'race',
  },
];
