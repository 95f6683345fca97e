// SPDX-License-Identifier: GPL-2.0-only
// Windows C13 to C24 of the catalogue.

import type { Window } from './window.ts';

export const laterWindows: readonly Window[] = [
  {
    id: 'C13',
    name: 'two-iommu-ready-bypass',
    title: 'The second IOMMU of a client is accepted before it is ready',
    text:
      'The first specifier names a ready instance and makes dev->iommu exist; for the second ' +
      'one the test of iommu->ready is skipped, although that instance is still registering.',
    threads: ['walk', 'bind'],
    precondition: 'a client of two instances, one ready and one registering',
    symptom: 'late IOMMU probe at driver bind, something fishy here! (in iommu_device_register())',
    opened: ['da33e87bd2bf'],
    closed: [],
    links: ['https://lore.kernel.org/r/20260323-iommu-ready-check-v1-1-5f6fef8f9f59@linaro.org'],
    confidence: 0.99,
    kind: 'race',
  },
  {
    id: 'C14',
    name: 'in-flight-probe-taken-for-own',
    title: 'A driver binds without a group while the probe is in flight',
    text:
      'The walk has dropped the lock inside iommu_init_device(). A bind finds the fwspec, or ' +
      'dev->iommu, takes it for its own or done, finds no group, and probes with direct DMA; ' +
      'then the walk attaches the device under the running driver.',
    threads: ['walk or device_add', 'bind'],
    precondition: 'a client binds while its IOMMU registers',
    symptom: 'late IOMMU probe at driver bind, then IOMMU faults, then WARN_ON(!group->owner_cnt)',
    opened: ['bcb81ac6ae3c'],
    closed: [],
    links: [],
    confidence: 0.85,
    kind: 'race',
  },
  {
    id: 'C15',
    name: 'shared-iommu-freed-by-other-walk',
    title: 'A foreign walk frees dev->iommu and the own walk skips the device',
    text:
      'A foreign walk holds dev->iommu while it parses. The walk of the own instance meets it ' +
      'and drops the lock, too; the foreign one gives up and frees dev->iommu; the own one ' +
      'finds it gone and passes on.',
    threads: ['walk', 'second walk'],
    precondition: 'two instances registered in parallel',
    symptom: 'late IOMMU probe at driver bind, or (ACPI, no driver) a device without group',
    opened: ['73d2f10957f5', '0c8e9c148e29'],
    closed: [],
    links: [],
    confidence: 0.8,
    kind: 'race',
  },
  {
    id: 'C16',
    name: 'dma-configure-driver-toctou',
    title: 'dma_configure follows a driver computed from NULL',
    text:
      'dma_configure computes the bus driver from dev->driver before it is set, and tests ' +
      'dev->driver afterwards: it follows a wild pointer.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while a walk parses its firmware',
    symptom: 'Unable to handle kernel paging request at virtual address fffffffffffffff8',
    opened: ['bcb81ac6ae3c'],
    closed: ['95deee37a123', '152f33ee30ee', '78447d4545b2'],
    links: ['https://lore.kernel.org/r/aAa2Zx86yUfayPSG@google.com'],
    confidence: 0.99,
    kind: 'race',
  },
  {
    id: 'C17',
    name: 'cdx-swallows-deferral',
    title: 'CDX devices bind without their IOMMU',
    text: 'cdx_dma_configure() returns 0 whatever happened, so a deferral is lost.',
    threads: ['bind'],
    precondition: 'a CDX device whose IOMMU is absent or not ready',
    symptom: 'a CDX device that does direct DMA',
    opened: [],
    closed: [],
    links: [],
    confidence: 0.9,
    kind: 'sequential',
  },
  {
    id: 'C18',
    name: 'register-before-driver-state',
    title: 'An IOMMU driver registers before it is ready for callbacks',
    text:
      'The walk inside iommu_device_register() calls of_xlate and probe_device at once; a ' +
      'driver that sets its own data up after the call is not prepared.',
    threads: ['walk'],
    precondition: 'an IOMMU driver that registers early',
    symptom: 'NULL dereference in of_xlate(), probe_device() or device_group() of the driver',
    opened: ['57365a04c921', 'bcb81ac6ae3c'],
    closed: ['d9d3cede4167', '38e8844005e6', '72b6f7cd89ce', 'c8ba3f8aff67'],
    links: ['https://lore.kernel.org/r/bf2adf5d-1432-4bb7-846c-e1bcfa84858b@samsung.com'],
    confidence: 1,
    kind: 'sequential',
  },
  {
    id: 'C19',
    name: 'register-fails-with-clients',
    title: 'Registration fails when clients are there already',
    text:
      'An error of one device ends the registration and releases the others: dma_iommu stays ' +
      'set, a bind locks the mutex of a freed group, or a bound client loses its DMA.',
    threads: ['unregister', 'bind'],
    precondition: 'a device whose probe fails with an error other than -ENODEV',
    symptom: 'NULL dereference in iommu-dma, or a use after free in use_default_domain()',
    opened: ['57365a04c921'],
    closed: ['280e5a301005'],
    links: [
      'https://lore.kernel.org/r/' +
        'e788aa927f6d827dd4ea1ed608fada79f2bab030.1744284228.git.robin.murphy@arm.com',
    ],
    confidence: 0.7,
    kind: 'race',
  },
  {
    id: 'C20',
    name: 'dangling-group-entry',
    title: 'A group stays linked to a list that is gone',
    text:
      'bus_iommu_probe() returns early and leaves groups of other instances linked to its ' +
      'list on the stack. No later walk collects them: they never get a default domain.',
    threads: ['walk that fails', 'second walk', 'bind'],
    precondition: 'two instances, one of whose registrations fails',
    symptom: 'a client that defers for ever',
    opened: ['57365a04c921'],
    closed: [],
    links: [],
    confidence: 0.8,
    kind: 'race',
  },
  {
    id: 'C21',
    name: 'unregister-vs-client-probe',
    title: 'A client attaches to an instance that is being unregistered',
    text:
      'Unregistering releases the clients first and de-lists the instance second, with ready ' +
      'still set: a client that binds in between is probed for an instance that is about to ' +
      'be freed. In v6.0 nothing is released; the pointer from the list is the same.',
    threads: ['unregister', 'bind'],
    precondition: 'registration fails, or the IOMMU driver is unbound, while a client binds',
    symptom: 'use after free of struct iommu_device',
    opened: [],
    closed: [],
    links: [],
    confidence: 0.8,
    kind: 'race',
  },
  {
    id: 'C22',
    name: 'deferral-timeout-then-late-iommu',
    title: 'The deferral timeout expires before the IOMMU comes',
    text: 'A client gives up waiting and does direct DMA; the IOMMU that comes later skips it.',
    threads: ['deferral timeout', 'bind', 'walk'],
    precondition: 'the deferral timeout is enabled and expires',
    symptom: 'deferred probe timeout, ignoring dependency',
    opened: [],
    closed: [],
    links: [],
    confidence: 1,
    kind: 'sequential',
  },
  {
    id: 'C23',
    name: 'lost-deferral-wakeup',
    title: 'A deferred client is not retried',
    text:
      'The event that a client waits for comes before it is on the pending list. The trigger ' +
      'count makes up for that; what defers for ever is a client whose event never comes.',
    threads: ['bind', 'any bind that succeeds'],
    precondition: 'a client defers while another device binds',
    symptom: 'a device that stays in devices_deferred',
    opened: [],
    closed: [],
    links: ['https://lore.kernel.org/r/0eec5f84-6b39-43ba-ab2f-914688a5cf45@nvidia.com'],
    confidence: 0.1,
    kind: 'race',
  },
  {
    id: 'C24',
    name: 'ready-memory-ordering',
    title: 'iommu->ready is read without ordering',
    text:
      'READY is a plain flag with READ_ONCE() and WRITE_ONCE(). The probe lock, and the locks ' +
      'on the way to the trigger, order everything that matters; before there was READY, the ' +
      'lock of the list of instances did.',
    threads: ['walk', 'bind'],
    precondition: 'a client binds while its IOMMU registers',
    symptom: null,
    opened: ['da33e87bd2bf'],
    closed: [],
    links: [],
    confidence: 0.15,
    kind: 'race',
  },
];
