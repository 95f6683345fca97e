// SPDX-License-Identifier: GPL-2.0-only
// C30: a lock of architecture code is taken around a registration, and wanted within it.

import { byReport } from './reports.ts';
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
    /** The cycle itself tells: no other code takes the lock. */
    main: byReport(
      (report) =>
        ['deadlock', 'lock-order'].includes(report.property) &&
        /dmar_global_lock/.test(`${report.subject} ${report.because}`),
    ),
  },
};
