// SPDX-License-Identifier: GPL-2.0-only
// C26: an update of one flag of struct device undoes that of another in the same word.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c26: Window = {
  id: 'C26',
  name: 'device-flag-bitfield',
  title: 'An update of a device flag is lost',
  text:
    'dma_iommu, can_match and others share one word of struct device. Two writers under ' +
    'different locks lose an update.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while its group gets its default domain',
  symptom: 'a device that maps directly behind a translating domain, or is never retried',
  symptomOf: ['P7', 'P11'],
  ways: [
    { what: 'dma_iommu', opened: 'bcb81ac6ae3c', closed: ['f8670e8e43b8'] },
    {
      what: 'can_match',
      opened: 'bcb81ac6ae3c',
      closed: ['3e3c2f53da2a'],
      untold: 'the model has one word for all flags, and closes it at once',
    },
  ],
  links: [],
  confidence: 0.8,
  kind: 'race',
  needs: ['flags in one word'],
  worlds: [{ world: 'hand:walk+bind flags', found: ['7.1'], absent: ['7.2'] }],
  signatures: {
    /** Lost: an update of a flag of the device was lost. */
    main: perDevice<'kept' | 'lost'>(() => ({
      events: ['flag-lost'],
      initial: 'kept',
      step: () => 'lost',
      explains: (devices, report) =>
        ['P7', 'P11'].includes(report.property) && devices.of(report.subject) === 'lost',
    })),
  },
};
