// SPDX-License-Identifier: GPL-2.0-only
// C22: the deferral timeout lets a client bind without its IOMMU, which comes later.

import type { EventName } from '#env/events';
import type { HeardEvent, RuleContext } from '#properties/context';
import { excluding, including, shared } from './signature.ts';
import type { Window } from './window.ts';

/** Whether the timeout has expired; binds without firmware data; devices whose bind gave up. */
interface State {
  readonly expired: boolean;
  /** Device, blank, thread. */
  readonly binding: readonly string[];
  readonly gaveUp: readonly string[];
}

export const c22: Window = {
  id: 'C22',
  name: 'deferral-timeout-then-late-iommu',
  title: 'The deferral timeout expires before the IOMMU comes',
  text: 'A client gives up waiting and does direct DMA; the IOMMU that comes later skips it.',
  threads: ['deferral timeout', 'bind', 'walk'],
  precondition: 'the deferral timeout is enabled and expires',
  symptom: 'deferred probe timeout, ignoring dependency',
  log: [{ seen: { kind: 'timed out' } }],
  symptomOf: ['P3'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 1,
  kind: 'sequential',
  needs: ['the deferral timeout'],
  worlds: [{ world: 'hand:walk+bind+timeout', found: ['7.2'] }],
  signatures: {
    /** By design, so only told where it has expired, of a bind that then went on without. */
    main: shared<State>((ctx) => ({
      events: ctx.world.threads.some((t) => t.kind === 'deferral-timeout') ? EVENTS : [],
      initial: { expired: false, binding: [], gaveUp: [] },
      step: (state, e) => step(ctx, state, e),
      explains: ({ gaveUp }, report) =>
        ['P3', 'P8', 'P11'].includes(report.property) && gaveUp.includes(report.subject),
    })),
  },
};

const EVENTS: readonly EventName[] = [
  'deferral-timeout',
  'driver-set',
  'driver-clear',
  'fwspec-built',
  'fwspec-found',
  'replay-begin',
  'use-default-domain',
];

function step(ctx: RuleContext, state: State, e: HeardEvent): State {
  if (e.name === 'deferral-timeout') return { ...state, expired: true };
  const d = 'dev' in e ? ctx.watched(e.dev) : undefined;
  if (d === undefined) return state;
  const { name, iommus } = d.data;
  const { binding, gaveUp, expired } = state;
  const bind = `${name} ${e.thread}`;
  const others = { ...state, binding: excluding(binding, bind) };
  switch (e.name) {
    case 'driver-set':
      return { ...state, binding: including(binding, bind) };
    case 'use-default-domain': {
      const without = e.errno === 0 && e.group === null && binding.includes(bind);
      return without && expired ? { ...others, gaveUp: including(gaveUp, name) } : others;
    }
    case 'fwspec-built':
      // With several IOMMUs it is the next one that may be absent.
      return new Set(iommus.map((use) => use.instance)).size > 1 ? state : others;
    default:
      return others;
  }
}
