// SPDX-License-Identifier: GPL-2.0-only
// C28: a device is released without the probe lock while a walk is busy with it.

import type { World } from '#worlds/world';
import { byReport, involves, isMemory, lacking, threadsOf } from './reports.ts';
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
    main: byReport((report, world) => {
      const removed = removedIn(world);
      if (removed.length === 0) return false;
      const lost = lacking(report);
      if (lost !== null) return removed.some((d) => d.name === lost);
      // The reference of the device is gone, and that of the walk was the last.
      const isOfGroup = removed.some((d) => report.subject.startsWith(`${d.name}.iommu_group#`));
      if (isMemory(report) && isOfGroup) return true;
      return involves(report, threadsOf(world, 'device-del'));
    }),
    /** What else a removal during a walk leaves to the device, or to those in its group. */
    rest: byReport((report, world) => {
      const keys = removedIn(world).flatMap((d) => [d.name, d.groupKey ?? d.name]);
      const device = world.devices.find((d) => d.name === report.subject);
      const concerned = device && [device.name, device.groupKey].some((k) => k && keys.includes(k));
      return concerned === true && ['P3', 'P4', 'P8', 'P10', 'P11'].includes(report.property);
    }),
  },
};

/** The devices that some thread of @world removes. */
function removedIn({ devices, threads }: World): World['devices'] {
  const names = threads.flatMap((t) => (t.kind === 'device-del' ? t.device : []));
  return devices.filter((d) => names.includes(d.name));
}
