// SPDX-License-Identifier: GPL-2.0-only
// Logs that are healthy, or have another cause than a race.

import {
  autoSmmu,
  faultOf,
  gpuSmmu,
  iort,
  joins,
  type LogCase,
  late,
  log,
  oops,
  smmu,
  smmu3,
  version,
  warns,
} from './build.ts';

const usb = 'a600000.usb';
const pending = (device: string, why: string): string =>
  `platform ${device}: deferred probe pending: ${why}`;
const timeout = (device: string): string =>
  `platform ${device}: deferred probe timeout, ignoring dependency`;

/** No race, and a cause that is told. */
export const lookAlikes: readonly LogCase[] = [
  {
    name: 'many devices wait for one clock',
    log: log(
      version('6.12.40'),
      smmu,
      pending('a600000.usb', 'platform: wait for supplier /soc@0/clock-controller@100000'),
      pending('8804000.mmc', 'platform: wait for supplier /soc@0/clock-controller@100000'),
      pending('ae00000.display', 'platform: wait for supplier /soc@0/clock-controller@100000'),
    ),
    verdict: 'no race',
    cause: 'supplier-missing',
  },
  {
    name: 'one device waits for a regulator: nothing of an IOMMU',
    log: log(
      version('6.12.40'),
      smmu,
      joins('xhci-hcd', usb, 0),
      pending('8804000.mmc', 'sdhci_msm: failed to get regulator vqmmc'),
      pending('8805000.mmc', 'platform: supplier regulator-vmmc not ready'),
    ),
    verdict: 'no race',
    cause: 'healthy',
    groups: { [usb]: 0 },
  },
  {
    name: 'the IOMMU itself waits for its power domain',
    log: log(
      version('7.2.3'),
      smmu,
      joins('platform', usb, 0),
      pending('3da0000.iommu', 'platform: wait for supplier /soc@0/clock-controller@3d90000'),
      pending('3d00000.gpu', 'platform: wait for supplier /soc@0/iommu@3da0000'),
    ),
    verdict: 'no race',
    cause: 'supplier-missing',
  },
  {
    name: 'clients wait for an IOMMU of which no driver comes',
    log: log(
      version('7.2.3'),
      pending('a600000.usb', 'platform: wait for supplier /soc@0/iommu@15000000'),
      pending('8804000.mmc', 'platform: wait for supplier /soc@0/iommu@15000000'),
    ),
    verdict: 'no race',
    cause: 'driver-missing',
  },
  {
    name: 'the timeout expires, and the IOMMU comes later',
    log: log(
      version('6.12.40'),
      timeout(usb),
      `xhci-hcd ${usb}: xHCI Host Controller`,
      smmu,
      joins('platform', '8804000.mmc', 0),
    ),
    verdict: 'no race',
    cause: 'timeout',
    windows: { C22: 'fits' },
  },
  {
    name: 'the timeout expires, and no IOMMU ever comes',
    log: log(version('6.12.40'), timeout(usb), timeout('8804000.mmc')),
    verdict: 'no race',
    cause: 'driver-missing',
  },
  {
    name: 'the same in a piece of a log: what came before is not known',
    log: log(timeout(usb), timeout('8804000.mmc')),
    verdict: 'no race',
    cause: 'timeout',
  },
  {
    name: 'a kernel without modules',
    log: log(
      version('6.12.40'),
      `platform ${usb}: ignoring dependency for device, assuming no driver`,
    ),
    verdict: 'no race',
    cause: 'driver-missing',
  },
  {
    name: 'the false warning of March 2025',
    log: log(
      version('6.14.0-rc6-next-20250313'),
      late('serial8250', 'serial8250:0', null),
      late('reg-dummy', 'reg-dummy', null),
    ),
    verdict: 'no race',
    cause: 'false-warning',
  },
  {
    name: 'the twin: a group follows, so it was late indeed',
    log: log(
      version('6.14.0-rc6-next-20250313'),
      smmu3,
      late('pcieport', '0000:00:00.0', 'replay'),
      joins('pcieport', '0000:00:00.0', 0),
    ),
    verdict: 'can not tell',
    cause: 'unknown',
  },
  {
    name: 'the boot loader has left the display on',
    log: log(
      version('6.12.40'),
      smmu,
      'arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0xe1000000, fsynr=0x6',
      joins('platform', 'ae00000.display', 0),
    ),
    verdict: 'no race',
    cause: 'boot-loader-dma',
  },
  {
    name: 'the twin: the fault comes when the driver is at work in its group',
    log: log(
      version('6.12.40'),
      smmu3,
      joins('pci', '0000:00:01.0', 0),
      'nvme nvme0: pci function 0000:00:01.0',
      faultOf('0000:00:01.0'),
    ),
    verdict: 'no race',
    cause: 'driver-bug',
  },
  {
    name: 'a stream that no device has',
    log: log(
      version('6.12.40'),
      smmu,
      joins('xhci-hcd', usb, 0),
      `xhci-hcd ${usb}: xHCI Host Controller`,
      ...Array.from({ length: 120 }, (_, i) => `systemd[1]: Started unit ${i}.`),
      'arm-smmu 15000000.iommu: Blocked unknown Stream ID 0x1234; boot with ...',
    ),
    verdict: 'no race',
    cause: 'stream-id-map',
  },
  {
    name: 'a mask makes one group of all functions',
    log: log(
      version('7.2.3'),
      smmu3,
      joins('pci', '0000:00:00.0', 0),
      joins('pci', '0000:00:01.0', 0),
      joins('pci', '0000:00:02.0', 0),
      joins('pci', '0000:01:00.0', 0),
    ),
    verdict: 'no race',
    cause: 'stream-id-map',
  },
  {
    name: 'the twin: a bridge and what is behind it',
    log: log(
      version('7.2.3'),
      smmu3,
      joins('pci', '0000:00:00.0', 0),
      joins('pci', '0000:00:01.0', 1),
      joins('pci', '0000:01:00.0', 1),
      joins('pci', '0000:01:01.0', 1),
    ),
    verdict: 'no race',
    cause: 'healthy',
    groups: { '0000:00:00.0': 0, '0000:01:01.0': 1 },
  },
  {
    name: 'x86: the fault of a device that the firmware should have named',
    log: log(
      version('6.12.40'),
      'DMAR: [Firmware Bug]: RMRR entry for device 03:00.0 is broken - applying workaround',
      'DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2008c22260206 ecap f00f4a',
      joins('pci', '0000:03:00.0', 0),
    ),
    verdict: 'no race',
    cause: 'firmware',
  },
  {
    name: 'the hardware of an IOMMU is in trouble',
    log: log(
      version('6.12.40'),
      smmu3,
      joins('pci', '0000:00:01.0', 0),
      'arm-smmu-v3 9050000.smmuv3: CMD_SYNC timeout at 0x00000123 [hwprod 0x00000125]',
    ),
    verdict: 'no race',
    cause: 'hardware',
  },
  {
    name: 'an oops in the driver of an IOMMU',
    log: log(
      version('7.2.3'),
      oops(
        '0000000000000030',
        'sysfs_remove_link_from_group',
        'iommu_device_unlink',
        'iommu_device_unlink',
        'iommu_device_unregister',
        'viommu_remove',
      ),
    ),
    verdict: 'no race',
    cause: 'driver-bug',
  },
];

/** Nothing is wrong with an IOMMU; what else is wrong is told besides. */
export const healthy: readonly LogCase[] = [
  {
    name: 'a walk over all functions',
    log: log(
      version('7.2.3'),
      smmu3,
      joins('pci', '0000:00:00.0', 0),
      joins('pci', '0000:00:01.0', 1),
    ),
    verdict: 'no race',
    cause: 'healthy',
    groups: { '0000:00:00.0': 0, '0000:00:01.0': 1 },
  },
  {
    name: 'a device that is behind no IOMMU says so',
    log: log(
      version('7.2.3'),
      smmu3,
      'uart-pl011 9000000.pl011: Adding to IOMMU failed: -19',
      joins('pci', '0000:00:00.0', 0),
    ),
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'a deferral that ends well',
    log: log(
      version('7.2.3'),
      'pci 0000:00:01.0: Driver pcieport requests probe deferral',
      'pci 0000:00:01.0: Added to deferred list',
      smmu3,
      joins('pci', '0000:00:01.0', 0),
      'pci 0000:00:01.0: Retrying from deferred list',
      "pcieport 0000:00:01.0: driver: 'pcieport': driver_bound: bound to device",
    ),
    verdict: 'no race',
    cause: 'healthy',
    windows: { C10: 'no', C23: 'no' },
  },
  {
    name: 'a disk fails',
    log: log(
      version('7.2.3'),
      smmu3,
      joins('pci', '0000:00:01.0', 0),
      'nvme nvme0: pci function 0000:00:01.0',
      'nvme 0000:00:01.0: probe with driver nvme failed with error -5',
    ),
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'an oops elsewhere',
    log: log(
      version('7.2.3'),
      smmu3,
      joins('pci', '0000:00:01.0', 0),
      oops('0000000000000008', 'ext4_fill_super', 'get_tree_bdev', 'get_tree_bdev'),
    ),
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'a warning elsewhere',
    log: log(
      version('7.2.3'),
      smmu3,
      joins('pci', '0000:00:01.0', 0),
      warns('kernel/workqueue.c', '__queue_work', 'queue_work_on'),
    ),
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'a machine without an IOMMU',
    log: log(version('6.12.40'), 'Machine model: Raspberry Pi 4', 'mmc0: new high speed SDHC card'),
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'an old kernel',
    log: log(
      version('4.4.0'),
      'iommu: Adding device 0000:00:01.0 to group 0',
      'iommu: Adding device 0000:01:00.0 to group 0',
    ),
    verdict: 'no race',
    cause: 'healthy',
    groups: { '0000:00:01.0': 0, '0000:01:00.0': 0 },
  },
  {
    name: 'two IOMMUs, each with its clients',
    log: log(
      version('7.2.3'),
      smmu,
      joins('platform', usb, 0),
      gpuSmmu,
      joins('platform', '3d00000.gpu', 1),
    ),
    verdict: 'no race',
    cause: 'healthy',
    groups: { [usb]: 0, '3d00000.gpu': 1 },
  },
  {
    name: 'ACPI, with groups of the walk',
    log: log(
      version('7.2.3'),
      iort,
      autoSmmu,
      joins('pci', '0000:00:00.0', 0),
      joins('pci', '0000:00:01.0', 1),
    ),
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'a circle of locks elsewhere',
    log: log(
      version('6.14.0-rc5'),
      'WARNING: possible circular locking dependency detected',
      'kworker/0:1/12 is trying to acquire lock:',
      'ffff888100000000 (&mm->mmap_lock){++++}-{3:3}, at: __might_fault+0x1c/0x70',
    ),
    verdict: 'no race',
    cause: 'healthy',
  },
];
