// SPDX-License-Identifier: GPL-2.0-only
// C10: the walk meets a client whose bind is under way, and leaves it without firmware data.

import { isOrder, ownWalk, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/**
 * Visited by the walk of an IOMMU of the device, in this thread; unparsed, where that walk found a
 * driver set; given up, where for want of firmware data it found no ops.
 */
type State =
  | { readonly kind: 'visited' | 'unparsed'; readonly by: string }
  | 'elsewhere'
  | 'given up';

export const c10: Window = {
  id: 'C10',
  name: 'driver-set-skips-configure',
  title: 'The walk meets a bind under way and skips dma_configure',
  text:
    'dev->driver is set by a bind that is about to defer. The walk takes that for ' +
    '"configured already", finds no ops and gives the device up; the retry probes it late, ' +
    'or (ACPI) never.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while its IOMMU registers',
  symptom: 'late IOMMU probe at driver bind, something fishy here! (ACPI: no group, DMA faults)',
  log: [
    {
      seen: { kind: 'late', by: ['replay'] },
      firmware: 'dt',
      unless: ['the walk had not come to it', 'its wait had timed out'],
      proof: [
        'one IOMMU registers',
        'it was on its bus before',
        'the walk had passed it',
        'it joins a group afterwards',
      ],
    },
    {
      seen: { kind: 'no group' },
      firmware: 'acpi',
      needs: ['it was grouped before, under the same firmware'],
    },
  ],
  symptomOf: ['P1', 'P3'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: [] }],
  links: ['https://lore.kernel.org/lkml/Z_jMiC1uj_MJpKVj@hovoldconsulting.com/'],
  confidence: 0.9,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    { world: 'hand:walk+bind exynos' },
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+bind+retry/1 client/bystanders 0+0',
      found: ['7.2'],
      absent: ['7.2 +c10-settled.ts'],
    },
    {
      world: 'acpi/pci/bus-scan/arm-smmu-v3@0.other-bus: walk+bind+retry/1 client/bystanders 0+0',
      found: ['6.15.1'],
    },
  ],
  signatures: {
    main: perDevice<State>((ctx) => ({
      events: ['walk-visit', 'configure-skipped', 'ops-missing'],
      initial: 'elsewhere',
      step(state, e, d) {
        if (e.name === 'walk-visit') {
          if (ownWalk(ctx, d, e.instance)) return { kind: 'visited', by: e.thread };
          return state === 'given up' ? state : 'elsewhere';
        }
        if (typeof state === 'string' || state.by !== e.thread) return state;
        if (e.name === 'configure-skipped' && e.by === 'walk') {
          return { kind: 'unparsed', by: e.thread };
        }
        const gaveUp = e.name === 'ops-missing' && e.by === 'walk';
        return gaveUp && state.kind === 'unparsed' ? 'given up' : state;
      },
      explains(devices, report) {
        if (isOrder(report)) return devices.named.includes('given up');
        return (
          ['P1', 'P3', 'P8', 'P10', 'P11'].includes(report.property) &&
          devices.of(report.subject) === 'given up'
        );
      },
    })),
  },
};
