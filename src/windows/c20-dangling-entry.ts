// SPDX-License-Identifier: GPL-2.0-only
// C20: a walk that failed has left a group on its list, which is gone; no other one takes it up.

import type { GroupHandle } from '#properties/context';
import type { WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** No state: the entry of the group points to a list that is dead. */
const signature: WindowSignature = {
  make: (ctx) => {
    const concerned = ctx.world.devices.some((d) => d.probeError);
    return {
      events: [],
      // Declared only where a walk can fail: what is read makes its writers visible.
      reads: concerned ? ['device.iommu_group', 'iommu_group.entry', 'list_head.alive'] : [],
      initial: null,
      step: (state) => state,
      explains(_state, report, peek) {
        if (!concerned || !['P3', 'P6', 'P7', 'P11'].includes(report.property)) return false;
        const d = ctx.clients.find((x) => x.data.name === report.subject);
        const group = d && (peek.get(d.handle, 'iommu_group') as GroupHandle | null);
        if (!group) return false;
        const list = peek.get(group, 'entry');
        return list !== null && !peek.alive(list);
      },
    };
  },
};

export const c20: Window = {
  id: 'C20',
  name: 'dangling-group-entry',
  title: 'A group stays linked to a list that is gone',
  text:
    'bus_iommu_probe() returns early and leaves groups of other instances linked to its ' +
    'list on the stack. No later walk collects them: they never get a default domain.',
  threads: ['walk that fails', 'second walk', 'bind'],
  precondition: 'two instances, one of whose registrations fails',
  symptom: 'a client that defers for ever',
  log: [
    {
      seen: { kind: 'waits for ever' },
      needs: ['a registration failed', 'several IOMMUs register'],
    },
  ],
  symptomOf: ['P7'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: [] }],
  links: [],
  confidence: 0.8,
  kind: 'race',
  reachedSince: '229e6ee43d2a',
  needs: ['a registration that fails beside another'],
  worlds: [{ world: 'hand:refuse+walk+retry', found: ['6.15.1'] }],
  signatures: { main: signature },
};
