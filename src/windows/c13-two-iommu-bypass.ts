// SPDX-License-Identifier: GPL-2.0-only
// C13: an instance that is not ready is accepted because an earlier specifier made dev->iommu.

import { INFLIGHT_EVENTS, type Inflight, stepInflight } from './inflight.ts';
import { isOrder, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Those in flight, until one is accepted where nobody but the bind itself is at work. */
type State = Inflight | 'accepted';

export const c13: Window = {
  id: 'C13',
  name: 'two-iommu-ready-bypass',
  title: 'The second IOMMU of a client is accepted before it is ready',
  text:
    'The first specifier names a ready instance and makes dev->iommu exist; for the second ' +
    'one the test of iommu->ready is skipped, although that instance is still registering.',
  threads: ['walk', 'bind'],
  precondition: 'a client of two instances, one ready and one registering',
  symptom: 'late IOMMU probe at driver bind, something fishy here! (in iommu_device_register())',
  log: [
    { seen: { kind: 'late', by: ['walk', 'replay'] }, needs: ['several IOMMUs stand before it'] },
  ],
  symptomOf: ['P1'],
  ways: [{ opened: 'da33e87bd2bf', closed: [] }],
  links: ['https://lore.kernel.org/r/20260323-iommu-ready-check-v1-1-5f6fef8f9f59@linaro.org'],
  confidence: 0.99,
  kind: 'race',
  needs: ['a bind of a client of two IOMMUs during a registration'],
  worlds: [
    {
      world: 'hand:walk+bind acpi two',
      found: ['6.15.1'],
      absent: ['7.2 +c13-ready-per-instance.ts'],
    },
  ],
  signatures: {
    main: perDevice<State>(() => ({
      events: [...INFLIGHT_EVENTS, 'not-ready-accepted'],
      initial: [],
      step(state, e, d) {
        if (state === 'accepted') return state;
        if (e.name !== 'not-ready-accepted') return stepInflight(state, e);
        const instances = new Set(d.data.iommus.map((use) => use.instance));
        return state.length === 0 && instances.size > 1 ? 'accepted' : state;
      },
      explains: (devices, report) =>
        (isOrder(report) && devices.named.includes('accepted')) ||
        (['P1', 'P3', 'P6', 'P10', 'P11'].includes(report.property) &&
          devices.of(report.subject) === 'accepted'),
    })),
  },
};
