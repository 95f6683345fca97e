// SPDX-License-Identifier: GPL-2.0-only
// C39: the second IOMMU of a client is absent, and the bind goes on instead of waiting for it.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c39: Window = {
  id: 'C39',
  name: 'second-iommu-not-awaited',
  title: 'A client does not wait for its second IOMMU',
  text:
    'The first specifier finds its instance and makes a fwspec. The second instance is absent: ' +
    'NULL ops are compared with those of the fwspec, and -EINVAL is returned where a deferral ' +
    'was meant. The bind takes it for "no IOMMU" and the driver runs with direct DMA.',
  threads: ['bind'],
  precondition: 'device tree; a client of two IOMMUs, the second one absent',
  symptom: 'IOMMU faults of a device whose driver has bound without its IOMMU',
  symptomOf: ['P3'],
  ways: [{ opened: null, closed: ['3f7c32091628'] }],
  links: [],
  confidence: 0.9,
  kind: 'sequential',
  needs: ['a bind of a client of two IOMMUs during a registration'],
  worlds: [
    {
      world:
        'dt/platform/populate/arm-smmu@0.after+arm-smmu@1.after: ' +
        'walk+bind+retry/1 client/bystanders 1+1',
      found: ['6.8'],
      absent: ['6.11'],
    },
  ],
  signatures: {
    /** Mismatch: the parsing ended with that of an instance that is not there. Needs no race. */
    main: perDevice<'as it was' | 'mismatch'>(() => ({
      events: ['fwspec-mismatch'],
      initial: 'as it was',
      step: () => 'mismatch',
      explains: (devices, report) =>
        ['P3', 'P8', 'P10', 'P11'].includes(report.property) &&
        devices.of(report.subject) === 'mismatch',
    })),
  },
};
