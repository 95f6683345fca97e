// SPDX-License-Identifier: GPL-2.0-only
// C07: the walk cannot parse firmware, so devices are probed in the order their drivers bind.

import type { RuleContext } from '#properties/context';
import { isOrder, type WindowSignature } from './common.ts';

/**
 * State: true once any per-device probe called, or meant to call, dma_configure itself; from then
 * on wrong order has another cause. Needs no race: a driver bound late, or none, is enough.
 */
export const c07: WindowSignature = {
  window: 'C07',
  make: (_ctx: RuleContext) => ({
    window: 'C07',
    events: ['configure-begin', 'configure-skipped'],
    reads: [],
    initial: false,
    step: () => true,
    explains: (state, report) => state === false && (isOrder(report) || report.property === 'P8'),
  }),
};
