// SPDX-License-Identifier: GPL-2.0-only
// C42: an instance that is not the first of its bus registers, and nobody walks for it.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Unvisited: an IOMMU of the device has registered, and nobody has come to probe the device. */
type State = 'new' | 'unvisited' | 'visited';

export const c42: Window = {
  id: 'C42',
  name: 'first-walks-only',
  title: 'A bus is walked for its first instance only',
  text:
    'Up to v6.0 bus_set_iommu() walks a bus for the first instance that registers. A device of a ' +
    'later one is probed when its driver binds, and where it has no driver it is in no group.',
  threads: ['walk'],
  precondition: 'two instances, and a device without driver behind the one that comes later',
  symptom: 'devices without a driver are in no group',
  symptomOf: ['P8'],
  ways: [{ opened: null, closed: ['57365a04c921'] }],
  links: [],
  confidence: 1,
  kind: 'sequential',
  needs: ['a registration after another'],
  worlds: [{ world: 'hand:walk parsed', found: ['6.0'], absent: ['6.1'] }],
  signatures: {
    main: perDevice<State>(() => ({
      events: ['walk-visit', 'init-begin', 'ops-missing', 'register-end'],
      initial: 'new',
      // A walk that comes to it and gives it up has come to it.
      step: (state, e) => (e.name === 'ops-missing' && e.by !== 'walk' ? state : 'visited'),
      ofInstance: (state, e) =>
        state === 'new' && e.name === 'register-end' && e.errno === 0 ? 'unvisited' : state,
      explains: (devices, report) =>
        report.property === 'P8' && devices.of(report.subject) === 'unvisited',
    })),
  },
};
