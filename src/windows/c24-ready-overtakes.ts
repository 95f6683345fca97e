// SPDX-License-Identifier: GPL-2.0-only
// C24: what publishes an instance is seen before what was stored ahead of it.

import { heard } from '#properties/context';
import { including, type WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** Names of the devices whose group has been stored, in the order of the program. */
type State = readonly string[] | 'overtaken';

/**
 * Overtaken: someone has read READY as set while memory did not have one of these groups yet, or
 * has found an instance on the list without the fwnode that was stored first. Both take a store
 * that overtakes another one, so the signature listens in worlds with store buffers alone. Whoever
 * has seen such a thing works on what is not there, and what follows is explained by it.
 */
const signature: WindowSignature = {
  make: (ctx) => {
    const weak = ctx.world.switches.storeBuffers !== undefined;
    return {
      events: weak ? ['group-set', 'ready-seen', 'instance-unfinished'] : [],
      reads: weak ? ['device.iommu_group'] : [],
      initial: [] satisfies State,
      step(state, run, peek) {
        const e = heard(run);
        if (state === 'overtaken' || e.name === 'instance-unfinished') return 'overtaken';
        const stored = state as readonly string[];
        if (e.name === 'group-set') {
          const name = ctx.watched(e.dev)?.data.name;
          return name === undefined || stored.includes(name) ? state : including(stored, name);
        }
        const missing = ctx.devices.some(
          (d) => stored.includes(d.data.name) && peek.get(d.handle, 'iommu_group') === null,
        );
        return missing ? 'overtaken' : state;
      },
      explains: (state) => state === 'overtaken',
    };
  },
};

export const c24: Window = {
  id: 'C24',
  name: 'ready-memory-ordering',
  title: 'iommu->ready is read without ordering',
  text:
    'READY is a plain flag with READ_ONCE() and WRITE_ONCE(). The probe lock, and the locks ' +
    'on the way to the trigger, order everything that matters; before there was READY, the ' +
    'lock of the list of instances did.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while its IOMMU registers',
  symptom: null,
  symptomOf: [],
  ways: [],
  links: [],
  confidence: 0.15,
  kind: 'race',
  needs: ['what publishes an instance is read by a client'],
  worlds: [],
  signatures: { main: signature },
};
