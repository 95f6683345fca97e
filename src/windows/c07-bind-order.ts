// SPDX-License-Identifier: GPL-2.0-only
// C07: the walk cannot parse firmware, so devices are probed in the order their drivers bind.

import { isOrder, type WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/**
 * State: true once any per-device probe called, or meant to call, dma_configure itself; from then
 * on wrong order has another cause. Needs no race: a driver bound late, or none, is enough.
 */
const signature: WindowSignature = {
  make: () => ({
    events: ['configure-begin', 'configure-skipped'],
    reads: [],
    initial: false,
    step: () => true,
    explains: (state, report) => state === false && (isOrder(report) || report.property === 'P8'),
  }),
};

export const c07: Window = {
  id: 'C07',
  name: 'bind-order-probing',
  title: 'Devices are probed in the order in which drivers bind',
  text:
    'The fwspec exists only once a driver binds, so the walk finds nothing to probe: groups ' +
    'come in bind order, and a device without a driver gets none.',
  threads: ['walk', 'bind'],
  precondition: 'none: a device behind an IOMMU is enough',
  symptom: 'group ids change from boot to boot; devices without a driver are in no group',
  symptomOf: ['P2', 'P8'],
  ways: [{ opened: null, closed: ['bcb81ac6ae3c'] }],
  links: ['https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com'],
  confidence: 1,
  kind: 'sequential',
  needs: ['a bind'],
  worlds: [{ world: 'hand:walk+bind exynos', found: ['6.8'], absent: ['6.15-rc1'] }],
  signatures: { main: signature },
};
