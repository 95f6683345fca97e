// SPDX-License-Identifier: GPL-2.0-only
// What each commit changes, computed by `node scripts/shows.mjs`; not to be edited.

import type { CommitEffect } from './commit-effects-types.ts';

export const shownData: Readonly<Record<string, readonly CommitEffect[]>> = {
  '57365a04c921': [
    {
      kernels: '6.1 6.1.y 6.2 6.3 6.4 6.5 6.6 6.6.y 6.7',
      world: 'hand:walk parsed | walk parsed/1 client',
      aspect: 'breaks',
      gone: ['P12 C31'],
      come: ['P8 C42'],
    },
  ],
  a2e7e59a9426: [
    {
      kernels: '6.1.y 6.6.y 6.7',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: [],
      come: ['P12 C04', 'P3 C03', 'P8 C03', 'P8 C07', 'oops C03', 'use-after-free C03'],
    },
    {
      kernels: '6.8 6.9 6.10',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: [],
      come: ['P12 C04'],
    },
  ],
  '229e6ee43d2a': [
    {
      kernels: '6.1.y 6.6.y',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: ['P3 C35', 'P8 C35', 'use-after-free C35'],
      come: ['oops C35'],
    },
    {
      kernels: '6.12.y 6.13 6.14',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: ['P3 C35', 'P8 C35'],
      come: ['oops C35'],
    },
  ],
  '38e8844005e6': [
    {
      kernels: '6.1.y',
      world: 'hand:walk+bind mediatek | walk+bind mediatek/1 client',
      aspect: 'breaks',
      gone: ['P10 C37', 'P11 C05', 'P11 C06', 'P11 C37', 'P3 C05', 'P4 C38', 'P6 C05'],
      come: ['oops C18'],
    },
    {
      kernels: '6.6.y',
      world: 'hand:walk+bind mediatek | walk+bind mediatek/1 client',
      aspect: 'breaks',
      gone: ['P10 C37', 'P11 C37'],
      come: ['oops C18'],
    },
    {
      kernels: '6.12.y',
      world: 'hand:walk+bind mediatek | walk+bind mediatek/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['oops C18'],
    },
    {
      kernels: '6.15.0',
      world: 'hand:walk+bind mediatek | walk+bind mediatek/1 client',
      aspect: 'breaks',
      gone: ['P1 C09', 'P1 C14', 'P10 C14', 'P11 C14'],
      come: ['oops C18'],
    },
    {
      kernels: '6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'hand:walk+bind mediatek | walk+bind mediatek/1 client',
      aspect: 'breaks',
      gone: ['P1 C14', 'P10 C14', 'P11 C14'],
      come: ['oops C18'],
    },
  ],
  a2225b6e834a: [
    {
      kernels: '6.1.y',
      world: 'hand:add+attach dt | add+attach dt/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['P11 C27', 'P3 C27', 'P4 C27', 'P4 C38', 'P6 C05'],
    },
    {
      kernels: '6.6.y 6.12.y',
      world: 'hand:add+attach dt | add+attach dt/1 client',
      aspect: 'happens',
      gone: [],
      come: ['grouped-by-notifier'],
    },
    {
      kernels: '6.18.y 7.1 7.2 7.2.y 7.3',
      world: 'hand:add+attach dt | add+attach dt/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['P1 C14', 'P1 C27', 'P10 C14', 'P11 C14', 'P3 C14'],
    },
  ],
  '01657bc14a39': [
    {
      kernels: '6.2 6.3 6.4 6.5',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: [],
      come: ['P3 C01', 'P8 C01', 'double-free C01', 'oops C01', 'use-after-free C01'],
    },
  ],
  '2959ab247061': [
    {
      kernels: '6.4 6.5 6.6',
      world: 'hand:walk+bind cdx | walk+bind cdx/1 client',
      aspect: 'breaks',
      gone: [
        'P12 C04',
        'P3 C03',
        'P3 C17',
        'P3 C37',
        'P8 C03',
        'P8 C07',
        'oops C03',
        'oops C35',
        'use-after-free C03',
      ],
      come: [],
    },
    {
      kernels: '6.6.y',
      world: 'hand:walk+bind cdx | walk+bind cdx/1 client',
      aspect: 'breaks',
      gone: ['P3 C17', 'P3 C35', 'P3 C37', 'P8 C07', 'P8 C35', 'use-after-free C35'],
      come: [],
    },
    {
      kernels: '6.7',
      world: 'hand:walk+bind cdx | walk+bind cdx/1 client',
      aspect: 'breaks',
      gone: ['P3 C17', 'P3 C37', 'P8 C07', 'oops C35'],
      come: [],
    },
    {
      kernels: '6.8 6.9 6.10 6.11 6.12',
      world: 'hand:walk+bind cdx | walk+bind cdx/1 client',
      aspect: 'breaks',
      gone: ['P3 C17', 'P8 C07', 'oops C35'],
      come: [],
    },
    {
      kernels: '6.12.y 6.13 6.14',
      world: 'hand:walk+bind cdx | walk+bind cdx/1 client',
      aspect: 'breaks',
      gone: ['P3 C17', 'P3 C35', 'P8 C07', 'P8 C35'],
      come: [],
    },
    {
      kernels: '6.15-rc1 6.15.0',
      world: 'hand:walk+bind cdx | walk+bind cdx/1 client',
      aspect: 'breaks',
      gone: [
        'P1 C09',
        'P1 C10',
        'P1 C14',
        'P10 C14',
        'P10 C17',
        'P11 C14',
        'P11 C17',
        'P3 C10',
        'P3 C14',
        'P3 C17',
        'P8 C10',
        'oops C16',
      ],
      come: [],
    },
    {
      kernels: '6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'hand:walk+bind cdx | walk+bind cdx/1 client',
      aspect: 'breaks',
      gone: [
        'P1 C10',
        'P1 C14',
        'P10 C14',
        'P10 C17',
        'P11 C14',
        'P11 C17',
        'P3 C10',
        'P3 C14',
        'P3 C17',
        'P8 C10',
        'oops C16',
      ],
      come: [],
    },
  ],
  d99be00f42ea: [
    {
      kernels: '6.5',
      world: 'hand:walk+bind lazy shared two | walk+bind lazy shared two/1 client',
      aspect: 'breaks',
      gone: ['P6 C12', 'use-after-free C12'],
      come: [],
    },
  ],
  f188056352bc: [
    {
      kernels: '6.6 6.7',
      world: 'hand:walk+bind flags | walk+bind flags/1 client',
      aspect: 'breaks',
      gone: ['P11 C05', 'P11 C06', 'P3 C05'],
      come: [],
    },
    {
      kernels: '6.8 6.9',
      world: 'hand:walk+bind flags | walk+bind flags/1 client',
      aspect: 'breaks',
      gone: ['P11 C05', 'P11 C06', 'P3 C05', 'P6 C05'],
      come: [],
    },
  ],
  b46064a18810: [
    {
      kernels: '6.6.y',
      world: 'hand:walk+bind flags | walk+bind flags/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['P11 C05', 'P11 C06', 'P3 C05', 'P6 C05'],
    },
    {
      kernels: '6.12.y 6.15-rc1 6.15.0 6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'hand:walk+bind flags | walk+bind flags/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['P11 C05', 'P3 C05', 'P6 C05'],
    },
  ],
  '17de3f5fdd35': [
    {
      kernels: '6.8 6.9 6.10',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: [],
      come: ['P3 C37'],
    },
  ],
  b67483b3c44e: [
    {
      kernels: '6.10 6.11',
      world: 'hand:unbind+add | unbind+add/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['double-free C21'],
    },
  ],
  '3f7c32091628': [
    {
      kernels: '6.11 6.12 6.13 6.14',
      world: 'hand:walk parsed | walk parsed/1 client',
      aspect: 'breaks',
      gone: ['P8 C07'],
      come: ['P12 C31'],
    },
  ],
  b5c58b2fdc42: [
    {
      kernels: '6.12 6.12.y 6.13 6.14',
      world: 'hand:walk+bind parsed flags | walk+bind parsed flags/1 client',
      aspect: 'happens',
      gone: ['flag-lost'],
      come: [],
    },
    {
      kernels: '6.15-rc1 6.15.0 6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1',
      world: 'hand:walk+bind flags | walk+bind flags/1 client',
      aspect: 'breaks',
      gone: ['P11 C26'],
      come: [],
    },
  ],
  '93ae6e68b6d6': [
    {
      kernels: '6.12.y 6.15-rc1 6.15.0 6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'hand:walk+cpu intel | walk+cpu intel/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['lock-order C30'],
    },
  ],
  '3832862eb9c4': [
    {
      kernels: '6.12.y',
      world: 'hand:walk+bind lazy shared two | walk+bind lazy shared two/1 client',
      aspect: 'happens',
      gone: [],
      come: ['waits-half-probed'],
    },
  ],
  '04d3e5461c1f': [
    {
      kernels: '6.15-rc1 6.15.0 6.15.1 6.16',
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'races',
      gone: [
        'data race on driver: marked write in device_set_driver() and ' +
          'plain read in __iommu_probe_device() at once',
        'data race on driver: marked write in device_set_driver() and ' +
          'plain read in iommu_init_device() at once',
        'data race on driver: marked write in device_set_driver() and ' +
          'plain read in pci_dma_configure() at once',
      ],
      come: [
        'data race on driver: plain read in __iommu_probe_device() and ' +
          'plain write in device_set_driver() at once',
        'data race on driver: plain read in iommu_init_device() and ' +
          'plain write in device_set_driver() at once',
        'data race on driver: plain read in pci_dma_configure() and ' +
          'plain write in device_set_driver() at once',
      ],
    },
    {
      kernels: '6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'races',
      gone: [
        'data race on driver: marked write in device_set_driver() and ' +
          'plain read in __iommu_probe_device() at once',
        'data race on driver: marked write in device_set_driver() and ' +
          'plain read in iommu_init_device() at once',
      ],
      come: [
        'data race on driver: marked read in pci_dma_configure() and ' +
          'plain write in device_set_driver() at once',
        'data race on driver: plain read in __iommu_probe_device() and ' +
          'plain write in device_set_driver() at once',
        'data race on driver: plain read in iommu_init_device() and ' +
          'plain write in device_set_driver() at once',
      ],
    },
  ],
  '280e5a301005': [
    {
      kernels: '6.15.0 6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'hand:unbind+add | unbind+add/1 client',
      aspect: 'breaks',
      gone: ['P11 C21'],
      come: [],
    },
  ],
  b150654f74bf: [
    {
      kernels: '6.14',
      world: 'hand:walk+cpu intel | walk+cpu intel/1 client',
      aspect: 'breaks',
      gone: ['lock-order C30'],
      come: [],
    },
  ],
  '73d2f10957f5': [
    {
      kernels: '6.15-rc1 6.15.0',
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus | walk+add+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: ['P1 C08', 'P1 C15'],
      come: ['P1 new'],
    },
    {
      kernels: '6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus | walk+add+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: [],
      come: ['P1 new'],
    },
  ],
  '7d835134d4e1': [
    {
      kernels: '6.15-rc1 6.15.0',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: ['P1 C09', 'P1 C14', 'P10 C14', 'P11 C14'],
      come: ['P1 C35', 'P3 C35', 'P8 C35', 'oops C21', 'use-after-free C35'],
    },
    {
      kernels: '6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: ['P1 C14', 'P10 C14', 'P11 C14'],
      come: ['P1 C35', 'P3 C35', 'P8 C35'],
    },
  ],
  '95deee37a123': [
    {
      kernels: '6.15.0 6.15.1 6.16 6.17 6.18 6.19 7.0',
      world: 'hand:add+attach dt | add+attach dt/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['oops C16'],
    },
    {
      kernels: '6.18.y 7.1 7.2 7.2.y 7.3',
      world: 'hand:walk+bind managed | walk+bind managed/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['oops C16'],
    },
  ],
  '0c8e9c148e29': [
    {
      kernels: '6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus | walk+add+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: ['P1 C15'],
      come: ['P4 C08', 'oops C08'],
    },
  ],
  da33e87bd2bf: [
    {
      kernels: '6.15.1 6.16 6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'dt/amba/populate/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: [],
      come: ['P1 C09'],
    },
  ],
  '78447d4545b2': [
    {
      kernels: '6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus | walk+bind+retry/1 client/bystanders 0+0',
      aspect: 'breaks',
      gone: [],
      come: ['oops C16'],
    },
  ],
  '72b6f7cd89ce': [
    {
      kernels: '6.17 6.18 6.19 6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'hand:walk+bind acpi virtio | walk+bind acpi virtio/1 client',
      aspect: 'breaks',
      gone: ['P1 C14', 'P10 C14', 'P11 C14'],
      come: ['P3 C18', 'P8 C18'],
    },
  ],
  '2a918911ed3d': [
    {
      kernels: '6.18 6.19 7.0 7.1 7.2',
      world: 'hand:mock add | mock add/1 client',
      aspect: 'breaks',
      gone: ['P14 C33'],
      come: [],
    },
  ],
  c41e2fb67e26: [
    {
      kernels: '6.18.y 7.0 7.1 7.2 7.2.y 7.3',
      world: 'hand:scan acs dt | scan acs dt/2 clients',
      aspect: 'breaks',
      gone: [],
      come: ['P13 C41'],
    },
  ],
  b7b0b3851474: [
    {
      kernels: '6.18.y 7.2.y 7.3',
      world: 'hand:mock add | mock add/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['P14 C33'],
    },
  ],
  f8670e8e43b8: [
    {
      kernels: '7.2 7.2.y 7.3',
      world: 'hand:walk+bind flags | walk+bind flags/1 client',
      aspect: 'breaks',
      gone: [],
      come: ['P11 C26'],
    },
  ],
};
