// SPDX-License-Identifier: GPL-2.0-only
// C30: a lock of architecture code is taken around a registration, and wanted within it.

import { byReport, threadsOf } from './reports.ts';
import type { Window } from './window.ts';

export const c30: Window = {
  id: 'C30',
  name: 'registration-lock-inversion',
  title: 'Architecture code and the probe lock are taken in both orders',
  text:
    'intel_iommu_init() registers with dmar_global_lock held; under the probe lock the IOVA ' +
    'allocator takes cpuhp_state_mutex; and a CPU that comes online takes that one first ' +
    'and dmar_global_lock second.',
  threads: ['walk', 'CPU hotplug'],
  precondition: 'Intel VT-d, and a CPU that comes online during a registration',
  symptom: 'possible circular locking dependency detected',
  log: [{ seen: { kind: 'lock circle', locks: ['iommu_probe_device_lock', 'dmar_global_lock'] } }],
  symptomOf: ['P9'],
  ways: [{ opened: 'b150654f74bf', closed: ['93ae6e68b6d6'] }],
  links: ['https://lore.kernel.org/r/20250317035714.1041549-1-baolu.lu@linux.intel.com'],
  confidence: 0.9,
  kind: 'race',
  needs: ['a CPU that comes online during a registration'],
  worlds: [{ world: 'hand:walk+cpu intel', found: ['6.14'], absent: ['6.13', '6.15.0'] }],
  signatures: {
    /**
     * Both orders: a walk wants cpuhp_state_mutex and keeps dmar_global_lock, and a CPU that comes
     * online has the one and wants the other.
     */
    main: byReport((report, world) => {
      if (!['deadlock', 'lock-order'].includes(report.property)) return false;
      const waits = report.because.split('; ');
      const isOne = (kind: 'iommu-probe' | 'cpu-online', lock: string) =>
        threadsOf(world, kind).some((thread) =>
          waits.some((text) => text.startsWith(`${thread} wa`) && isFor(text, lock)),
        );
      return isOne('iommu-probe', 'cpuhp_state_mutex') && isOne('cpu-online', 'dmar_global_lock');
    }),
  },
};

/** `T wants LOCK while ...` in an order of locks, `T waits for LOCK held by ...` in a deadlock. */
function isFor(text: string, lock: string): boolean {
  return text.includes(` wants ${lock} `) || text.includes(` waits for ${lock} `);
}
