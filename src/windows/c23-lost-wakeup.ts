// SPDX-License-Identifier: GPL-2.0-only
// C23: a client still waits although nothing that it waits for is to come.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/**
 * Binding: a bind is under way. Woken: since it began, an IOMMU of the device has registered. Lost:
 * such a bind was put on the pending list afterwards, and nothing has tried again.
 */
type State = 'idle' | 'binding' | 'woken' | 'lost';

export const c23: Window = {
  id: 'C23',
  name: 'lost-deferral-wakeup',
  title: 'A deferred client is not retried',
  text:
    'The event that a client waits for comes before it is on the pending list. The trigger ' +
    'count makes up for that; what defers for ever is a client whose event never comes.',
  threads: ['bind', 'any bind that succeeds'],
  precondition: 'a client defers while another device binds',
  symptom: 'a device that stays in devices_deferred',
  symptomOf: ['P7'],
  ways: [],
  links: ['https://lore.kernel.org/r/0eec5f84-6b39-43ba-ab2f-914688a5cf45@nvidia.com'],
  confidence: 0.1,
  kind: 'race',
  needs: ['a deferred bind'],
  worlds: [],
  signatures: {
    main: perDevice<State>(() => ({
      events: ['driver-set', 'register-end', 'deferred'],
      initial: 'idle',
      step(state, e) {
        if (e.name === 'driver-set') return 'binding';
        return state === 'woken' ? 'lost' : 'idle';
      },
      ofInstance: (state, e) =>
        state === 'binding' && e.name === 'register-end' && e.errno === 0 ? 'woken' : state,
      explains: (devices, report) =>
        report.property === 'P7' && devices.of(report.subject) === 'lost',
    })),
  },
};
