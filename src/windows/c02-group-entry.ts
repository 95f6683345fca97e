// SPDX-License-Identifier: GPL-2.0-only
// C02: two walks link one group into their lists, and follow each other's pointers.

import { byReport } from './reports.ts';
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
    /** The list itself tells: nothing else takes a group off a list that it is not on. */
    main: byReport(
      (report) =>
        report.property === 'oops' &&
        /^bus_iommu_probe\(.*group->entry/.test(String(report.facts['error'])),
      { rules: [] },
    ),
  },
};
