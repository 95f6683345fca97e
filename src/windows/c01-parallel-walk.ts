// SPDX-License-Identifier: GPL-2.0-only
// C01: two probes of one device run at once, with nothing to keep them apart.

import { spoiltWhere } from './reports.ts';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** The thread that is inside the probe of the device, if one is. */
type State = { readonly kind: 'probed'; readonly by: string } | 'idle' | 'overlapped';

export const c01: Window = {
  id: 'C01',
  name: 'parallel-walk-double-probe',
  title: 'Two walks probe one device at once',
  text:
    'Two instances register in parallel and both walk the bus without a lock. Both work on ' +
    'one dev->iommu: one frees it while the other goes on, or the device is probed twice.',
  threads: ['walk', 'second walk'],
  precondition: 'two instances, registered in parallel (async probing or module loading)',
  symptom:
    'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000030, ' +
    'pc : dev_iommu_free, lr : __iommu_probe_device',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['dev_iommu_free'],
        through: ['__iommu_probe_device', 'probe_iommu_group', 'bus_iommu_probe'],
        what: 'null',
      },
      needs: ['several IOMMUs register'],
    },
  ],
  symptomOf: ['P5'],
  ways: [
    {
      what: 'the replay of a bind beside a walk, or the notifier',
      opened: null,
      closed: ['01657bc14a39'],
    },
    { what: 'two walks', opened: '57365a04c921', closed: ['01657bc14a39'] },
  ],
  links: ['https://lore.kernel.org/r/Y1CHh2oM5wyHs06J@google.com'],
  confidence: 1,
  kind: 'race',
  needs: ['two registrations at once'],
  worlds: [
    { world: 'hand:walk+walk parsed', found: ['6.1'], absent: ['6.2'] },
    { world: 'hand:walk+walk order' },
  ],
  signatures: {
    /**
     * A second walk or the replay of a bind may be the other one. The device may be behind no
     * IOMMU: it has dev->iommu as long as a walk finds that out.
     */
    main: perDevice<State>(
      () => ({
        events: ['init-unguarded'],
        initial: 'idle',
        step(state, e) {
          if (state === 'overlapped' || e.name !== 'init-unguarded') return state;
          const other = state !== 'idle' && state.by !== e.thread;
          if (e.edge === 'end') return other ? state : 'idle';
          return other ? 'overlapped' : { kind: 'probed', by: e.thread };
        },
        explains: spoiltWhere((state) => state === 'overlapped'),
      }),
      { all: true },
    ),
  },
};
