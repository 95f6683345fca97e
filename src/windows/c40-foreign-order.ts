// SPDX-License-Identifier: GPL-2.0-only
// C40: the walk of another instance goes on to a later client, and probes it ahead of the first.

import { instancesOf, type RuleContext, type WatchedDevice } from '#properties/context';
import { excluding, including, isOrder, perDevice, unvisited } from './signature.ts';
import type { Window } from './window.ts';

interface State {
  /** Instances of the device whose walk has not come to it, and whose walk is there now. */
  readonly left: readonly string[];
  readonly by: string;
  /** Of a client of several: those that are not listed, and the walks that passed meanwhile. */
  readonly unlisted: readonly string[];
  readonly passedBy: readonly string[];
  /**
   * Ahead: a walk gave the device its group although that of an instance of its own is still to
   * come; those before it on the list wait for that one. Else the walk that has, where a client
   * of several comes before it.
   */
  readonly grouped: 'ahead' | { readonly by: string } | null;
}

export const c40: Window = {
  id: 'C40',
  name: 'foreign-walk-order',
  title: "A walk probes another instance's clients from the middle of the list",
  text:
    'The walk of one instance has passed a client whose own instance is listed only then. ' +
    'Going on, it comes to a later client of that instance, finds it, and probes it at once. ' +
    'The first client has to wait for the walk of its own instance, and gets its group later. ' +
    'A client of two instances has it, too: the walk of the first one passes it, and goes on to ' +
    'a later client as the second one comes.',
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
      events: ['walk-visit', 'group-set', ...ctx.listingEvents],
      initial: (d) => ({
        left: unvisited(ctx, d),
        by: '',
        unlisted: instancesOf(d).length > 1 ? unvisited(ctx, d) : [],
        passedBy: [],
        grouped: null,
      }),
      step(state, e, d) {
        if (state.grouped === 'ahead') return state;
        if (e.name === 'walk-visit') {
          const left = excluding(state.left, ctx.instance(e.instance));
          const isPassed = state.unlisted.length > 0;
          const passedBy = isPassed ? including(state.passedBy, e.thread) : state.passedBy;
          return { ...state, left, by: e.thread, passedBy };
        }
        if (e.name !== 'group-set') return state;
        const isWalk = e.by === 'walk' && state.by === e.thread;
        if (isWalk && state.left.length > 0) return { ...state, grouped: 'ahead' };
        return { ...state, grouped: isWalk && isBehindSeveral(ctx, d) ? { by: e.thread } : null };
      },
      ofInstance(state, e, d) {
        const mine = instancesOf(d).length > 1 ? instancesOf(d) : [];
        const unlisted = ctx.unlistedAfter(state.unlisted, e).filter((x) => mine.includes(x));
        return { ...state, unlisted };
      },
      explains(devices, report) {
        const [subject, other] = devices.named;
        if (!isOrder(report) || !other?.grouped) return false;
        if (other.grouped === 'ahead') return true;
        // By now all are there: it was passed, and could have been probed before the other one.
        return subject?.unlisted.length === 0 && subject.passedBy.includes(other.grouped.by);
      },
    })),
  },
};

/** True where a client of several instances comes before the device on the bus list. */
function isBehindSeveral(ctx: RuleContext, d: WatchedDevice): boolean {
  return ctx.clientsOfSeveral.some((x) => x.position < d.position && ctx.comparable(x, d));
}
