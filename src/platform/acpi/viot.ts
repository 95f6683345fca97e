// SPDX-License-Identifier: GPL-2.0-only
// What a VIOT says: virtio-iommus, MMIO endpoints, and ranges of PCI functions.
import { hex } from '#base/bytes';
import type { Viot, ViotNode } from '#firmware/acpi/viot';
import type { KnownFunction } from '#firmware/pci/functions';
import {
  type Instance,
  type NamedDevice,
  noRoute,
  type Representative,
  type Route,
  type Router,
  usualRids,
} from '#platform/acpi/router';
import type { Alias } from '#platform/acpi/topology';
import { pciName } from '#platform/hosts';
import type { IommuUse } from '#platform/types';

type Range = Extract<ViotNode, { kind: 'pci-range' }>;

/**
 * Router of a VIOT. @isThere: whether the machine has a PCI function of that name; an IOMMU that
 * it does not have takes its endpoints with it.
 */
export function viotRouter({ nodes }: Viot, isThere: (pci: string) => boolean): Router {
  const names = new Map<number, string>();
  for (const node of nodes) {
    if (node.kind === 'pci-iommu') names.set(node.offset, pciName(node.segment, node.bdf));
    if (node.kind === 'mmio-iommu') names.set(node.offset, mmioName(node.base));
  }
  const present = (offset: number): string | undefined => {
    const name = names.get(offset);
    const node = nodes.find((n) => n.offset === offset);
    return name !== undefined && node?.kind === 'pci-iommu' && !isThere(name) ? undefined : name;
  };
  // viot_parse_node() puts each range at the head of its list, so the last one is asked first.
  const ranges = nodes
    .filter((n): n is Range => n.kind === 'pci-range' && present(n.output) !== undefined)
    .reverse();
  const match = (segment: number, rid: number): { range: Range; id: number } | null => {
    const range = ranges.find(
      ({ segments: [s0, s1], bdfs: [b0, b1] }) =>
        segment >= s0 && segment <= s1 && rid >= b0 && rid <= b1,
    );
    if (!range) return null;
    const id = (segment - range.segments[0]) * 0x10000 + rid - range.bdfs[0] + range.endpoint;
    return { range, id: id >>> 0 };
  };
  return {
    instances: nodes.flatMap((node) => instanceOf(node, names, isThere)),
    named: nodes.flatMap((node) => endpointOf(node, present)),
    pci: (f: KnownFunction, aliases: readonly Alias[]): Route | null => {
      const iommus: IommuUse[] = [];
      // viot_pci_dev_iommu_init() for each alias, up to the first error.
      for (const { rid } of aliases) {
        const found = match(f.segment, rid);
        const iommu = found && present(found.range.output);
        if (!found || iommu === undefined || iommu === null) break;
        // "We're not translating ourself"
        if (iommu === f.name) return noRoute('EINVAL', `${f.name} is the virtio-iommu itself`);
        iommus.push({ iommu, ids: [found.id] });
      }
      return iommus.length === 0 ? null : { iommus, problem: null };
    },
    speaksOf: (segment) => ranges.some(({ segments: [a, b] }) => segment >= a && segment <= b),
    representatives: () => standIns(ranges, nodes, match),
    notes: [],
  };
}

/** What the device of an MMIO range is called is in the DSDT; its address is here. */
function mmioName(base: bigint): string {
  return `virtio-mmio.${base.toString(16)}`;
}

function instanceOf(
  node: ViotNode,
  names: ReadonlyMap<number, string>,
  isThere: (pci: string) => boolean,
): Instance[] {
  const name = names.get(node.offset);
  if (name === undefined) return [];
  const pci = node.kind === 'pci-iommu' ? name : null;
  const because = pci === null || isThere(pci) ? null : 'there is no PCI function of that name';
  return [{ name, path: `VIOT ${hex(node.offset)}`, driver: 'virtio', pci, because }];
}

function endpointOf(
  node: ViotNode,
  present: (offset: number) => string | undefined,
): NamedDevice[] {
  if (node.kind !== 'mmio') return [];
  const iommu = present(node.output);
  if (iommu === undefined) return [];
  const route = { iommus: [{ iommu, ids: [node.endpoint] }], problem: null };
  const name = `mmio.${node.base.toString(16)}`;
  return [{ path: name, name, route }];
}

function standIns(
  ranges: readonly Range[],
  nodes: readonly ViotNode[],
  match: (segment: number, rid: number) => { readonly range: Range } | null,
): Representative[] {
  const own = nodes.flatMap((n) => (n.kind === 'pci-iommu' ? [pciName(n.segment, n.bdf)] : []));
  return ranges.slice(0, 8).flatMap((range) => {
    const [segment] = range.segments;
    const free = (rid: number): boolean =>
      match(segment, rid)?.range === range && !own.includes(pciName(segment, rid));
    const usual = usualRids.filter(free);
    const rids =
      usual.length > 0 ? usual : [range.bdfs[0], range.bdfs[0] + 1].filter(free).slice(0, 1);
    return rids.map((rid) => ({ segment, rid }));
  });
}
