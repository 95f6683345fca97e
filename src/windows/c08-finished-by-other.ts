// SPDX-License-Identifier: GPL-2.0-only
// C08: a probe that dropped the lock goes on although another finished or undid the device.

import { P5_REPORTS } from '#properties/p5-no-use-after-free';
import { INFLIGHT_EVENTS, type Inflight, LOCK_DROPPED, sinceOf, stepInflight } from './inflight.ts';
import { perDevice } from './signature.ts';
import type { Window } from './window.ts';

/** Those in flight, until one goes on over another's finished work. */
type State = Inflight | 'overrun';

export const c08: Window = {
  id: 'C08',
  name: 'finished-by-the-other-walk',
  title: 'The device was probed by somebody else while the lock was dropped',
  text:
    'iommu_init_device() drops the lock for dma_configure and does not test again: another ' +
    'walk has probed the device meanwhile, or has freed its dev->iommu.',
  threads: ['walk', 'second walk'],
  precondition: 'two instances registered in parallel, or a device added during a walk',
  symptom: 'sysfs: cannot create duplicate filename .../iommu_group; or a NULL dereference',
  symptomOf: ['P5'],
  ways: [{ opened: 'bcb81ac6ae3c', closed: ['0c8e9c148e29'] }],
  links: ['https://lore.kernel.org/r/cover.1740753261.git.robin.murphy@arm.com'],
  confidence: 1,
  kind: 'race',
  needs: ['two registrations at once', 'a device added during a registration'],
  worlds: [
    {
      world: 'dt/pci/bus-scan/arm-smmu@0.other-bus: walk+add+retry/1 client/bystanders 0+0',
      found: ['6.15-rc1'],
      absent: ['6.15.1'],
    },
  ],
  signatures: {
    main: perDevice<State>(
      () => ({
        events: [...INFLIGHT_EVENTS, 'probe-device'],
        reads: ['device.iommu_group'],
        initial: [],
        step(state, e, d, peek) {
          if (state === 'overrun') return state;
          if (e.name !== 'probe-device') return stepInflight(state, e);
          const finished = peek.get(d.handle, 'iommu_group') !== null;
          return finished && sinceOf(state, e.thread) !== null ? 'overrun' : state;
        },
        explains(devices, report) {
          if (devices.named.includes('overrun')) return true;
          if (!P5_REPORTS.includes(report.property)) return false;
          // Another undid the device in the gap; that may be a device which no signature watches.
          if (GONE_IN_INIT.test(String(report.facts['error'] ?? ''))) return true;
          const thread = String(report.facts['thread'] ?? report.subject);
          return devices.some((state) => state === 'overrun' || sinceOf(state, thread) !== null);
        },
      }),
      { begins: LOCK_DROPPED },
    ),
  },
};

const GONE_IN_INIT = /^iommu_init_device\(.*\): dev->iommu is NULL$/;
