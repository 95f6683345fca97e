// SPDX-License-Identifier: GPL-2.0-only
// Worlds in which a driver sets a DMA mask: behind an IOMMU or none, with a limit or none.

import type { DerivedWorld } from './derive.ts';
import { adder, altered, binder, client, iommu, ready, walker, world } from './hand-parts.ts';
import { masking, NARROW, WIDE } from './transforms.ts';
import type { World, WorldDevice } from './world.ts';

/** A walk, and a client whose driver attaches and sets a mask of @bits. */
function masks(
  name: string,
  bits: number,
  more: Partial<WorldDevice> = {},
  firmware: World['firmware'] = 'dt',
): DerivedWorld {
  const devices = [iommu(), client('20.gpu', more)];
  const threads = [walker, binder];
  return altered(world({ name: `masks ${name}`, firmware, devices, threads }), (w) =>
    masking(w, bits),
  );
}

/** C44: what a driver does in its probe stands in no firmware. */
export function maskWorlds(): DerivedWorld[] {
  const bare = { iommus: [], groupKey: null };
  const limited = { dmaLimit: 40 };
  const ranges = { dmaRanges: true, ...limited };
  return [
    masks('wide', WIDE),
    masks('narrow', NARROW),
    // Behind no IOMMU: the walk has dma_configure run for it all the same.
    masks('wide bare', WIDE, bare),
    masks('narrow bare', NARROW, bare),
    // The limit is that of dma-ranges for who comes first, and the mask of the moment after that.
    masks('wide ranges', WIDE, ranges),
    masks('narrow ranges', NARROW, ranges),
    // One word holds both masks.
    masks('wide amba', WIDE, { bus: 'amba' }),
    masks('wide acpi', WIDE, limited, 'acpi'),
    masks('narrow acpi', NARROW, limited, 'acpi'),
    // The notifier in place of a walk: its device is bound before device_add() is done, up to v7.0.
    altered(
      world({
        name: 'masks wide add',
        devices: [iommu(), client('20.gpu', { ...bare, present: false })],
        instances: ready,
        threads: [{ ...adder, name: 'kworker/u8:2' }, binder],
      }),
      (w) => masking(w, WIDE),
    ),
  ];
}
