// SPDX-License-Identifier: GPL-2.0-only
// Worlds of two walks in which a client stands by: with it there is an order of groups.

import type { DerivedWorld } from './derive.ts';
import { both, client, iommu, second, two, undriven, walker, world } from './hand-parts.ts';
import type { World, WorldDevice } from './world.ts';

/** A client that waits, one behind the same IOMMUs that comes after it on the list, two walks. */
function beside(
  name: string,
  iommus: WorldDevice['iommus'],
  firmware: World['firmware'] = 'dt',
): DerivedWorld {
  const driver = firmware === 'dt' ? 'arm-smmu' : 'arm-smmu-v3';
  return world({
    name: `walk+walk beside${name}`,
    firmware,
    devices: [
      iommu(),
      iommu('200.iommu'),
      client('20.gpu', { deferred: true, iommus }),
      client('30.eth', { ...undriven, iommus }),
    ],
    instances: two.map((i) => ({ ...i, driver })),
    threads: [walker, second],
  });
}

/** C15, C31, C40: two walks of a board are cast without others, and P2 is about two clients. */
export function besides(): DerivedWorld[] {
  return [beside('', [both[0]!]), beside(' two', both), beside(' acpi two', both, 'acpi')];
}
