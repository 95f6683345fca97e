// SPDX-License-Identifier: GPL-2.0-only
// C19: a registration fails after clients have been probed, and releases them under their binds.

import { heard } from '#properties/context';
import { hasFailing } from './observer.ts';
import { involves, isMemory, lacking } from './reports.ts';
import { type Explained, including, type WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** What has happened to an instance that fails, and to its clients. */
interface State {
  /** Threads that have begun to release the clients of an instance, and those instances. */
  readonly by: readonly string[];
  readonly of: readonly string[];
  /** Devices that a probe has put into a group, by name. */
  readonly grouped: readonly string[];
}

/** What is known when something is to be explained. */
interface Released {
  readonly by: readonly string[];
  /** Clients of the instances that are released. */
  readonly behind: readonly string[];
  /** Those that a probe had put into a group: who releases them drops the reference on it. */
  readonly grouped: readonly string[];
}

/** What goes wrong before anything is released is not this. */
const onceReleasing = (
  explains: (report: Explained, released: Released) => boolean,
): WindowSignature => ({
  begins: { event: 'release-begin', when: () => true },
  make: (ctx) => ({
    events: hasFailing(ctx.world) ? ['release-begin', 'init-end'] : [],
    reads: [],
    initial: JSON.stringify({ by: [], of: [], grouped: [] } satisfies State),
    step(text, e) {
      const { by, of, grouped } = JSON.parse(text as string) as State;
      const event = heard(e);
      const next = (state: State): string => JSON.stringify(state);
      if (event.name === 'init-end') {
        const name = ctx.device(event.dev).data.name;
        return event.errno === 0 ? next({ by, of, grouped: including(grouped, name) }) : text;
      }
      if (event.name !== 'release-begin') return text;
      const instance = ctx.instance(event.instance);
      return next({ by: including(by, e.thread), of: including(of, instance), grouped });
    },
    explains(text, report) {
      const { by, of, grouped } = JSON.parse(text as string) as State;
      if (by.length === 0) return false;
      const clients = ctx.clients.filter((d) => d.data.iommus.some((u) => of.includes(u.instance)));
      const behind = clients.map((d) => d.data.name);
      return explains(report, { by, behind, grouped: behind.filter((n) => grouped.includes(n)) });
    },
  }),
});

/** True where @report is about a group of one of @names, or what belongs to that group. */
function isOfGroup({ subject }: Explained, names: readonly string[]): boolean {
  return names.some((name) => subject.startsWith(`${name}.iommu_group#`));
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
  log: [
    {
      seen: {
        kind: 'crash',
        at: [
          'iommu_dma_alloc_iova',
          'iommu_dma_map_page',
          'iommu_dma_map_phys',
          'iommu_dma_map_sg',
          'iommu_dma_alloc',
          'iommu_get_dma_domain',
          'iommu_device_use_default_domain',
          '__iommu_dma_map',
        ],
      },
      needs: ['a registration failed'],
    },
    {
      seen: { kind: 'late', by: ['replay'] },
      firmware: 'dt',
      needs: ['a registration failed'],
      rare: true,
    },
  ],
  symptomOf: ['P5'],
  ways: [
    {
      what: 'a probe that fails after it has registered, beside a bind',
      where: { butDriver: 'arm-smmu' },
      opened: '57365a04c921',
      closed: [],
    },
    {
      what: 'the same of an SMMU: a bind builds its fwspec beside it',
      where: { driver: 'arm-smmu' },
      opened: '57365a04c921',
      closed: ['a2e7e59a9426'],
    },
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
    { world: 'hand:fail+bind+retry mediatek', found: ['6.8', '7.2'], absent: ['6.0'] },
  ],
  signatures: {
    /** Told by what was freed while a bind or a driver uses it, or what the release left NULL. */
    main: onceReleasing(
      (report, { by, grouped }) =>
        isMemory(report) &&
        !/\.iommu_device$/.test(report.subject) &&
        (lacking(report) !== null || involves(report, by) || isOfGroup(report, grouped)),
    ),
    /** What a failed registration leaves to its clients, where nothing else explains it. */
    rest: onceReleasing(
      (report, { behind }) =>
        report.property === 'P6' ||
        (['P1', 'P3', 'P4', 'P10', 'P11'].includes(report.property) &&
          behind.includes(report.subject)),
    ),
  },
};
