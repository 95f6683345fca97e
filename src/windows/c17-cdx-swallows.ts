// SPDX-License-Identifier: GPL-2.0-only
// C17: cdx_dma_configure() returns 0 whatever happened, so that a driver binds without its IOMMU.

import { byReport } from './reports.ts';
import type { Window } from './window.ts';

export const c17: Window = {
  id: 'C17',
  name: 'cdx-swallows-deferral',
  title: 'CDX devices bind without their IOMMU',
  text: 'cdx_dma_configure() returns 0 whatever happened, so a deferral is lost.',
  threads: ['bind'],
  precondition: 'a CDX device whose IOMMU is absent or not ready',
  symptom: 'a CDX device that does direct DMA',
  symptomOf: ['P3', 'P11'],
  ways: [{ where: { bus: 'cdx' }, opened: null, closed: [] }],
  links: [],
  confidence: 0.9,
  kind: 'sequential',
  needs: ['a bind on CDX during a registration'],
  worlds: [{ world: 'hand:walk+bind cdx', found: ['7.2'] }],
  signatures: {
    /** Needs no race: told by the bus of the device whose driver runs unready. */
    main: byReport((report, world) => {
      const device = world.devices.find((d) => d.name === report.subject);
      return device?.bus === 'cdx' && ['P3', 'P8', 'P10', 'P11'].includes(report.property);
    }),
  },
};
