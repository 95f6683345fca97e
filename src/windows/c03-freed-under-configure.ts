// SPDX-License-Identifier: GPL-2.0-only
// C03: a probe that fails frees dev->iommu while a bind is building its fwspec.

import { functionOf, isMemory } from './reports.ts';
import { type Explained, excluding, including, perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Threads that probe the device, and the one that parses its firmware. */
interface Busy {
  readonly kind: 'busy';
  readonly probing: readonly string[];
  readonly parser: string;
}

type State = Busy | 'overlapped';

const busy = (probing: readonly string[], parser: string): State => {
  return { kind: 'busy', probing, parser };
};

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
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: ['a2e7e59a9426'] }],
  links: ['https://lore.kernel.org/r/e2e20e1c-6450-4ac5-9804-b0000acdf7de@quicinc.com'],
  confidence: 1,
  kind: 'race',
  needs: ['a bind during a registration'],
  worlds: [{ world: 'dt/amba/populate/arm-smmu@0.other-bus', found: ['6.2'], absent: ['6.7'] }],
  signatures: {
    /** Once they overlap, each may have allocated dev->iommu over the other's, or freed it. */
    main: perDevice<State>(() => ({
      events: ['init-unguarded', 'fwspec-unguarded', 'init-end'],
      initial: busy([], ''),
      step(state, e) {
        if (state === 'overlapped') return state;
        const { probing, parser } = state;
        const others = excluding(probing, e.thread);
        if (e.name === 'init-end') return busy(others, parser);
        if (e.name === 'init-unguarded') {
          if (parser !== '' && parser !== e.thread) return 'overlapped';
          return busy(including(probing, e.thread), parser);
        }
        if (e.name !== 'fwspec-unguarded') return state;
        if (e.edge === 'end') return busy(probing, '');
        return others.length > 0 ? 'overlapped' : busy(probing, e.thread);
      },
      explains(devices, report) {
        if (isCrash(report)) return true;
        if (!isMemory(report)) {
          const known = ['P3', 'P8', 'P10', 'P11'].includes(report.property);
          return known && devices.about.includes('overlapped');
        }
        const text = `${report.subject} ${report.because}`;
        return devices.some((state, d) => state === 'overlapped' && text.includes(d.data.name));
      },
    })),
  },
};

/** Functions that build a fwspec, or look for one to build on. */
const BUILDING = /^(fwspec_|iommu_fwspec_|of_iommu_|acpi_iommu_|iort_|dev_iommu_fwspec_get)/;

/** The object that is gone and the function that wanted it tell the window. */
function isCrash(report: Explained): boolean {
  const { subject, because } = report;
  return (
    isMemory(report) &&
    (/\.(iommu|fwspec)#/.test(subject) || /dev->iommu is NULL/.test(because)) &&
    (BUILDING.test(functionOf(report)) || /iommu_fwspec_/.test(because))
  );
}
