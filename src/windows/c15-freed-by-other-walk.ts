// SPDX-License-Identifier: GPL-2.0-only
// C15: a foreign walk frees dev->iommu under the walk of the device's own IOMMU, which skips it.

import { INFLIGHT_EVENTS, type Inflight, LOCK_DROPPED, sinceOf, stepInflight } from './inflight.ts';
import { excluding, including, isOrder, ownWalk, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Threads that walk for an IOMMU of the device, and those in flight. */
interface Walked {
  readonly kind: 'walked';
  readonly owners: readonly string[];
  readonly inflight: Inflight;
}

/** Skipped: such a walk gave up, or somebody else has found what it left. */
type State = Walked | 'skipped';

const walked = (owners: readonly string[], inflight: Inflight): State => {
  return { kind: 'walked', owners, inflight };
};

export const c15: Window = {
  id: 'C15',
  name: 'shared-iommu-freed-by-other-walk',
  title: 'A foreign walk frees dev->iommu and the own walk skips the device',
  text:
    'A foreign walk holds dev->iommu while it parses. The walk of the own instance meets it ' +
    'and drops the lock, too; the foreign one gives up and frees dev->iommu; the own one ' +
    'finds it gone and passes on.',
  threads: ['walk', 'second walk'],
  precondition: 'two instances registered in parallel',
  symptom: 'late IOMMU probe at driver bind, or (ACPI, no driver) a device without group',
  log: [
    {
      seen: { kind: 'late', by: ['replay'] },
      firmware: 'dt',
      needs: ['several IOMMUs register'],
      unless: ['the walk had not come to it', 'its wait had timed out'],
      rare: true,
    },
    {
      seen: { kind: 'late', by: ['replay'] },
      firmware: 'dt',
      needs: ['it was added during the registration'],
      unless: ['the walk had not come to it', 'its wait had timed out'],
      rare: true,
    },
    {
      seen: { kind: 'no group' },
      firmware: 'acpi',
      needs: ['it was grouped before, under the same firmware', 'several IOMMUs register'],
      rare: true,
    },
  ],
  symptomOf: ['P1', 'P8'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: [] }],
  links: [],
  confidence: 0.8,
  kind: 'race',
  needs: ['two registrations at once', 'a device added during a registration'],
  worlds: [
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+add+retry/1 client/bystanders 0+0',
      found: ['7.2'],
      absent: ['7.2 +c14-defer-in-flight.ts'],
    },
  ],
  signatures: {
    main: perDevice<State>(
      (ctx) => ({
        events: [...INFLIGHT_EVENTS, 'walk-visit'],
        initial: walked([], []),
        step(state, e, d) {
          if (state === 'skipped') return state;
          const { owners, inflight } = state;
          if (e.name === 'walk-visit') {
            const own = ownWalk(ctx, d, e.instance);
            const next = own ? including(owners, e.thread) : excluding(owners, e.thread);
            return walked(next, inflight);
          }
          // A bind that finds dev->iommu gone takes itself for the only one at work on the device.
          const lost = owners.some((name) => sinceOf(inflight, name) === 'torn');
          if (e.name === 'group-set' && e.by !== 'walk' && lost) return 'skipped';
          const torn = e.name === 'init-end' && sinceOf(inflight, e.thread) === 'torn';
          if (torn && e.errno !== 0 && owners.includes(e.thread)) return 'skipped';
          return walked(owners, stepInflight(inflight, e));
        },
        explains: (devices, report) =>
          (isOrder(report) && devices.named.includes('skipped')) ||
          (['P1', 'P3', 'P8', 'P11'].includes(report.property) &&
            devices.of(report.subject) === 'skipped'),
      }),
      { begins: LOCK_DROPPED },
    ),
  },
};
