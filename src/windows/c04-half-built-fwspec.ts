// SPDX-License-Identifier: GPL-2.0-only
// C04: a probe takes the fwspec that a bind is still filling with ids.

import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** The thread that parses the firmware of the device without a lock, if one does. */
type State = { readonly kind: 'parsed'; readonly by: string } | 'idle';

export const c04: Window = {
  id: 'C04',
  name: 'half-built-fwspec',
  title: 'The walk probes with a fwspec that has no ids yet',
  text:
    'The fwspec is visible before its ids are added, and moves when it grows. The walk ' +
    'probes the device with what is there at that moment.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds during a walk',
  symptom: 'stream ID out of range, or a device that is attached without its stream ids',
  symptomOf: ['P12'],
  ways: [{ opened: null, closed: ['a2e7e59a9426'] }],
  links: ['https://lore.kernel.org/r/e2e20e1c-6450-4ac5-9804-b0000acdf7de@quicinc.com'],
  confidence: 0.9,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [{ world: 'dt/amba/populate/arm-smmu@0.other-bus', found: ['6.6'], absent: ['6.7'] }],
  signatures: {
    main: perDevice<State>(() => ({
      events: ['fwspec-unguarded'],
      initial: 'idle',
      step: (_state, e) =>
        e.name === 'fwspec-unguarded' && e.edge === 'begin'
          ? { kind: 'parsed', by: e.thread }
          : 'idle',
      explains(devices, report) {
        const state = devices.of(report.subject) ?? 'idle';
        return report.property === 'P12' && state !== 'idle' && state.by !== report.facts['thread'];
      },
    })),
  },
};
