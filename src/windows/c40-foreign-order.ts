// SPDX-License-Identifier: GPL-2.0-only
// C40: the walk of another instance goes on to a later client, and probes it ahead of the first.

import { isOrder, ownWalk, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/**
 * Visited: by the walk of an instance that is none of the device's, which is at it now. Ahead: such
 * a walk gave the device its group; those before it on the list wait for their own.
 */
type State = { readonly kind: 'visited'; readonly by: string } | 'elsewhere' | 'ahead';

export const c40: Window = {
  id: 'C40',
  name: 'foreign-walk-order',
  title: "A walk probes another instance's clients from the middle of the list",
  text:
    'The walk of one instance has passed a client whose own instance is listed only then. ' +
    'Going on, it comes to a later client of that instance, finds it, and probes it at once. ' +
    'The first client has to wait for the walk of its own instance, and gets its group later.',
  threads: ['walk', 'second walk'],
  precondition: 'two instances registered in parallel, and two clients of one of them',
  symptom: 'group ids that differ from boot to boot',
  log: [
    {
      seen: { kind: 'out of order', withDriver: false },
      needs: ['several IOMMUs register'],
    },
  ],
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
      initial: 'elsewhere',
      step(state, e, d) {
        if (state === 'ahead') return state;
        const isThere = state !== 'elsewhere' && state.by === e.thread;
        if (e.name === 'walk-visit') {
          if (!ownWalk(ctx, d, e.instance)) return { kind: 'visited', by: e.thread };
          return isThere ? 'elsewhere' : state;
        }
        return e.name === 'group-set' && e.by === 'walk' && isThere ? 'ahead' : state;
      },
      explains: (devices, report) => isOrder(report) && devices.named[1] === 'ahead',
    })),
  },
};
