// SPDX-License-Identifier: GPL-2.0-only
// C03: a probe that fails frees dev->iommu while a bind is building its fwspec.

import { functionOf, isAbout, isMemory, lacking } from './reports.ts';
import { type Explained, excluding, including, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Threads that probe the device or have done so, and the one that parses its firmware. */
interface Busy {
  readonly kind: 'busy';
  readonly probing: readonly string[];
  readonly probed: readonly string[];
  readonly parser: string;
}

type State = Busy | 'overlapped';

export const c03: Window = {
  id: 'C03',
  name: 'fwspec-freed-under-configure',
  title: 'The walk frees dev->iommu under a bind that builds the fwspec',
  text:
    'A bind has allocated dev->iommu and is about to store the fwspec. The walk probes the ' +
    'device, fails for want of a fwspec, and frees dev->iommu.',
  threads: ['walk', 'bind'],
  precondition: 'a client binds (deferral, async probing, module loading) during a walk',
  symptom: 'use after free or NULL dereference in iommu_fwspec_init() or iommu_fwspec_add_ids()',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['iommu_fwspec_init', 'iommu_fwspec_add_ids', 'of_iommu_xlate', 'of_iommu_configure'],
      },
    },
  ],
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: ['a2e7e59a9426'] }],
  links: ['https://lore.kernel.org/r/e2e20e1c-6450-4ac5-9804-b0000acdf7de@quicinc.com'],
  confidence: 1,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [{ world: 'dt/amba/populate/arm-smmu@0.other-bus', found: ['6.2'], absent: ['6.7'] }],
  signatures: {
    /** Once they overlap, each may have allocated dev->iommu over the other's, or freed it. */
    main: perDevice<State>(
      () => ({
        events: ['init-unguarded', 'fwspec-unguarded'],
        initial: { kind: 'busy', probing: [], probed: [], parser: '' },
        step(state, e) {
          if (state === 'overlapped') return state;
          const { probing, probed, parser } = state;
          const others = excluding(probing, e.thread);
          if (e.name === 'init-unguarded') {
            if (e.edge === 'end') return { ...state, probing: others };
            if (parser !== '' && parser !== e.thread) return 'overlapped';
            const [now, ever] = [probing, probed].map((list) => including(list, e.thread));
            return { ...state, probing: now!, probed: ever! };
          }
          if (e.name !== 'fwspec-unguarded') return state;
          if (e.edge === 'end') return { ...state, parser: '' };
          return others.length > 0 ? 'overlapped' : { ...state, parser: e.thread };
        },
        explains(devices, report) {
          if (!isMemory(report)) {
            const known = ['P3', 'P8', 'P10', 'P11'].includes(report.property);
            return known && devices.about.includes('overlapped');
          }
          return devices.some(
            (state, d) =>
              (state === 'overlapped' || isLookUp(state, report)) && isAbout(report, d.data.name),
          );
        },
      }),
      { all: true },
    ),
  },
};

/** Functions that build a fwspec, or look for one to build on. */
const BUILDING = /^(iommu_fwspec_|dev_iommu_fwspec_get|of_iommu_configure$)/;

/** A bind is about to parse, and has dev->iommu from before somebody else's probe freed it. */
function isLookUp({ probed }: Busy, report: Explained): boolean {
  const by = String(report.facts['thread'] ?? report.subject);
  const freedBy = String(report.facts['freedBy'] ?? '');
  const lost = lacking(report) !== null && probed.some((thread) => thread !== by);
  return BUILDING.test(functionOf(report)) && (lost || probed.includes(freedBy));
}
