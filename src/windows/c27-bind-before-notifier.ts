// SPDX-License-Identifier: GPL-2.0-only
// C27: a driver binds a device that is on the bus list, but whose notifier has not run.

import type { EventName } from '#env/events';
import type { HeardEvent } from '#properties/context';
import type { World } from '#worlds/world';
import { spoiltWhere } from './reports.ts';
import { perDevice, type WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** What the notifier and a bind have come to, and whether the bind found no group to count in. */
interface Added {
  readonly stage: 'listed' | 'driver set' | 'notified late' | 'notified' | 'met' | 'done';
  readonly groupless: boolean;
}

const added = (stage: Added['stage'], groupless = false): Added => ({ stage, groupless });

/** Explains what such a bind breaks, once the device is in one of @stages. */
const whenIn = (...stages: Added['stage'][]): WindowSignature =>
  perDevice<Added>(({ world }) => {
    const concerned = concernedIn(world);
    return {
      // Heard only where it matters: what is heard costs interleavings.
      events: concerned.length > 0 ? EVENTS : [],
      initial: added('listed'),
      step,
      explains: (devices, { property, subject }) =>
        RULES.includes(property) &&
        concerned.includes(subject) &&
        devices.about.some((x) => stages.includes(x.stage) && (property !== 'P10' || x.groupless)),
    };
  });

const EVENTS: readonly EventName[] = [
  'init-begin',
  'init-end',
  'driver-set',
  'driver-clear',
  'use-default-domain',
  'fwspec-unguarded',
];

const RULES = ['P1', 'P2', 'P3', 'P8', 'P10', 'P11'];

export const c27: Window = {
  id: 'C27',
  name: 'bind-before-notifier',
  title: 'A device is bound before device_add() is done with it',
  text:
    'A device is on the bus list before its notifier has run. A driver that is registered ' +
    'in that moment binds it. Up to v6.5 the notifier then probes the device once more; from ' +
    'v6.15 on the bind replays late, or goes on without a group.',
  threads: ['device_add', 'bind'],
  precondition: 'a driver is registered while its device is added',
  symptom: 'late IOMMU probe at driver bind; consumers that are deferred for ever',
  log: [
    {
      seen: { kind: 'late', by: ['replay', 'notifier'] },
      needs: ['it was added during the registration'],
      rare: true,
    },
  ],
  symptomOf: ['P1', 'P7'],
  ways: [
    {
      what: 'the notifier probes the device once more',
      opened: null,
      closed: ['6eb4da8cf545', 'a2225b6e834a'],
    },
    {
      what: 'the bind replays late, or goes on without a group',
      opened: 'bcb81ac6ae3c',
      closed: ['a2225b6e834a'],
    },
  ],
  links: [],
  confidence: 0.9,
  kind: 'race',
  needs: ['a driver registered while its device is added'],
  worlds: [
    { world: 'hand:add+attach dt', found: ['6.5', '6.15.1'], absent: ['6.6', '7.1'] },
    { world: 'hand:add+attach acpi', found: ['6.15.1'], absent: ['7.1'] },
  ],
  signatures: {
    main: whenIn('driver set', 'notified late'),
    /**
     * Before v6.6 the notifier tests nothing: it probes a device again that such a bind has probed.
     */
    again: perDevice<'listed' | 'replayed' | 'probed again'>(() => ({
      events: ['init-untested', 'group-set'],
      initial: 'listed',
      step(state, e) {
        if (e.name === 'group-set') {
          return state === 'listed' && e.by === 'replay' ? 'replayed' : state;
        }
        const again = e.name === 'init-untested' && e.by === 'notifier';
        return state === 'replayed' && again ? 'probed again' : state;
      },
      explains: spoiltWhere((state) => state === 'probed again'),
    })),
    /** The notifier has begun, and meets a bind that device_add() has not called. */
    rest: whenIn('met'),
  },
};

/** The devices of @world that are added while their driver is registered. */
function concernedIn({ threads }: World): readonly string[] {
  const bound = threads.flatMap((t) => (t.kind === 'driver-attach' ? t.device : []));
  const all = threads.flatMap((t) => {
    if (t.kind === 'bus-scan') return t.devices;
    return t.kind === 'device-add' ? t.device : [];
  });
  return all.filter((device) => bound.includes(device));
}

/** A bind sets the driver before the notifier, or while the notifier is there. */
function step(state: Added, e: HeardEvent): Added {
  const { stage, groupless } = state;
  // Before v6.7 the bind and the notifier meet without a lock, which is C01 or C03.
  if (e.name === 'fwspec-unguarded' || stage === 'done') return added('done');
  const bound = stage !== 'listed' && stage !== 'notified';
  if (e.name === 'use-default-domain')
    return bound && e.group === null ? added(stage, true) : state;
  if (e.name === 'driver-set') {
    if (bound) return state;
    return added(stage === 'notified' ? 'met' : 'driver set');
  }
  if (e.name === 'driver-clear') return stage === 'driver set' ? added('listed') : added(stage);
  if (e.name !== 'init-begin' && e.name !== 'init-end') return state;
  if (e.by !== 'notifier' || stage === 'met' || stage === 'notified late') return state;
  if (e.name === 'init-end') return stage === 'notified' ? added('done') : state;
  if (stage === 'driver set') return added('notified late', groupless);
  return added('notified');
}
