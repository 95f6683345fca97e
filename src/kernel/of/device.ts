// SPDX-License-Identifier: GPL-2.0-only
// DMA configuration of a device from the device tree: drivers/of/device.c of v7.2.
import { EPROBE_DEFER, type Errno } from '#env/errno';
import { alloc, free, type Kfn, load, store } from '#env/op';
import type { Kernel } from '../kernel.ts';
import { bus_dma_region, type Device, type DmaRangeMap } from '../types.ts';

/**
 * Models of_dma_configure_id() of v7.2.
 * WINDOW: no lock of its own; the walk and a bind may both be in here for one device.
 * ABSTRACTED: the DMA masks, which every caller ands with the same constant.
 */
export function* of_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  let map: DmaRangeMap | null = null;
  const parsed = k.sw.range_map_idempotent && (yield* load(dev, 'dma_range_map')) !== null;
  if (dev.dmaRanges && !parsed) {
    map = yield* alloc(bus_dma_region, dev, 'dma_range_map');
    yield* store(dev, 'dma_range_map', map);
  }
  const ret = yield* k.of_iommu_configure(dev);
  if (ret === -EPROBE_DEFER) {
    if (map) {
      yield* store(dev, 'dma_range_map', null);
      yield* free(map);
    }
    return -EPROBE_DEFER;
  }
  if (!ret) yield* k.arch_setup_dma_ops(dev);
  // Any other error means that the device goes on without its IOMMU.
  return 0;
}
