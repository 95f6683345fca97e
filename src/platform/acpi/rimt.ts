// SPDX-License-Identifier: GPL-2.0-only
// What a RIMT says: IOMMUs of RISC-V, named devices, and the ids of PCI functions.
import { hex } from '#base/bytes';
import type { IdMapping } from '#firmware/acpi/mapping';
import type { Rimt, RimtNode } from '#firmware/acpi/rimt';
import type { KnownFunction } from '#firmware/pci/functions';
import {
  type Instance,
  type NamedDevice,
  type Representative,
  type Route,
  type Router,
  usualRids,
} from '#platform/acpi/router';
import type { Alias } from '#platform/acpi/topology';
import { pciName } from '#platform/hosts';
import type { IommuUse } from '#platform/types';

/** Router of a RIMT. Models rimt_iommu_configure_id() of v7.2. */
export function rimtRouter({ nodes }: Rimt): Router {
  const iommus = nameIommus(nodes);
  const roots = new Map<number, RimtNode>();
  for (const node of nodes) {
    if (node.data.kind === 'root-complex' && !roots.has(node.data.segment)) {
      roots.set(node.data.segment, node);
    }
  }
  /** ABSTRACTED: mappings lead to an IOMMU at once; through other nodes they lead nowhere. */
  const useOf = (mapping: IdMapping | undefined, id: number): IommuUse | null => {
    const iommu = mapping && iommus.get(mapping.reference);
    return iommu === undefined ? null : { iommu, ids: [id] };
  };
  const follow = (root: RimtNode, rid: number): IommuUse | null => {
    if (root.mappings[0]?.reference === 0) return null;
    const fits = ({ input, count }: IdMapping): boolean =>
      rid >= input && rid <= (input + count) >>> 0;
    const mapping = root.mappings.find(fits);
    return mapping ? useOf(mapping, (mapping.output + rid - mapping.input) >>> 0) : null;
  };
  return {
    instances: nodes.flatMap((node) => instanceOf(node, iommus)),
    named: nodes.flatMap((node) => namedOf(node, useOf)),
    pci: ({ segment }: KnownFunction, aliases: readonly Alias[]): Route | null => {
      const root = roots.get(segment);
      const uses: IommuUse[] = [];
      for (const { rid } of root ? aliases : []) {
        const use = root && follow(root, rid);
        if (!use) break;
        uses.push(use);
      }
      return uses.length === 0 ? null : { iommus: uses, problem: null };
    },
    speaksOf: (segment) => roots.has(segment),
    representatives: () => standIns(roots, (root, rid) => follow(root, rid) !== null),
    notes: [],
  };
}

function standIns(
  roots: ReadonlyMap<number, RimtNode>,
  reaches: (root: RimtNode, rid: number) => boolean,
): Representative[] {
  return [...roots].flatMap(([segment, root]) => {
    const usual = usualRids.filter((rid) => reaches(root, rid));
    const first = root.mappings.map(({ input }) => input).find((rid) => reaches(root, rid));
    const rids = usual.length > 0 || first === undefined || first > 0xffff ? usual : [first];
    return rids.map((rid) => ({ segment, rid }));
  });
}

/** A platform device by its HID and a count, a PCI function by its address. */
function nameIommus(nodes: readonly RimtNode[]): Map<number, string> {
  const names = new Map<number, string>();
  const counts = new Map<string, number>();
  for (const { offset, data } of nodes) {
    if (data.kind !== 'iommu') continue;
    if (data.pci) {
      names.set(offset, pciName(data.pci.segment, data.pci.bdf));
      continue;
    }
    const hid = data.hid === '' ? 'RSCV0004' : data.hid;
    const nth = counts.get(hid) ?? 0;
    counts.set(hid, nth + 1);
    names.set(offset, `${hid}:${nth.toString(16).padStart(2, '0')}`);
  }
  return names;
}

function instanceOf({ offset, data }: RimtNode, names: ReadonlyMap<number, string>): Instance[] {
  if (data.kind !== 'iommu') return [];
  const name = names.get(offset) ?? '';
  const path = `RIMT ${hex(offset)}`;
  return [{ name, path, driver: 'riscv', pci: data.pci ? name : null, because: null }];
}

/** Each mapping in order, up to the first that leads to no IOMMU: rimt_plat_iommu_map(). */
function namedOf(
  { data, mappings }: RimtNode,
  useOf: (mapping: IdMapping, id: number) => IommuUse | null,
): NamedDevice[] {
  if (data.kind !== 'named') return [];
  const iommus: IommuUse[] = [];
  for (const mapping of mappings) {
    const use = useOf(mapping, mapping.output);
    if (!use) break;
    iommus.push(use);
  }
  if (iommus.length === 0) return [];
  return [{ path: data.path, name: null, route: { iommus, problem: null } }];
}
