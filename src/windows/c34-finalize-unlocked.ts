// SPDX-License-Identifier: GPL-2.0-only
// C34: the last step of a walk goes over the members of a group without its mutex.

import { byReport, isMemory, threadsOf } from './reports.ts';
import type { Window } from './window.ts';

export const c34: Window = {
  id: 'C34',
  name: 'probe-finalize-unlocked',
  title: 'The members of a group are visited without its mutex',
  text: 'The last step of the walk iterates over group->devices while members come and go.',
  threads: ['walk', 'device_del or device_add'],
  precondition: 'a group whose members change during a walk',
  symptom: 'use after free of a group device',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['bus_iommu_probe', 'iommu_group_do_probe_finalize', '__iommu_group_dma_finalize'],
        what: 'use-after-free',
      },
    },
  ],
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 0.95,
  kind: 'race',
  needs: ['a device removed during a registration'],
  worlds: [
    { world: 'hand:walk+del shared', found: ['7.2'] },
    { world: 'hand:walk+del intel', found: ['6.0'] },
  ],
  signatures: {
    /** The member tells: all other loops over group->devices hold group->mutex. */
    main: byReport(
      (report, world) =>
        isMemory(report) &&
        /\.group_device#/.test(report.subject) &&
        threadsOf(world, 'iommu-probe').includes(String(report.facts['thread'])),
    ),
  },
};
