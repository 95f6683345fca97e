// SPDX-License-Identifier: GPL-2.0-only
// C34: the last step of a walk goes over the members of a group without its mutex.

import type { World } from '#worlds/world';
import { hasFailing, threadsIn } from './observer.ts';
import { functionOf, isMemory, threadOf } from './reports.ts';
import { type Explained, excluding, including, shared } from './signature.ts';
import type { Window } from './window.ts';

export const c34: Window = {
  id: 'C34',
  name: 'probe-finalize-unlocked',
  title: 'The members of a group are visited without its mutex',
  text: 'The last step of the walk iterates over group->devices while members come and go.',
  threads: ['walk', 'device_del or device_add'],
  precondition: 'a group whose members change during a walk',
  symptom: 'use after free of a group device',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['bus_iommu_probe', 'iommu_group_do_probe_finalize', '__iommu_group_dma_finalize'],
        what: 'use-after-free',
      },
    },
  ],
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 0.95,
  kind: 'race',
  needs: ['a device removed during a registration'],
  worlds: [
    { world: 'hand:walk+del shared', found: ['7.2'] },
    { world: 'hand:walk+del intel', found: ['6.0'] },
  ],
  signatures: {
    /** A walk that visits the members without the mutex comes to one that is gone. */
    main: shared<readonly string[]>(({ world }) => ({
      events: mayLeave(world) ? ['members-unlocked'] : [],
      initial: [],
      step(visitors, e) {
        if (e.name !== 'members-unlocked') return visitors;
        return e.edge === 'begin' ? including(visitors, e.thread) : excluding(visitors, e.thread);
      },
      explains: (visitors, report) =>
        isMemory(report) && isMember(report) && visitors.includes(threadOf(report)),
    })),
  },
};

/** True where a device may leave its group: it is removed, or released by its IOMMU. */
function mayLeave(world: World): boolean {
  return threadsIn(world, 'device-del') + threadsIn(world, 'iommu-unbind') > 0 || hasFailing(world);
}

/**
 * True where @report is about the link of a device to its group; of the kernel's own C it names no
 * object, but the function, which follows no others that may be gone.
 */
function isMember(report: Explained): boolean {
  return /\.group_device#/.test(report.subject) || functionOf(report) === 'bus_iommu_probe';
}
