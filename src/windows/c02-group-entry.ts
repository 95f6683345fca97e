// SPDX-License-Identifier: GPL-2.0-only
// C02: two walks link one group into their lists, and follow each other's pointers.

import { including, memberOf, perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c02: Window = {
  id: 'C02',
  name: 'group-entry-unlocked',
  title: 'A group is linked into two lists',
  text:
    'Two walks test and link group->entry without group->mutex: the group is set up twice, ' +
    'or the list is damaged.',
  threads: ['walk', 'second walk'],
  precondition: 'two instances, registered in parallel',
  symptom: 'list_add corruption, or a group that is set up twice',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['__list_add_valid', '__list_del_entry_valid', 'bus_iommu_probe'],
      },
      needs: ['several IOMMUs register'],
    },
  ],
  symptomOf: ['P4', 'P5'],
  ways: [{ opened: '57365a04c921', closed: ['01657bc14a39'] }],
  links: ['https://lore.kernel.org/r/Y1CHh2oM5wyHs06J@google.com'],
  confidence: 0.9,
  kind: 'race',
  needs: ['two registrations at once'],
  worlds: [{ world: 'hand:walk+walk parsed', found: ['6.1'], absent: ['6.2'] }],
  signatures: {
    /**
     * The walks that have probed a device, each of which links its group. The list that a walk
     * takes the group off is not the one it is on: with two walks on one group, that is this.
     */
    main: perDevice<readonly string[]>(
      () => ({
        events: ['probe-device'],
        reads: ['device.iommu_group'],
        initial: [],
        step: (walks, e) =>
          e.name === 'probe-device' && e.by === 'walk' ? including(walks, e.thread) : walks,
        explains(devices, report, peek) {
          const error = String(report.facts['error'] ?? '');
          const group = /^bus_iommu_probe\((.*)\): group->entry /.exec(error)?.[1];
          if (report.property !== 'oops' || group === undefined) return false;
          const walks = new Set<string>();
          devices.some((mine, d) => {
            if (memberOf(peek, d, group)) for (const thread of mine) walks.add(thread);
            return walks.size > 1;
          });
          return walks.size > 1;
        },
      }),
      { rules: [] },
    ),
  },
};
