// SPDX-License-Identifier: GPL-2.0-only
// DMA configuration of a device from the device tree: drivers/of/device.c of v7.2.
import { EPROBE_DEFER, type Errno } from '#env/errno';
import { alloc, free, type Kfn, load, store } from '#env/op';
import type { Kernel } from '../kernel.ts';
import { bus_dma_region, type Device, type DmaRangeMap } from '../types.ts';

/**
 * Models of_dma_configure_id() of v7.2.
 * WINDOW: no lock of its own; the walk and a bind may both be in here for one device.
 * ABSTRACTED: dev->bus_dma_limit, which each caller sets to the same constant: rules know it as
 * dmaLimit of the world. force_dma: without it (CDX, fsl-mc) and without ranges nothing at all is
 * done. dev->dma_coherent and restricted pools: docs/findings.md, C44.
 */
export function* of_dma_configure(k: Kernel, dev: Device): Kfn<Errno> {
  let map: DmaRangeMap | null = null;
  const parsed = k.sw.range_map_idempotent && (yield* load(dev, 'dma_range_map')) !== null;
  if (dev.dmaRanges && !parsed) {
    map = yield* alloc(bus_dma_region, dev, 'dma_range_map');
  }
  if (dev.hasMasks) yield* k.of_dma_configure__masks(dev, map !== null);
  if (map) yield* store(dev, 'dma_range_map', map);
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

/**
 * The part of of_dma_configure_id() of v7.2, and of v6.1, that limits the masks of a device.
 * WINDOW: without ranges of firmware the limit is the mask of this moment. If a driver stores a
 * wider one after that, it is cut; a narrower one is lost only between a load and a store.
 * ABSTRACTED: the compiler may take the first two loads for one; that only leaves orders out.
 */
export function* of_dma_configure__masks(k: Kernel, dev: Device, ranged: boolean): Kfn<void> {
  const limit = ranged ? (dev.dmaLimit ?? 64) : (yield* load(dev, 'coherent_dma_mask')) || 32;
  yield* k.model__limit_dma_mask(dev, 'coherent_dma_mask', limit);
  yield* k.model__limit_dma_mask(dev, dev.dmaMaskWord, limit);
}
