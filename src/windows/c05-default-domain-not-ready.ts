// SPDX-License-Identifier: GPL-2.0-only
// C05: a bind takes a group as ready although the walk has not given it a default domain yet.

import { memberOf, perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c05: Window = {
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
  log: [
    {
      seen: { kind: 'warning', at: ['__iommu_dma_unmap', 'iommu_dma_unmap_page'] },
      needs: ['its driver came before its IOMMU was done'],
    },
    { seen: { kind: 'fault' }, needs: ['its driver came before its IOMMU was done'] },
  ],
  symptomOf: ['P6', 'P11'],
  ways: [{ opened: null, closed: ['b46064a18810'] }],
  links: ['https://lore.kernel.org/r/cover.1739486121.git.robin.murphy@arm.com'],
  confidence: 1,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    { world: 'hand:walk+bind exynos', found: ['6.6'], absent: ['6.6 +b46064a18810', '6.6.y'] },
  ],
  signatures: {
    /** Early: the device was counted as a user of a group that had no default domain. */
    main: perDevice<'in time' | 'early'>(() => ({
      events: ['use-default-domain'],
      reads: ['device.iommu_group', 'iommu_group.default_domain'],
      initial: 'in time',
      step(state, e, _d, peek) {
        if (e.name !== 'use-default-domain' || e.errno !== 0 || !e.group) return state;
        return peek.get(e.group, 'default_domain') ? 'in time' : 'early';
      },
      explains(devices, report, peek) {
        if (report.property === 'P3' || report.property === 'P11') {
          return devices.of(report.subject) === 'early';
        }
        if (report.property !== 'P6') return false;
        return devices.some((state, d) => state === 'early' && memberOf(peek, d, report.subject));
      },
    })),
  },
};
