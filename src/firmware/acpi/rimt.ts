// SPDX-License-Identifier: GPL-2.0-only
// RIMT, the I/O mapping table of RISC-V machines (RISC-V IO Mapping Table 1.0).
import { hex } from '#base/bytes';
import { type IdMapping, MappingReader } from '#firmware/acpi/mapping';
import type { Remarks } from '#firmware/acpi/remarks';
import { type AcpiTable, headerBytes } from '#firmware/acpi/table';
import type { View } from '#firmware/acpi/view';

/** What nodes have of their own, by type. */
type RimtData =
  | {
      readonly kind: 'iommu';
      /** `RSCV0004`; empty for one on PCI. */
      readonly hid: string;
      readonly base: bigint;
      /** The PCI function that it is; null for a platform device. */
      readonly pci: { readonly segment: number; readonly bdf: number } | null;
    }
  | { readonly kind: 'root-complex'; readonly segment: number }
  /** A device of the namespace, by its full path. */
  | { readonly kind: 'named'; readonly path: string }
  | { readonly kind: 'unknown'; readonly type: number };

/** A node. References between nodes are offsets in the table. */
export interface RimtNode {
  readonly offset: number;
  readonly mappings: readonly IdMapping[];
  readonly data: RimtData;
}

/** The nodes of a table, in its order. */
export interface Rimt {
  readonly nodes: readonly RimtNode[];
}

const kinds = [
  { name: 'IOMMU', bytes: 40 },
  { name: 'root complex', bytes: 20 },
  { name: 'platform device', bytes: 12 },
];

/** Read a RIMT; as in rimt_scan_node() of v7.2, a node that leaves the table ends it. */
export function readRimt({ view }: AcpiTable, remarks: Remarks): Rimt {
  const nodes: RimtNode[] = [];
  const mappings = new MappingReader(view, remarks);
  const count = view.u32(headerBytes);
  let at = view.u32(headerBytes + 4);
  for (let i = 0; i < count; i++) {
    const length = view.u16(at + 2);
    if (at < headerBytes + 12 || !view.fits(at, 8) || length < 8) {
      remarks.add('RW024', `RIMT: ${count} nodes are announced; that at ${hex(at)} is none`);
      break;
    }
    if (remarks.isFull(nodes, 'RIMT', 'nodes')) break;
    nodes.push(readNode(view, at, Math.min(at + length, view.length), mappings, remarks));
    at += length;
  }
  return { nodes };
}

function readNode(
  view: View,
  at: number,
  end: number,
  reader: MappingReader,
  remarks: Remarks,
): RimtNode {
  const type = view.u8(at);
  const kind = kinds[type];
  const name = `RIMT: the ${kind?.name ?? `node of type ${type}`} at ${hex(at)}`;
  const nothing = { offset: at, mappings: [], data: { kind: 'unknown' as const, type } };
  if (!kind || end - at < kind.bytes) {
    if (kind) remarks.add('RW024', `${name} has ${end - at} bytes instead of ${kind.bytes}`);
    return nothing;
  }
  const own = at + 8;
  const array = (field: number): IdMapping[] => {
    const place = { name, node: at, end, offset: view.u16(field), count: view.u16(field + 2) };
    return reader.read(place);
  };
  switch (type) {
    case 0: {
      const onPci = (view.u32(own + 16) & 1) !== 0;
      const pci = onPci ? { segment: view.u16(own + 24), bdf: view.u16(own + 26) } : null;
      const hid = onPci ? '' : view.text(own, own + 8).trim();
      return { ...nothing, data: { kind: 'iommu', hid, base: view.u64(own + 8), pci } };
    }
    case 1:
      return {
        offset: at,
        mappings: array(own + 8),
        data: { kind: 'root-complex', segment: view.u16(own + 6) },
      };
    default:
      return {
        offset: at,
        mappings: array(own),
        data: { kind: 'named', path: view.text(own + 4, end) },
      };
  }
}
