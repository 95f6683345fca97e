// SPDX-License-Identifier: GPL-2.0-only
// The events that the model and the kernel's own C both report; rules and signatures read these.

/**
 * Name -> arguments, in words. `by` says which of the three callers of the per-device probe acts:
 * 'walk', 'notifier' or 'replay'. Devices, instances and groups are Handles.
 */
export const EVENTS = {
  'instance-listed': 'instance; iommu_device_register() has published it',
  'instance-ready': 'instance; READY was stored',
  'register-end': 'instance, errno; iommu_device_register() returns',
  'release-begin': 'instance; its clients are about to be released',
  'walk-visit': 'device, instance that walks; L is held and dev->iommu_group was just read',
  'configure-skipped': 'device, by; F is absent, but a driver is set: dma_configure is not called',
  'configure-begin': 'device, by; L was dropped, dma_configure runs for a probe in progress',
  'ops-missing': 'device, by; no ops for this device: the probe gives up',
  'init-begin': 'device, by; iommu_init_device() begins (G was NULL)',
  'init-end': 'device, by, errno; iommu_init_device() is over',
  'probe-device': 'device, instance, by; ops->probe_device() ran',
  'group-set': 'device, group, id, by; dev->iommu_group was stored',
  'late-warn': 'device, by; "late IOMMU probe at driver bind, something fishy here!"',
  'default-domain-set': 'group, domain; group->default_domain was stored',
  'fwspec-built': 'device, instance',
  'not-ready-deferred': 'device, instance; the seed check returned -EPROBE_DEFER',
  'not-ready-accepted': 'device, instance; !READY was accepted because dev->iommu exists',
  'ready-seen': 'device, instance; READY was read for a device without dev->iommu, and is set',
  'instance-unfinished': 'instance; it is on the list, and its fwnode cannot be seen',
  'fwspec-incomplete': 'device, have, want; ops->probe_device() sees fewer ids than firmware names',
  'fwspec-found': 'device; of_iommu_configure() found F and returned 0',
  'replay-begin': 'device; of_iommu_configure() calls iommu_probe_device()',
  'replay-end': 'device, errno',
  'driver-set': 'device; dev->driver was stored',
  'driver-clear': 'device; dev->driver was cleared',
  'driver-probe': 'device; the driver probe body begins',
  'driver-probe-end': 'device; the driver probe body ends',
  'use-default-domain': 'device, errno, group or null',
  'init-unguarded':
    'device, by; a probe begins, and no lock keeps the parsing of firmware away (before v6.7)',
  'init-untested': 'device, by; a probe begins, and dev->iommu_group is not tested (before v6.6)',
  'fwspec-unguarded':
    'device, begin or end; firmware is parsed, and no lock keeps a probe away (before v6.7)',
  'fwspec-mismatch':
    'device; an instance that is absent differs from the one of the fwspec (up to v6.10)',
  'dma-ops': 'device, path (iommu or direct); the architecture has chosen the DMA ops of a bind',
  'flag-lost': 'device, flag; an update of a flag has undone that of another one in its word',
  'instance-not-found': 'device, instance; the IOMMU driver finds no instance, as it is not bound',
  'dma-owner': 'device, errno, group; a driver has claimed, or not, the DMA of its group',
  'dma-map': 'device, path (iommu or direct), domain or null; the driver maps a buffer',
  bound: 'device; driver_bound()',
  deferred: 'device; put on the pending list',
  'device-released': 'device, errno; it could not be added, and its last reference is dropped',
  'probe-failed': 'device, errno; bind ended with an error other than deferral',
  'deferral-timeout': 'the timeout has expired',
  'bug-on': 'text; a WARN_ON of the kernel (other than late-warn), a NULL dereference, an oops',
} as const;

export type EventName = keyof typeof EVENTS;
