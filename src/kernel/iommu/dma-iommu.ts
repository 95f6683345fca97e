// SPDX-License-Identifier: GPL-2.0-only
// DMA operations of a device behind an IOMMU: drivers/iommu/dma-iommu.c of v7.2.
import { event, type Kfn, load, store } from '#env/op';
import type { Kernel } from '../kernel.ts';
import type { Device, IommuDomain } from '../types.ts';

/**
 * Let the DMA API of @dev go through @domain.
 *
 * Models iommu_setup_dma_ops() of v7.2. ABSTRACTED: failure of the IOVA allocator.
 */
export function* iommu_setup_dma_ops(k: Kernel, dev: Device, domain: IommuDomain): Kfn<void> {
  const type = yield* load(domain, 'type');
  const is_dma = type === 'DMA' || type === 'DMA_FQ';
  yield* k.dev_assign_dma_iommu(dev, is_dma);
  if (is_dma) yield* k.iommu_dma_init_domain(domain, dev);
}

/** Models dev_assign_dma_iommu() of v7.2: an atomic flag of its own. */
export function* dev_assign_dma_iommu(_k: Kernel, dev: Device, value: boolean): Kfn<void> {
  yield* store(dev, 'dma_iommu', value);
}

/**
 * Models iommu_dma_init_domain() of v7.2.
 * WINDOW: dev->dma_range_map is read without a lock and may be freed by a bind that fails.
 */
export function* iommu_dma_init_domain(k: Kernel, domain: IommuDomain, dev: Device): Kfn<void> {
  const map = yield* load(dev, 'dma_range_map');
  if (map) yield* load(map, 'offset');
  if (yield* load(domain, 'iova_ready')) return;
  yield* store(domain, 'iova_ready', true);
  // Without a flush queue the type is rewritten in place.
  if ((yield* load(domain, 'type')) === 'DMA_FQ' && !k.config.flush_queue) {
    yield* store(domain, 'type', 'DMA');
  }
}

/**
 * A driver maps a buffer: the flag chooses the path, the group's default domain the address.
 *
 * Models dma_map_page() and iommu_get_dma_domain() of v7.2.
 */
export function* dma_map(_k: Kernel, dev: Device): Kfn<void> {
  if (!(yield* load(dev, 'dma_iommu'))) {
    event('dma-map', dev, 'direct', null);
    return;
  }
  const group = yield* load(dev, 'iommu_group');
  const domain = group && (yield* load(group, 'default_domain'));
  if (domain) yield* load(domain, 'type');
  event('dma-map', dev, 'iommu', domain);
}
