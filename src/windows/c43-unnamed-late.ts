// SPDX-License-Identifier: GPL-2.0-only
// C43: a client binds before its IOMMU registers, as no firmware says that it has one.

import type { EventName } from '#env/events';
import { isUnnamed, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Early: a bind found no group, before anybody had given the device one. */
type State = 'new' | 'early' | 'grouped';

export const c43: Window = {
  id: 'C43',
  name: 'unnamed-iommu-late',
  title: 'A client binds before an IOMMU that no firmware names for it',
  text:
    'No firmware data of the client names a unit of a DMAR or IVRS table, so nothing makes its ' +
    'driver wait. Its bind finds no group and takes that for "no IOMMU"; the unit registers, and ' +
    'the walk puts the device behind it while its driver runs, which no group counts.',
  threads: ['walk', 'bind'],
  precondition: 'a unit that registers late (hotplug, a hypervisor), and a client that is bound',
  symptom: 'IOMMU faults of a device whose driver was bound first',
  symptomOf: ['P3'],
  ways: ['intel', 'amd'].map((driver) => ({ where: { driver }, opened: null, closed: [] })),
  links: [],
  confidence: 0.8,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [{ world: 'hand:walk+bind intel', found: ['7.2', '6.0'] }],
  signatures: {
    main: perDevice<State>(({ world }) => ({
      events: world.devices.some((d) => isUnnamed(world, d)) ? EVENTS : [],
      initial: 'new',
      step(state, e, d) {
        if (state !== 'new') return state;
        if (e.name === 'group-set') return 'grouped';
        const without = e.name === 'use-default-domain' && e.errno === 0 && e.group === null;
        return without && isUnnamed(world, d.data) ? 'early' : state;
      },
      explains: (devices, report) =>
        ['P3', 'P10', 'P11'].includes(report.property) && devices.about.includes('early'),
    })),
  },
};

const EVENTS: readonly EventName[] = ['use-default-domain', 'group-set'];
