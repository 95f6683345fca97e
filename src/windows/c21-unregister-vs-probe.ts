// SPDX-License-Identifier: GPL-2.0-only
// C21: an instance goes away while a client is probed for it: released first, de-listed second.

import { byReport, isMemory, threadsOf } from './reports.ts';
import type { Window } from './window.ts';

export const c21: Window = {
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
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 0.8,
  kind: 'race',
  needs: ['an instance that goes away'],
  worlds: [{ world: 'hand:unbind+add', found: ['7.2', '6.0'] }],
  signatures: {
    /** Told by the instance that is gone, or by what its removal leaves to a client of the time. */
    main: byReport((report, world) => {
      if (isMemory(report) && /\.iommu_device$/.test(report.subject)) return true;
      if (/_device\(.*\): no instance /.test(String(report.facts['error']))) return true;
      if (threadsOf(world, 'iommu-unbind').length === 0) return false;
      return isMemory(report) || ['P1', 'P3', 'P8', 'P10', 'P11'].includes(report.property);
    }),
  },
};
