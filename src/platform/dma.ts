// SPDX-License-Identifier: GPL-2.0-only
// What of_dma_configure_id() reads of the tree besides IOMMUs: ranges, coherence, reservations.
import { cell, cells, type DeviceTree, type DtNode, has, strings } from '#firmware/dtb/tree';
import { cellCounts } from '#platform/address';

/** The node DMA of @node passes next: its "dma-mem" interconnect, else its parent. */
function dmaParent(tree: DeviceTree, node: DtNode): DtNode | null {
  const index = strings(node, 'interconnect-names').indexOf('dma-mem');
  if (index < 0) return node.parent;
  const list = cells(node, 'interconnects') ?? [];
  let at = 0;
  for (let i = 0; at < list.length; i++) {
    const provider = tree.byPhandle.get(list[at] ?? 0);
    const count = provider && cell(provider, '#interconnect-cells');
    if (!provider || count === undefined || at + 1 + count > list.length) return node.parent;
    if (i === index) return provider;
    at += 1 + count;
  }
  return node.parent;
}

/** The nodes DMA passes, from @start upwards; ends where they go round in a circle. */
function* dmaPath(tree: DeviceTree, start: DtNode | null): Generator<DtNode, void, unknown> {
  const seen = new Set<DtNode>();
  for (let at = start; at && !seen.has(at); at = dmaParent(tree, at)) {
    seen.add(at);
    yield at;
  }
}

/**
 * True where a non-empty dma-ranges applies. Follows of_dma_get_range() of v7.2: the first node
 * may lack the property, a later one that lacks it ends the search. @behindBridge: the device is
 * on a bus of its own below @node, whose own dma-ranges then counts.
 */
export function hasDmaRanges(tree: DeviceTree, node: DtNode, behindBridge: boolean): boolean {
  let first = true;
  for (const at of dmaPath(tree, behindBridge ? node : dmaParent(tree, node))) {
    const ranges = at.properties.get('dma-ranges');
    if (ranges && ranges.length > 0) return true;
    if (!first && !ranges) return false;
    first = false;
  }
  return false;
}

/** of_dma_is_coherent(): the nearest dma-coherent or dma-noncoherent on the way up decides. */
export function isDmaCoherent(tree: DeviceTree, node: DtNode): boolean {
  for (const at of dmaPath(tree, node)) {
    if (has(at, 'dma-coherent')) return true;
    if (has(at, 'dma-noncoherent')) return false;
  }
  return false;
}

/** True where a region of `memory-region` has `iommu-addresses` for this very node. */
export function hasIommuAddresses(tree: DeviceTree, node: DtNode): boolean {
  for (const phandle of cells(node, 'memory-region') ?? []) {
    const region = tree.byPhandle.get(phandle);
    const list = region && cells(region, 'iommu-addresses');
    if (!list) continue;
    for (let at = 0; at < list.length; ) {
      const target = tree.byPhandle.get(list[at] ?? 0);
      if (target === node) return true;
      if (!target?.parent) break;
      const counts = cellCounts(target.parent);
      at += 1 + counts.address + counts.size;
    }
  }
  return false;
}
