// SPDX-License-Identifier: GPL-2.0-only
// Shapes of logs that are common on real machines, and are no race; written for these tests.

import { joins, type LogCase, log, smmu, smmu3, version } from './build.ts';

const usb = 'a600000.usb';

const behindDmar = log(
  version('6.12.10'),
  'DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap 1c0000c40660462 ecap 19e2ff0505e',
  joins('pci', '0000:00:02.0', 0),
  joins('pci', '0000:00:14.0', 1),
);
const drm = '[drm] Initialized i915 1.6.0 20230929 for 0000:00:02.0 on minor 0';
const faultOfGraphics =
  'DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x7cd80000 [fault reason 0x06]';

/** Shapes of logs that are common in the wild, and are no race. */
export const inTheWild: readonly LogCase[] = [
  {
    name: 'Intel: the graphics unit has walked first, so groups are not in the order of the bus',
    log: log(
      version('7.2.3'),
      'DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap 1c0000c40660462 ecap 19e2ff0505e',
      'DMAR: dmar1: reg_base_addr fed91000 ver 1:0 cap d2008c40660462 ecap f050da',
      joins('pci', '0000:00:02.0', 0),
      joins('pci', '0000:00:00.0', 1),
      joins('pci', '0000:00:14.0', 2),
      joins('pci', '0000:00:14.2', 2),
    ),
    verdict: 'no race',
    cause: 'healthy',
    groups: { '0000:00:02.0': 0, '0000:00:14.2': 2 },
  },
  {
    name: 'Intel: the firmware has left the graphics unit at work',
    log: log(
      version('6.6.0'),
      'DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap 1c0000c40660462 ecap 19e2ff0505e',
      'DMAR: DRHD: handling fault status reg 3',
      'DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x7cd80000 [fault',
      joins('pci', '0000:00:02.0', 0),
    ),
    verdict: 'no race',
    cause: 'boot-loader-dma',
  },
  {
    name: 'AMD: a device faults long after it has its group and its driver',
    log: log(
      version('6.11.0'),
      joins('pci', '0000:01:00.0', 13),
      'pci 0000:00:00.2: AMD-Vi: Found IOMMU cap 0x40',
      'ath10k_pci 0000:01:00.0: enabling device (0000 -> 0002)',
      'ath10k_pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0d address=0xcf000]',
    ),
    verdict: 'no race',
    cause: 'driver-bug',
  },
  {
    name: 'the IOMMU of a GPU does not come in time, and its probe fails',
    log: log(
      version('6.19.0-rc2'),
      smmu,
      joins('platform', usb, 0),
      'arm-smmu 3da0000.iommu: deferred probe timeout, ignoring dependency',
      'arm-smmu 3da0000.iommu: probe with driver arm-smmu failed with error -110',
      'adreno 3d00000.gpu: deferred probe timeout, ignoring dependency',
    ),
    verdict: 'no race',
    cause: 'timeout',
  },
  {
    name: 'an SMMU without its clock',
    log: log(
      version('6.18.0'),
      smmu,
      'Internal error: synchronous external abort: 0000000096000410 [#1]  SMP',
      'CPU: 2 UID: 0 PID: 12 Comm: kworker/u32:0 Not tainted',
      'pc : qcom_smmu_write_s2cr+0x84/0x140',
      'lr : arm_smmu_attach_dev+0x1c/0x60',
      'Call trace:',
      ' qcom_smmu_write_s2cr+0x84/0x140 (P)',
      ' arm_smmu_attach_dev+0x1f8/0x550',
    ),
    verdict: 'no race',
    cause: 'hardware',
  },
  {
    name: 'functions of several segments and buses, each in its order',
    log: log(
      version('6.12.40'),
      smmu3,
      joins('pcieport', '0001:00:00.0', 0),
      joins('pcieport', '0000:00:00.0', 1),
      joins('nvme', '0000:01:00.0', 2),
    ),
    verdict: 'no race',
    cause: 'healthy',
  },
  ...(
    [
      [0.4, 'no race', 'boot-loader-dma'],
      [9, 'can not tell', 'unknown'],
      [3000, 'no race', 'driver-bug'],
    ] as const
  ).map(
    ([at, verdict, cause]): LogCase => ({
      name: `a fault ${at} s after boot of a device whose driver is not told`,
      log: `${behindDmar}[${at.toFixed(6)}] ${faultOfGraphics}\n`,
      verdict,
      cause,
    }),
  ),
  {
    name: 'the same at 9 s, and its driver comes at 10 s',
    log: `${behindDmar}[9.0] ${faultOfGraphics}\n[10.0] ${drm}\n`,
    verdict: 'no race',
    cause: 'boot-loader-dma',
  },
  {
    name: 'the same, and its driver has come at 8 s',
    log: `${behindDmar}[8.0] ${drm}\n[9.0] ${faultOfGraphics}\n`,
    verdict: 'no race',
    cause: 'driver-bug',
  },
  ...(['nvme', 'pci'] as const).map(
    (prefix): LogCase => ({
      name: `AMD: a fault that ${prefix} stands before, at once`,
      log: log(
        version('6.12.10'),
        'pci 0000:00:00.2: AMD-Vi: Found IOMMU cap 0x40',
        joins('pci', '0000:01:00.0', 3),
        `${prefix} 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0xc address=0xff00]`,
      ),
      verdict: 'no race',
      cause: prefix === 'pci' ? 'boot-loader-dma' : 'driver-bug',
    }),
  ),
  {
    name: 'a piece of a log in which nothing is of an IOMMU',
    log: '[    5.000000] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n',
    verdict: 'can not tell',
    cause: 'unknown',
  },
  {
    name: 'the twin: something else fails in it',
    log: '[    5.000000] ath10k_pci 0000:01:00.0: failed to fetch firmware: -2\n',
    verdict: 'no race',
    cause: 'healthy',
  },
  {
    name: 'the twin: it is a whole log, of a machine without IOMMU',
    log: log(version('6.12.10'), 'usb 1-1: new high-speed USB device number 2 using xhci_hcd'),
    verdict: 'no race',
    cause: 'healthy',
  },
];
