// SPDX-License-Identifier: GPL-2.0-only
// What an IORT says: SMMUs, named components, and the ids of PCI functions.
import { hex } from '#base/bytes';
import type { Iort, IortNode } from '#firmware/acpi/iort';
import type { KnownFunction } from '#firmware/pci/functions';
import { type Arrival, IdMap } from '#platform/acpi/id-map';
import {
  type Instance,
  type NamedDevice,
  noRoute,
  type Representative,
  type Route,
  type Router,
  representativesMax,
  usualRids,
} from '#platform/acpi/router';
import type { Alias } from '#platform/acpi/topology';
import type { IommuUse } from '#platform/types';

/**
 * Router of an IORT. SMMUs are platform devices, numbered together with the PMCGs in the order of
 * the table, as iort_init_platform_devices() of v7.2 makes them before any other device.
 */
export function iortRouter({ nodes }: Iort): Router {
  const map = new IdMap(nodes);
  const names = nameDevices(nodes);
  const roots = new Map<number, IortNode>();
  for (const node of nodes) {
    // iort_scan_node(): the first root complex of a segment is taken.
    if (node.data.kind === 'root-complex' && !roots.has(node.data.segment)) {
      roots.set(node.data.segment, node);
    }
  }
  const useOf = ({ node, id }: Arrival): IommuUse => ({
    iommu: names.get(node.offset) ?? '',
    ids: [id],
  });
  return {
    instances: nodes.flatMap((node) => instanceOf(node, names)),
    named: nodes.flatMap((node) => namedOf(node, map, useOf)),
    pci: ({ segment }: KnownFunction, aliases: readonly Alias[]): Route | null => {
      const root = roots.get(segment);
      if (!root) return null;
      const iommus: IommuUse[] = [];
      // iort_pci_iommu_init() for each alias, up to the first that has none; what is there stays.
      for (const { rid } of aliases) {
        const arrival = map.follow(root, rid);
        if (!arrival) break;
        iommus.push(useOf(arrival));
      }
      return iommus.length === 0 ? null : { iommus, problem: null };
    },
    speaksOf: (segment) => names.size > 0 && roots.has(segment),
    representatives: () => [...roots].flatMap(([segment, root]) => standIns(segment, root, map)),
    notes: notesOf(nodes, map),
  };
}

/** Names of platform devices with PLATFORM_DEVID_AUTO: one count for all of them. */
function nameDevices(nodes: readonly IortNode[]): Map<number, string> {
  const prefixes = { smmu: 'arm-smmu', 'smmu-v3': 'arm-smmu-v3', pmcg: 'arm-smmu-v3-pmcg' };
  const names = new Map<number, string>();
  for (const { offset, data } of nodes) {
    if (data.kind === 'smmu' || data.kind === 'smmu-v3' || data.kind === 'pmcg') {
      names.set(offset, `${prefixes[data.kind]}.${names.size}.auto`);
    }
  }
  return names;
}

function instanceOf({ offset, data }: IortNode, names: ReadonlyMap<number, string>): Instance[] {
  if (data.kind !== 'smmu' && data.kind !== 'smmu-v3') return [];
  const driver = data.kind === 'smmu' ? 'arm-smmu' : 'arm-smmu-v3';
  const path = `IORT ${hex(offset)}`;
  return [{ name: names.get(offset) ?? '', path, driver, pci: null, because: null }];
}

function namedOf(node: IortNode, map: IdMap, useOf: (a: Arrival) => IommuUse): NamedDevice[] {
  if (node.data.kind !== 'named') return [];
  const arrivals = map.arrivalsOf(node);
  const { path } = node.data;
  if (arrivals.length === 0) return [];
  const families = new Set(arrivals.map((a) => a.node.data.kind));
  // iommu_fwspec_init(): the second IOMMU has other ops than the first.
  const because = `${path} is mapped to SMMUs of two drivers, which iommu_fwspec_init() refuses`;
  const route =
    families.size > 1 ? noRoute('EINVAL', because) : { iommus: arrivals.map(useOf), problem: null };
  return [{ path, name: null, route }];
}

/** The usual ids that come to an SMMU, then the first id of each range that does. */
function standIns(segment: number, root: IortNode, map: IdMap): Representative[] {
  const inputs = root.mappings.flatMap(({ input, single }) => (single ? [] : [input]));
  const rids = new Set([...usualRids, ...inputs]);
  const reaching = [...rids].filter((rid) => rid <= 0xffff && map.follow(root, rid) !== null);
  return reaching.slice(0, representativesMax).map((rid) => ({ segment, rid }));
}

function notesOf(nodes: readonly IortNode[], map: IdMap): string[] {
  const notes: string[] = [];
  const regions = nodes.filter(({ data }) => data.kind === 'rmr').length;
  if (regions > 0) notes.push(`IORT: ${regions} RMR nodes, memory that devices use from the start`);
  const lost = nodes.filter((n) => n.data.kind === 'named' && map.arrivalsOf(n).length === 0);
  for (const { data } of lost.slice(0, 8)) {
    if (data.kind === 'named') notes.push(`IORT: ${data.path} is mapped to no SMMU`);
  }
  return notes;
}
