// SPDX-License-Identifier: GPL-2.0-only
// C09: a client binds while its IOMMU registers, before the walk has come to it.

import type { EventName } from '#env/events';
import type { HeardEvent } from '#properties/context';
import {
  type Explained,
  excluding,
  including,
  isOrder,
  perDevice,
  unvisited,
} from './signature.ts';
import type { Window } from './window.ts';

/**
 * Instances of the device whose walk has not visited it; threads that parse its firmware for a
 * probe; whether a bind has built its fwspec, and whether the latest visit was the first of a walk,
 * and found that.
 */
interface Waiting {
  readonly kind: 'waiting';
  readonly left: readonly string[];
  readonly parsing: readonly string[];
  readonly built: boolean;
  readonly justVisited: boolean;
}

/**
 * Late: the device was probed on behalf of such a bind, by the replay, or by a first visit that
 * found the fwspec which the bind had just built. Groupless: on ACPI, where nothing replays, such a
 * bind went on without a group.
 */
type State = Waiting | 'late' | 'groupless';

const waiting = (left: readonly string[]): Waiting => {
  return { kind: 'waiting', left, parsing: [], built: false, justVisited: false };
};

export const c09: Window = {
  id: 'C09',
  name: 'replay-during-register',
  title: 'A client replays the probe that the walk has not reached',
  text:
    'The instance is listed, the walk is on its way. A client that binds finds it, builds ' +
    'its fwspec and replays the probe: its group is allocated out of order, with a driver ' +
    'set.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while its IOMMU registers: an ordinary deferral is enough',
  symptom: 'late IOMMU probe at driver bind, something fishy here!',
  log: [
    {
      seen: { kind: 'late', by: ['replay'] },
      firmware: 'dt',
      unless: ['the walk had passed it', 'its wait had timed out'],
      proof: ['one IOMMU registers', 'the walk had not come to it', 'it joins a group afterwards'],
      likelierThan: ['C10', 'C14'],
    },
    { seen: { kind: 'late', by: ['walk'] }, likelierThan: ['C14'] },
  ],
  symptomOf: ['P1'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: ['da33e87bd2bf'] }],
  links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
  confidence: 1,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+bind+retry/1 client/bystanders 0+0',
      found: ['6.15-rc1'],
      absent: ['6.15.1'],
    },
  ],
  signatures: {
    main: perDevice<State>((ctx) => {
      const acpi = ctx.world.firmware === 'acpi';
      return {
        events: EVENTS,
        initial: (d) => waiting(unvisited(ctx, d)),
        step(state, e) {
          if (typeof state === 'string') return state;
          // Before v6.7 the fwspec may be lost on the way, which is C03.
          if (e.name === 'fwspec-unguarded') return waiting([]);
          if (e.name === 'use-default-domain') {
            const settled = e.errno === 0 && e.group === null;
            const early = state.left.length > 0 || state.justVisited;
            return acpi && settled && state.built && early ? 'groupless' : state;
          }
          if (e.name === 'group-set') return isEarly(state, e.by) ? 'late' : state;
          if (e.name !== 'walk-visit') return parse(state, e);
          const left = excluding(state.left, ctx.instance(e.instance));
          const first = left.length < state.left.length;
          return { ...state, left, justVisited: first && state.built };
        },
        explains(devices, report) {
          const state = devices.of(report.subject);
          if (report.property === 'P1') return state !== undefined && isLate(state, report);
          if (isOrder(report)) return devices.named.includes('late');
          return ['P3', 'P10', 'P11'].includes(report.property) && state === 'groupless';
        },
      };
    }),
  },
};

const EVENTS: readonly EventName[] = [
  'walk-visit',
  'configure-begin',
  'init-end',
  'fwspec-built',
  'group-set',
  'use-default-domain',
  'fwspec-unguarded',
];

/** Who parses the firmware, and whether that is a bind of its own. */
function parse(state: Waiting, e: HeardEvent): Waiting {
  const { parsing } = state;
  switch (e.name) {
    case 'fwspec-built':
      return parsing.includes(e.thread) ? state : { ...state, built: true };
    case 'configure-begin':
      if (e.by === 'replay') return state;
      return { ...state, parsing: including(parsing, e.thread), justVisited: false };
    case 'init-end': {
      if (e.by === 'replay') return state;
      // A probe that fails takes the fwspec with it.
      const built = state.built && e.errno === 0;
      return { ...state, parsing: excluding(parsing, e.thread), built };
    }
    default:
      return state;
  }
}

/** A probe is early by a replay before the walk, or where the walk found what a bind had built. */
function isEarly({ left, built, justVisited }: Waiting, by: unknown): boolean {
  return by === 'replay' ? built && left.length > 0 : justVisited;
}

/** Where the warning came before the group (up to 73d2f10957f5), what the group would tell. */
function isLate(state: State, report: Explained): boolean {
  return typeof state === 'string' || isEarly(state, report.facts['by']);
}
