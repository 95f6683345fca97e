// SPDX-License-Identifier: GPL-2.0-only
// C14: a bind takes the half-done probe of another thread for its own, and goes on without group.

import {
  INFLIGHT_EVENTS,
  type Inflight,
  othersInflight,
  sinceOf,
  stepInflight,
} from './inflight.ts';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/**
 * Those in flight; one that succeeded stays listed, for its warning comes a moment later. Taken for
 * own: a bind found no group to use (or its probe body ran without one) while another was in
 * flight, or a driver turned out to have been set since the one in flight looked.
 */
type State = Inflight | 'taken for own';

export const c14: Window = {
  id: 'C14',
  name: 'in-flight-probe-taken-for-own',
  title: 'A driver binds without a group while the probe is in flight',
  text:
    'The walk has dropped the lock inside iommu_init_device(). A bind finds the fwspec, or ' +
    'dev->iommu, takes it for its own or done, finds no group, and probes with direct DMA; ' +
    'then the walk attaches the device under the running driver.',
  threads: ['walk or device_add', 'bind'],
  precondition: 'a client binds while its IOMMU registers',
  symptom: 'late IOMMU probe at driver bind, something fishy here!',
  log: [
    {
      seen: { kind: 'late', by: ['walk'] },
      unless: ['its wait had timed out'],
      proof: ['one IOMMU stands before it', 'it joins a group afterwards'],
    },
    {
      seen: { kind: 'late', by: ['notifier'] },
      unless: ['its wait had timed out'],
    },
    { seen: { kind: 'warning', at: ['iommu_device_unuse_default_domain'] } },
  ],
  symptomOf: ['P1', 'P3', 'P10', 'P11'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: [] }],
  links: [],
  confidence: 0.85,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+bind+retry/1 client/bystanders 0+0',
      found: ['7.2'],
      absent: ['7.2 +c14-defer-in-flight.ts'],
    },
  ],
  signatures: {
    main: perDevice<State>(() => ({
      events: [...INFLIGHT_EVENTS, 'use-default-domain', 'driver-probe', 'late-warn'],
      reads: ['device.iommu_group'],
      initial: [],
      step(state, e, d, peek) {
        if (state === 'taken for own') return state;
        if (e.name === 'use-default-domain') {
          return e.group === null && othersInflight(state, e.thread) ? 'taken for own' : state;
        }
        if (e.name === 'driver-probe') {
          const groupless = peek.get(d.handle, 'iommu_group') === null;
          return groupless && othersInflight(state, e.thread) ? 'taken for own' : state;
        }
        if (e.name === 'late-warn') {
          // The one in flight comes back, or the walk of another IOMMU probes the device meanwhile.
          const own = e.by !== 'replay' && sinceOf(state, e.thread) !== null;
          const foreign = e.by === 'walk' && othersInflight(state, e.thread);
          return own || foreign ? 'taken for own' : state;
        }
        if (e.name === 'init-end' && e.errno === 0) return state;
        return stepInflight(state, e);
      },
      explains: (devices, report) =>
        ['P1', 'P3', 'P10', 'P11'].includes(report.property) &&
        devices.about.includes('taken for own'),
    })),
  },
};
