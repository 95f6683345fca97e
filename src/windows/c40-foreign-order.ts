// SPDX-License-Identifier: GPL-2.0-only
// C40: the walk of another instance goes on to a later client, and probes it ahead of the first.

import { excluding, isOrder, perDevice, unvisited } from './signature.ts';
import type { Window } from './window.ts';

/** Instances of the device whose walk has not come to it, and whose walk is there now. */
interface Waiting {
  readonly kind: 'waiting';
  readonly left: readonly string[];
  readonly by: string;
}

/**
 * Ahead: a walk gave the device its group although that of an instance of its own is still to come.
 * Those before it on the list wait for that one.
 */
type State = Waiting | 'ahead';

export const c40: Window = {
  id: 'C40',
  name: 'foreign-walk-order',
  title: "A walk probes another instance's clients from the middle of the list",
  text:
    'The walk of one instance has passed a client whose own instance is listed only then. ' +
    'Going on, it comes to a later client of that instance, finds it, and probes it at once. ' +
    'The first client has to wait for the walk of its own instance, and gets its group later. ' +
    'Clients of two instances have it, too: the walk of the first one goes on as the second comes.',
  threads: ['walk', 'second walk'],
  precondition: 'two instances registered in parallel, and two clients of one of them',
  symptom: 'group ids that differ from boot to boot',
  symptomOf: ['P2'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: [] }],
  links: [],
  confidence: 0.9,
  kind: 'race',
  needs: ['two registrations at once, and two clients of one'],
  worlds: [{ world: 'hand:walk+walk order', found: ['7.2'], absent: ['6.14'] }],
  signatures: {
    main: perDevice<State>((ctx) => ({
      events: ['walk-visit', 'group-set'],
      initial: (d) => ({ kind: 'waiting', left: unvisited(ctx, d), by: '' }),
      step(state, e) {
        if (state === 'ahead') return state;
        if (e.name === 'walk-visit') {
          const left = excluding(state.left, ctx.instance(e.instance));
          return { ...state, left, by: e.thread };
        }
        const early = e.name === 'group-set' && e.by === 'walk' && state.left.length > 0;
        return early && state.by === e.thread ? 'ahead' : state;
      },
      explains: (devices, report) => isOrder(report) && devices.named[1] === 'ahead',
    })),
  },
};
