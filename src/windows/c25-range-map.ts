// SPDX-License-Identifier: GPL-2.0-only
// C25: two threads set and free one device's dma_range_map without a lock.

import { byReport } from './reports.ts';
import type { Window } from './window.ts';

export const c25: Window = {
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
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['iommu_dma_init_domain', 'iommu_setup_dma_ops', 'dma_range_map_min'],
        what: 'use-after-free',
      },
    },
  ],
  symptomOf: ['P5'],
  ways: [
    {
      what: 'a bind that is deferred frees what the walk reads',
      opened: 'b46064a18810',
      // Only since then the walk reads the map.
      besides: ['b67483b3c44e'],
      closed: [],
    },
    { what: 'both set and clear it', opened: 'bcb81ac6ae3c', closed: [] },
  ],
  links: [],
  confidence: 0.8,
  kind: 'race',
  needs: ['a bind of a client with dma-ranges during a registration'],
  worlds: [
    { world: 'hand:walk+bind exynos ranges', found: ['6.12.y'], absent: ['6.14'] },
    {
      world: 'dt/platform/populate/arm-smmu@0.before/dma-ranges',
      found: ['7.2'],
      absent: ['6.14'],
    },
  ],
  signatures: {
    /** No lock guards the map, so that it is the map which was freed tells the window. */
    main: byReport(
      (report) =>
        (report.property === 'use-after-free' || report.property === 'double-free') &&
        /range_map/.test(report.subject),
    ),
  },
};
