// SPDX-License-Identifier: GPL-2.0-only
// DMA operations of a device behind an IOMMU: drivers/iommu/dma-iommu.c of v7.2.
import { type Kfn, load, store } from '#env/op';
import { event } from '#kernel/event';
import type { Kernel } from '../kernel.ts';
import type { Device, IommuDomain } from '../types.ts';
import { byOwnTable } from './drivers.ts';

/**
 * Let the DMA API of @dev go through @domain.
 *
 * Models iommu_setup_dma_ops() of v7.2. ABSTRACTED: failure of the IOVA allocator.
 */
export function* iommu_setup_dma_ops(k: Kernel, dev: Device, domain: IommuDomain): Kfn<void> {
  const type = yield* load(domain, 'type');
  const is_dma = type === 'DMA' || type === 'DMA_FQ';
  yield* k.model__dev_assign_flag(dev, 'dma_iommu', is_dma);
  if (is_dma) yield* k.iommu_dma_init_domain(domain, dev);
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
  yield* k.iova_domain_init_rcaches();
  // Without a flush queue the type is rewritten in place.
  if ((yield* load(domain, 'type')) === 'DMA_FQ' && !k.config.flush_queue) {
    yield* store(domain, 'type', 'DMA');
  }
}

/**
 * Up to v6.9 the architecture sets the DMA ops, when a driver binds.
 *
 * Models arch_setup_dma_ops() of arm64 and iommu_setup_dma_ops() of v6.1.
 * WINDOW: the domain of this moment decides; a default domain that comes later does not change it.
 */
export function* arch_setup_dma_ops(k: Kernel, dev: Device): Kfn<void> {
  if (k.sw.core_sets_dma_ops) return;
  const group = yield* k.iommu_group_get(dev);
  if (!group) return;
  const domain = yield* load(group, 'domain');
  event('dma-ops', { dev, path: domain ? 'iommu' : 'direct' });
  yield* k.iommu_group_put(group);
  if (domain) yield* k.iommu_setup_dma_ops(dev, domain);
}

/** Models arch_teardown_dma_ops() of arm64 of v6.1; that of x86 does nothing. */
export function* arch_teardown_dma_ops(k: Kernel, dev: Device): Kfn<void> {
  if (dev.specifiers.some(({ fwnode }) => byOwnTable.has(k.instance(fwnode).family))) return;
  if (!k.sw.core_sets_dma_ops) yield* k.model__dev_assign_flag(dev, 'dma_iommu', false);
}

/**
 * A driver maps a buffer: the flag chooses the path, the group's default domain the address.
 *
 * Models dma_map_page() and iommu_get_dma_domain() of v7.2.
 */
export function* model__dma_map(k: Kernel, dev: Device): Kfn<void> {
  if (!(yield* k.model__dev_flag(dev, 'dma_iommu'))) {
    event('dma-map', { dev, path: 'direct', domain: null });
    return;
  }
  const group = yield* load(dev, 'iommu_group');
  const domain = group && (yield* load(group, 'default_domain'));
  if (domain) yield* load(domain, 'type');
  event('dma-map', { dev, path: 'iommu', domain });
}
