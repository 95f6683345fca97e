// SPDX-License-Identifier: GPL-2.0-only
// C06: the architecture chooses direct DMA for a group whose default domain is about to come.

import { isUnnamed, perDevice } from './signature.ts';
import type { Window } from './window.ts';

type State = 'not yet' | 'by group' | 'direct';

export const c06: Window = {
  id: 'C06',
  name: 'dma-ops-decided-too-early',
  title: 'DMA ops are chosen before the default domain appears',
  text:
    'The default domain appears between arch_setup_dma_ops() and the check that there is ' +
    'one: the check passes, and the device keeps its direct DMA ops for good.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds while the walk runs; the architecture sets the DMA ops',
  symptom: 'IOMMU faults of a device that is attached to a translated domain but maps directly',
  symptomOf: ['P11'],
  ways: [
    {
      what: 'the group is set, and the walk has yet to set its domain',
      opened: null,
      closed: ['6eb4da8cf545', 'b67483b3c44e'],
    },
    {
      what: 'the domain comes in the second loop of the walk',
      opened: 'f188056352bc',
      closed: ['b67483b3c44e'],
      // In 6.6.y the replay defers, too, so no bind goes on before the domain is there.
      backports: [{ sha: 'b46064a18810', landed: 'v6.6.89' }],
    },
    ...['intel', 'amd'].map((driver) => ({
      what: 'the driver of the IOMMU sets the DMA ops, after the group has its domain (x86)',
      where: { driver },
      opened: null,
      closed: ['b67483b3c44e'],
    })),
  ],
  links: ['https://lore.kernel.org/r/cover.1739486121.git.robin.murphy@arm.com'],
  confidence: 0.9,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [
    {
      world: 'hand:walk+bind exynos',
      found: ['6.6 +b46064a18810'],
      absent: ['6.6.y', '6.10 +b46064a18810'],
    },
    { world: 'hand:walk+bind intel', found: ['6.6.y'], absent: ['6.10'] },
  ],
  signatures: {
    /**
     * Direct: DMA ops were chosen while the group had no domain; or, where the IOMMU's driver sets
     * them after the group (x86), a bind was counted in between.
     */
    main: perDevice<State>(({ world }) => {
      const late = world.devices.some((d) => isUnnamed(world, d));
      return {
        events: late ? ['dma-ops', 'use-default-domain'] : ['dma-ops'],
        reads: late ? ['iommu_group.default_domain'] : [],
        initial: 'not yet',
        step(state, e, d, peek) {
          if (e.name === 'dma-ops') return e.path === 'direct' ? 'direct' : 'by group';
          if (e.name !== 'use-default-domain' || state !== 'not yet') return state;
          if (e.errno !== 0 || !e.group || !isUnnamed(world, d.data)) return state;
          return peek.get(e.group, 'default_domain') ? 'direct' : state;
        },
        explains: (devices, report) =>
          report.property === 'P11' && devices.of(report.subject) === 'direct',
      };
    }),
  },
};
