// SPDX-License-Identifier: GPL-2.0-only
// C19: a registration fails after clients have been probed, and releases them under their binds.

import type { World } from '#worlds/world';
import { isMemory, isUnbound } from './reports.ts';
import type { Explained, WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** State: whether somebody has begun to release clients; what goes wrong before is not this. */
const onceReleasing = (explains: (report: Explained) => boolean): WindowSignature => ({
  begins: { event: 'release-begin', when: () => true },
  make: ({ world }) => ({
    events: fails(world) ? ['release-begin'] : [],
    reads: [],
    initial: false,
    step: () => true,
    explains: (state, report) => state === true && explains(report),
  }),
});

/** True where a registration fails. */
function fails(world: World): boolean {
  return world.instances.some((i) => i.probeFails) || world.devices.some((d) => d.probeError);
}

export const c19: Window = {
  id: 'C19',
  name: 'register-fails-with-clients',
  title: 'Registration fails when clients are there already',
  text:
    'An error of one device ends the registration and releases the others: dma_iommu stays ' +
    'set, a bind locks the mutex of a freed group, or a bound client loses its DMA.',
  threads: ['unregister', 'bind'],
  precondition: 'a device whose probe fails with an error other than -ENODEV',
  symptom: 'NULL dereference in iommu-dma, or a use after free in use_default_domain()',
  symptomOf: ['P5'],
  ways: [
    {
      what: 'a walk that fails beside a bind that builds its fwspec',
      opened: '57365a04c921',
      closed: ['a2e7e59a9426'],
    },
    { what: 'a bind that goes on without its group', opened: '3f7c32091628', closed: [] },
    {
      what: 'a client that makes the registration of an SMMU fail',
      where: { driver: 'arm-smmu' },
      opened: '229e6ee43d2a',
      closed: [],
    },
    {
      what: 'dev->dma_iommu is left set',
      opened: null,
      closed: ['280e5a301005'],
      untold: 'it is a crash in iommu-dma, after what the other ways show',
    },
  ],
  links: [
    'https://lore.kernel.org/r/' +
      'e788aa927f6d827dd4ea1ed608fada79f2bab030.1744284228.git.robin.murphy@arm.com',
  ],
  confidence: 0.7,
  kind: 'race',
  needs: ['a registration that fails'],
  worlds: [
    { world: 'hand:refuse+bind+retry', found: ['7.2'], absent: ['6.14'] },
    { world: 'hand:fail+bind+retry', found: ['6.1'], absent: ['6.0'] },
  ],
  signatures: {
    /** Told by the group, or its domain, that is gone while a bind or a driver uses it. */
    main: onceReleasing(
      (report) => isMemory(report) && !isUnbound(report) && !/\.iommu_device$/.test(report.subject),
    ),
    /** What a failed registration leaves to its clients, where nothing else explains it. */
    rest: onceReleasing((report) =>
      ['P1', 'P3', 'P4', 'P6', 'P10', 'P11'].includes(report.property),
    ),
  },
};
