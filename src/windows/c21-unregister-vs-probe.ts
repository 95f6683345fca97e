// SPDX-License-Identifier: GPL-2.0-only
// C21: an instance goes away while a client is probed for it: released first, de-listed second.

import { hasFailing } from './observer.ts';
import { involves, isMemory, lacking, threadsOf } from './reports.ts';
import { type Explained, perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c21: Window = {
  id: 'C21',
  name: 'unregister-vs-client-probe',
  title: 'A client attaches to an instance that is being unregistered',
  text:
    'Unregistering releases the clients first and de-lists the instance second, with ready ' +
    'still set: a client that binds in between is probed for an instance that is about to ' +
    'be freed. In v6.0 nothing is released; the pointer from the list is the same. Since v6.11 ' +
    'of_iommu_xlate() looks the instance up again, and follows NULL where it is de-listed by then.',
  threads: ['unregister', 'bind'],
  precondition: 'registration fails, or the IOMMU driver is unbound, while a client binds',
  symptom: 'use after free of struct iommu_device, or a NULL dereference in of_iommu_xlate()',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['iommu_fwspec_init', '__iommu_probe_device', 'iommu_init_device', 'iommu_device_link'],
        what: 'use-after-free',
      },
    },
    {
      seen: { kind: 'crash', at: ['of_iommu_xlate'], what: 'null' },
      firmware: 'dt',
      opened: '3f7c32091628',
    },
    {
      seen: { kind: 'late', by: ['replay'] },
      firmware: 'dt',
      needs: ['an IOMMU was unbound'],
      rare: true,
    },
  ],
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 0.8,
  kind: 'race',
  needs: ['an instance that goes away'],
  worlds: [{ world: 'hand:unbind+add', found: ['7.2', '6.0'] }],
  signatures: {
    /**
     * Told by the instance that is gone, or by what its removal leaves to a client of the time.
     * Released: the clients of its instance are. Without ops: a replay has found none since.
     */
    main: perDevice<'as it was' | 'released' | 'without ops'>(({ world }) => {
      const unbinders = threadsOf(world, 'iommu-unbind');
      return {
        events: unbinders.length > 0 || hasFailing(world) ? ['release-begin', 'ops-missing'] : [],
        initial: 'as it was',
        step: (state, e) =>
          e.name === 'ops-missing' && e.by === 'replay' && state === 'released'
            ? 'without ops'
            : state,
        ofInstance: (state) => (state === 'as it was' ? 'released' : state),
        explains(devices, report) {
          if (isMemory(report)) {
            if (/\.iommu_device$/.test(report.subject)) return true;
            if (isNotListed(report)) return true;
            if (unbinders.length === 0) return false;
            if (lacking(report) !== null || involves(report, unbinders)) return true;
            // The reference of the device is gone, and the one of its bind was the last.
            return devices.some((x, d) => x === 'released' && isGroupOf(report, d.data.name));
          }
          const state = devices.of(report.subject);
          // It was released, and is probed again before those after it have been released.
          if (report.property === 'P2') return devices.named.every((x) => x === 'released');
          const concerned =
            state === 'without ops' || (unbinders.length > 0 && state === 'released');
          return concerned && ['P1', 'P3', 'P8', 'P10', 'P11'].includes(report.property);
        },
      };
    }),
  },
};

/** True for the oops of a probe that has found its instance once, and not again. */
function isNotListed(report: Explained): boolean {
  const error = String(report.facts['error']);
  return /_device\(.*\): no instance |^of_iommu_xlate\(.*\): ops is NULL$/.test(error);
}

/** True where @report is about the group of @device, or about its domain. */
function isGroupOf({ subject }: Explained, device: string): boolean {
  return subject.startsWith(`${device}.iommu_group#`);
}
