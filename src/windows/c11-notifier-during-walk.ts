// SPDX-License-Identifier: GPL-2.0-only
// C11: a device added during a walk is probed by the notifier, ahead of those the walk will meet.

import { isOrder, perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c11: Window = {
  id: 'C11',
  name: 'notifier-during-walk',
  title: 'The notifier probes a new device ahead of the walk',
  text:
    'A device that is added while a walk runs is probed at once by the bus notifier: its ' +
    'group id is out of order, and its default domain is decided before its siblings are ' +
    'known.',
  threads: ['walk', 'device_add'],
  precondition: 'a device is added while its IOMMU registers',
  symptom: 'group ids out of bus order',
  log: [
    {
      seen: { kind: 'out of order', withDriver: false },
      needs: ['it was added during the registration'],
    },
  ],
  symptomOf: ['P2'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: [] }],
  links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
  confidence: 0.95,
  kind: 'race',
  needs: ['a device added during a registration'],
  worlds: [
    {
      world: 'dt/platform/parent-driver/arm-smmu@0.after: walk+add+retry/1 client/bystanders 1+0',
      found: ['7.2'],
      absent: ['6.14'],
    },
  ],
  signatures: {
    /** Who gave the device its group: the walk has come to the first one after the other. */
    main: perDevice<'no group' | 'walk' | 'notifier' | 'replay'>(() => ({
      events: ['group-set'],
      initial: 'no group',
      step: (state, e) => (e.name === 'group-set' ? e.by : state),
      explains: (devices, report) =>
        isOrder(report) && devices.named[0] === 'walk' && devices.named[1] === 'notifier',
    })),
  },
};
