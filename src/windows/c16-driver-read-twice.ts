// SPDX-License-Identifier: GPL-2.0-only
// C16: dma_configure computes the driver before it is set and tests it afterwards.

import { functionOf, isMemory, threadOf } from './reports.ts';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c16: Window = {
  id: 'C16',
  name: 'dma-configure-driver-toctou',
  title: 'dma_configure follows a driver computed from NULL',
  text:
    'dma_configure computes the bus driver from dev->driver before it is set, and tests ' +
    'dev->driver afterwards: it follows a wild pointer.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while a walk parses its firmware',
  symptom: 'Unable to handle kernel paging request at virtual address fffffffffffffff8',
  log: [
    {
      seen: {
        kind: 'crash',
        at: [
          'platform_dma_configure',
          'pci_dma_configure',
          'amba_dma_configure',
          'fsl_mc_dma_configure',
          'cdx_dma_configure',
        ],
        through: ['__iommu_probe_device', 'iommu_init_device', 'probe_iommu_group'],
      },
      proof: ['the address is that of a container of NULL'],
    },
  ],
  symptomOf: ['P5'],
  ways: [
    {
      what: 'platform_dma_configure()',
      where: { bus: 'platform' },
      opened: 'bcb81ac6ae3c',
      closed: ['95deee37a123'],
    },
    {
      what: 'pci_dma_configure()',
      where: { bus: 'pci' },
      opened: 'bcb81ac6ae3c',
      closed: ['78447d4545b2'],
    },
    { what: 'amba_dma_configure()', where: { bus: 'amba' }, opened: 'bcb81ac6ae3c', closed: [] },
    { what: 'cdx_dma_configure()', where: { bus: 'cdx' }, opened: 'bcb81ac6ae3c', closed: [] },
    {
      what: 'fsl_mc_dma_configure()',
      opened: 'bcb81ac6ae3c',
      closed: ['152f33ee30ee'],
      untold: 'the model has no fsl-mc bus',
    },
  ],
  links: ['https://lore.kernel.org/r/aAa2Zx86yUfayPSG@google.com'],
  confidence: 0.99,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+bind+retry/1 client/bystanders 0+0',
      found: ['6.15.0'],
      absent: ['7.2'],
    },
    { world: 'dt/amba/populate/arm-smmu@0.other-bus', found: ['7.2'], absent: ['6.14'] },
  ],
  signatures: {
    /** The thread that crashes has just followed what it had computed from NULL. */
    main: perDevice<Followed>(
      () => ({
        events: ['driver-from-null'],
        initial: { by: null },
        step: (_state, e) => ({ by: e.thread }),
        explains: (devices, report) =>
          isMemory(report) &&
          functionOf(report).endsWith('_dma_configure') &&
          devices.some(({ by }) => by === threadOf(report)),
      }),
      // A walk configures whatever is on the bus, behind an IOMMU or not.
      { all: true },
    ),
  },
};

/** Who has followed a driver that was computed from NULL. */
interface Followed {
  readonly by: string | null;
}
