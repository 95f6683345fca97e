// SPDX-License-Identifier: GPL-2.0-only
// C38: a probe begins on a device that got its group since the caller looked, without the lock.

import { spoiltWhere } from './reports.ts';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c38: Window = {
  id: 'C38',
  name: 'tested-before-lock',
  title: 'A device is probed again by a walk that looked before it had the lock',
  text:
    'A walk, or the replay of a bind, tests dev->iommu_group and then waits for the probe ' +
    'lock. Meanwhile another one probes the device. The test is not repeated under the lock.',
  threads: ['walk', 'second walk or bind'],
  precondition: 'two instances registered in parallel, or a client that binds during a walk',
  symptom: 'a device that is probed twice: duplicate stream table entries',
  log: [
    { seen: { kind: 'duplicate link' }, proof: ['it has two groups'] },
    { seen: { kind: 'a device twice' } },
  ],
  symptomOf: ['P4'],
  ways: [{ opened: null, closed: ['6eb4da8cf545'] }],
  links: [],
  confidence: 0.9,
  kind: 'race',
  needs: ['two registrations at once', 'a bind during a registration'],
  worlds: [{ world: 'hand:walk+walk parsed', found: ['6.2'], absent: ['6.6'] }],
  signatures: {
    main: perDevice<'no group' | 'grouped' | 'probed again'>(() => ({
      events: ['init-untested', 'group-set'],
      initial: 'no group',
      step(state, e) {
        if (state === 'probed again') return state;
        if (e.name === 'group-set') return 'grouped';
        return state === 'grouped' ? 'probed again' : state;
      },
      explains: spoiltWhere((state) => state === 'probed again'),
    })),
  },
};
