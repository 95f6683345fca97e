// SPDX-License-Identifier: GPL-2.0-only
// C28: a device is released without the probe lock while a walk is busy with it.

import { sharesGroup } from './observer.ts';
import { involves, isMemory, lacking } from './reports.ts';
import { type Automaton, perDevice } from './signature.ts';
import type { Window } from './window.ts';

export const c28: Window = {
  id: 'C28',
  name: 'hot-remove-vs-walk',
  title: 'The walk probes a device that is being removed',
  text:
    'The notifier releases a removed device without the probe lock, while a walk still ' +
    'works on it: dev->iommu is freed under the walk, or a group keeps a device that is ' +
    'gone.',
  threads: ['walk', 'device_del'],
  precondition: 'a device is removed while an IOMMU registers',
  symptom: 'use after free of dev->iommu or of struct device',
  log: [
    {
      seen: {
        kind: 'crash',
        at: ['iommu_release_device', '__iommu_group_remove_device', 'iommu_deinit_device'],
        what: 'use-after-free',
      },
    },
  ],
  symptomOf: ['P5'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 0.7,
  kind: 'race',
  needs: ['a device removed during a registration'],
  worlds: [
    { world: 'hand:walk+del', found: ['7.2'] },
    { world: 'hand:walk+del intel', found: ['6.0'] },
  ],
  signatures: {
    /** Told by the thread that removes a device, as the one that freed or the one that touched. */
    main: perDevice<Removal>(
      () => ({
        ...removal,
        explains(devices, report) {
          if (!isMemory(report)) return false;
          const lost = lacking(report);
          if (lost !== null) return devices.of(lost)?.by != null;
          // The reference of the device is gone, and that of the walk was the last.
          const isOfGroup = devices.some(
            ({ by }, { data }) =>
              by !== null && report.subject.startsWith(`${data.name}.iommu_group#`),
          );
          return isOfGroup || devices.some(({ by }) => by !== null && involves(report, [by]));
        },
      }),
      { all: true },
    ),
    /** What else a removal during a walk leaves to the device, or to those in its group. */
    rest: perDevice<Removal>(({ devices: all }) => ({
      ...removal,
      explains(devices, report) {
        if (!['P3', 'P4', 'P8', 'P10', 'P11'].includes(report.property)) return false;
        const subject = all.find(({ data }) => data.name === report.subject);
        return devices.some(
          ({ by }, d) => by !== null && (d === subject || sharesGroup(d, subject)),
        );
      },
    })),
  },
};

/** Who removes the device. */
interface Removal {
  readonly by: string | null;
}

const removal = {
  events: ['device-removed'],
  initial: { by: null },
  step: (_state, e) => ({ by: e.thread }),
} as const satisfies Omit<Automaton<Removal>, 'explains'>;
