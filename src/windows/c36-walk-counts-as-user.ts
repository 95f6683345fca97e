// SPDX-License-Identifier: GPL-2.0-only
// C36: a walk runs the bind's half of dma_configure, and counts itself as a user of the group.

import { INFLIGHT_EVENTS, type Inflight, LOCK_DROPPED, sinceOf, stepInflight } from './inflight.ts';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Those in flight, until one of them counts itself as a user. */
type State = Inflight | 'counted';

export const c36: Window = {
  id: 'C36',
  name: 'walk-counts-as-user',
  title: 'A walk counts itself as a user of the group',
  text:
    'A walk parses the firmware of a device whose driver is just being set. dma_configure ' +
    'sees the driver and does the half of a bind as well: another walk has given the device ' +
    'its group meanwhile, and the walk counts itself as a user, which nobody takes back.',
  threads: ['walk', 'second walk or device_add', 'bind'],
  precondition: 'two walks, or a device added during one, and a bind of the same device',
  symptom: 'a group that stays in use: -EBUSY or -EPERM for VFIO after its driver is unbound',
  log: [{ seen: { kind: 'warning', at: ['iommu_device_unuse_default_domain'] }, rare: true }],
  symptomOf: ['P10'],
  // The group counts too many users, not too few: it can not be had, but nobody else has it.
  harmOf: { P10: 'warning' },
  ways: [{ opened: '0c8e9c148e29', closed: [] }],
  links: [],
  confidence: 0.9,
  kind: 'race',
  needs: ['two registrations at once', 'a device added during a registration'],
  worlds: [
    {
      world: 'acpi/pci/bus-scan/arm-smmu-v3@0.other-bus: walk+add+retry/1 client/bystanders 0+0',
      found: ['7.2'],
      absent: ['7.2 +c14-defer-in-flight.ts'],
    },
  ],
  signatures: {
    /**
     * A probe dropped the lock for a device without driver; then a bind set the driver,
     * dma_configure read it, and as another walk had finished the device meanwhile there was a
     * group to count in. Nobody ever takes it back.
     */
    main: perDevice<State>(
      () => ({
        events: [...INFLIGHT_EVENTS, 'use-default-domain'],
        initial: [],
        step(state, e) {
          if (state === 'counted') return state;
          if (e.name !== 'use-default-domain') return stepInflight(state, e);
          const counted = e.errno === 0 && e.group !== null;
          return counted && sinceOf(state, e.thread) !== null ? 'counted' : state;
        },
        explains: (devices, report) =>
          report.property === 'P10' && devices.about.includes('counted'),
      }),
      { rules: ['P10'], begins: LOCK_DROPPED },
    ),
  },
};
