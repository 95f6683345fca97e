// SPDX-License-Identifier: GPL-2.0-only
// C19: a registration fails after clients have been probed, and releases them under their binds.

import type { World } from '#worlds/world';
import { isUnbound } from './c35-instance-not-bound.ts';
import type { Explained, WindowSignature } from './common.ts';
import { isMemory } from './stateless.ts';

/** True where a registration fails. */
function fails(world: World): boolean {
  return world.instances.some((i) => i.probeFails) || world.devices.some((d) => d.probeError);
}

/** State: whether somebody has begun to release clients; what goes wrong before is not this. */
const onceReleasing = (explains: (report: Explained) => boolean): WindowSignature => ({
  window: 'C19',
  begins: { event: 'release-begin', when: () => true },
  make: ({ world }) => ({
    window: 'C19',
    events: fails(world) ? ['release-begin'] : [],
    reads: [],
    initial: false,
    step: () => true,
    explains: (state, report) => state === true && explains(report),
  }),
});

/** Told by the group, or its domain, that is gone while a bind or a driver uses it. */
export const c19 = onceReleasing(
  (report) => isMemory(report) && !isUnbound(report) && !/\.iommu_device$/.test(report.subject),
);

/** What a failed registration leaves to its clients, where nothing else explains it. */
export const c19Rest = onceReleasing((report) =>
  ['P1', 'P3', 'P4', 'P6', 'P10', 'P11'].includes(report.property),
);
