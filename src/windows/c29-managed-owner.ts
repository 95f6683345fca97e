// SPDX-License-Identifier: GPL-2.0-only
// C29: a driver that manages DMA itself is let in before the walk has finished its group.

import { byReport } from './reports.ts';
import type { Window } from './window.ts';

export const c29: Window = {
  id: 'C29',
  name: 'driver-managed-owner-vs-walk',
  title: 'A VFIO-like owner loses its domain to the walk',
  text:
    'A driver that manages DMA itself claims a group that has no default domain yet; the ' +
    'second loop of the walk then switches the group to a default domain under the owner.',
  threads: ['walk', 'bind with driver_managed_dma'],
  precondition: 'such a driver binds during a late registration',
  symptom: 'DMA of the owner hits the wrong domain',
  symptomOf: ['P3', 'P6'],
  ways: [{ opened: '1ea2a07a532b', closed: [] }],
  links: [],
  confidence: 0.65,
  kind: 'race',
  needs: ['a claim of DMA ownership'],
  worlds: [
    { world: 'hand:walk+bind managed', found: ['7.2'], absent: ['6.14'] },
    { world: 'hand:walk+bind managed intel', found: ['6.0'] },
  ],
  signatures: {
    /**
     * Told by the driver: nothing makes it wait for a default domain, as others do. It may be let
     * in when there is a group already, and its domain is replaced when it has claimed that.
     */
    main: byReport(
      (report, world) => {
        const managed = world.devices.filter((d) => d.driver?.managedDma).map((d) => d.name);
        if (report.property === 'P6') return managed.length > 0;
        return managed.includes(report.subject) && report.facts['group'] !== null;
      },
      { rules: ['P3', 'P6'] },
    ),
  },
};
