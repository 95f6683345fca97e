// SPDX-License-Identifier: GPL-2.0-only
// C37: a bind finds the instance listed, but its bus has no ops yet, and goes on without IOMMU.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c37: Window = {
  id: 'C37',
  name: 'listed-before-bus-ops',
  title: 'An instance is listed before its bus has ops',
  text:
    'Registering lists the instance first and gives each bus its ops when the walk comes to ' +
    'it. A bind in between builds a fwspec, but its replay finds no ops on the bus; that ' +
    'error is taken for "no IOMMU", and the driver runs with direct DMA. The walk attaches ' +
    'the device afterwards.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while the first instance registers',
  symptom: 'IOMMU faults of a device whose driver was bound first',
  log: [{ seen: { kind: 'fault' }, needs: ['its driver came before its IOMMU was done'] }],
  symptomOf: ['P3'],
  ways: [{ opened: null, closed: ['17de3f5fdd35'] }],
  links: [],
  confidence: 0.9,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [{ world: 'dt/amba/populate/arm-smmu@0.other-bus', found: ['6.6'], absent: ['6.8'] }],
  signatures: {
    /**
     * Without ops: the replay of the device found none. Where its instance goes away again, that is
     * C21.
     */
    main: perDevice<'as it was' | 'without ops' | 'released'>(() => ({
      events: ['ops-missing', 'release-begin'],
      initial: 'as it was',
      step: (state, e) =>
        e.name === 'ops-missing' && e.by === 'replay' && state === 'as it was'
          ? 'without ops'
          : state,
      ofInstance: (state) => (state === 'as it was' ? 'released' : state),
      explains: (devices, report) =>
        ['P1', 'P3', 'P8', 'P10', 'P11'].includes(report.property) &&
        devices.of(report.subject) === 'without ops',
    })),
  },
};
