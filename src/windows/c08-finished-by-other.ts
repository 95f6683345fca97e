// SPDX-License-Identifier: GPL-2.0-only
// C08: a probe that dropped the lock goes on although another finished or undid the device.

import { INFLIGHT_EVENTS, type Inflight, LOCK_DROPPED, sinceOf, stepInflight } from './inflight.ts';
import { isMemory, lacking } from './reports.ts';
import { type Explained, memberOf, perDevice } from './signature.ts';
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
  log: [
    { seen: { kind: 'duplicate link' }, proof: ['it has two groups'] },
    { seen: { kind: 'a device twice' } },
    {
      seen: { kind: 'late', by: ['walk'] },
      needs: ['several IOMMUs register'],
      rare: true,
    },
  ],
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
        explains(devices, report, peek) {
          if (report.property === 'lock-not-held') {
            // The group that its release has locked is not the one that it has now.
            return devices.some((x, d) => x === 'overrun' && memberOf(peek, d, report.subject));
          }
          if (RULES.includes(report.property)) return devices.named.includes('overrun');
          if (!isMemory(report)) return false;
          // Another undid the device in the gap; that may be a device which no signature watches.
          const lost = lackingInInit(report);
          const state = lost === null ? undefined : devices.of(lost);
          if (lost !== null && state === undefined) return true;
          if (state !== undefined) return isUndone(state, threadOf(report));
          return devices.some(
            (x, d) => isUndone(x, threadOf(report)) && isPartOf(report.subject, d.data.name),
          );
        },
      }),
      { begins: LOCK_DROPPED },
    ),
  },
};

const RULES = ['P1', 'P2', 'P3', 'P4', 'P10', 'P13'];

/** The device that lacked dev->iommu in the function that dropped the lock; null for all else. */
function lackingInInit(report: Explained): string | null {
  return /^iommu_init_device\(/.test(String(report.facts['error'])) ? lacking(report) : null;
}

/** The thread that crashed: an oops is about the thread itself. */
function threadOf(report: Explained): string {
  return String(report.facts['thread'] ?? report.subject);
}

/** Another thread took dev->iommu away since @thread dropped the lock. */
function isUndone(state: State, thread: string): boolean {
  return state !== 'overrun' && sinceOf(state, thread) === 'torn';
}

/** What dev->iommu and its fwspec are called. */
function isPartOf(object: string, device: string): boolean {
  return object.startsWith(`${device}.iommu#`) || object.startsWith(`${device}.fwspec#`);
}
