// SPDX-License-Identifier: GPL-2.0-only
// C22: the deferral timeout lets a client bind without its IOMMU, which comes later.

import type { WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** State: true once the timeout has expired; by design, so only told where it has. */
const signature: WindowSignature = {
  make: () => ({
    events: ['deferral-timeout'],
    reads: [],
    initial: false,
    step: () => true,
    explains: (state, report) => state === true && ['P3', 'P8', 'P11'].includes(report.property),
  }),
};

export const c22: Window = {
  id: 'C22',
  name: 'deferral-timeout-then-late-iommu',
  title: 'The deferral timeout expires before the IOMMU comes',
  text: 'A client gives up waiting and does direct DMA; the IOMMU that comes later skips it.',
  threads: ['deferral timeout', 'bind', 'walk'],
  precondition: 'the deferral timeout is enabled and expires',
  symptom: 'deferred probe timeout, ignoring dependency',
  log: [{ seen: { kind: 'timed out' } }],
  symptomOf: ['P3'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 1,
  kind: 'sequential',
  needs: ['the deferral timeout'],
  worlds: [{ world: 'hand:walk+bind+timeout', found: ['7.2'] }],
  signatures: { main: signature },
};
