// SPDX-License-Identifier: GPL-2.0-only
// C12: a walk replaces the default domain that a group got early, under a bound driver.

import { heard } from '#properties/context';
import { isMemory, threadsOf } from './reports.ts';
import { including, type WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** Names of the groups that have, or had, a default domain, and of those that have another now. */
type State = readonly [set: readonly string[], replaced: readonly string[]];

const signature: WindowSignature = {
  rules: ['P6'],
  make: ({ world }) => ({
    events: ['default-domain-set'],
    reads: [],
    initial: [[], []] satisfies State,
    step(state, run) {
      const e = heard(run);
      if (e.name !== 'default-domain-set') return state;
      const group = String(e.group);
      const [set, replaced] = state as State;
      if (!set.includes(group)) return [including(set, group), replaced] satisfies State;
      // The second loop of a walk asks for a type, whatever has happened to the group since.
      const walks = threadsOf(world, 'iommu-probe').includes(e.thread);
      return !walks || replaced.includes(group) ? state : [set, including(replaced, group)];
    },
    explains: (state, report) =>
      (report.property === 'P6' || (isMemory(report) && /\.domain#/.test(report.subject))) &&
      (state as State)[1].includes(report.subject.replace(/\.domain#.*/, '')),
  }),
};

export const c12: Window = {
  id: 'C12',
  name: 'early-default-then-replaced',
  title: 'The default domain is replaced under a bound driver',
  text:
    'A member of a group gets its default domain early and its driver binds. The second ' +
    'loop of a walk then asks for another type, and switches the group without looking at ' +
    'owner_cnt.',
  threads: ['walk', 'device_add or bind of another member'],
  precondition: 'a group with several members, whose types differ, or lazy mode without a queue',
  symptom: 'IOMMU faults for buffers that were mapped before the switch',
  symptomOf: ['P6'],
  ways: [{ opened: 'd99be00f42ea', closed: [] }],
  links: [],
  confidence: 0.7,
  kind: 'race',
  needs: ['a bind of a device with a shared group during a registration'],
  worlds: [
    { world: 'hand:walk+bind lazy shared two', found: ['7.2'], absent: ['6.14'] },
    { world: 'hand:walk+bind lazy shared parsed', found: ['6.14'], absent: ['6.4'] },
  ],
  signatures: { main: signature },
};
