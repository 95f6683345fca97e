// SPDX-License-Identifier: GPL-2.0-only
// IORT, the I/O remapping table of Arm machines (ARM DEN 0049, revisions A to E.g, table 0 to 7).
import { hex } from '#base/bytes';
import { type IdMapping, MappingReader } from '#firmware/acpi/mapping';
import type { Remarks } from '#firmware/acpi/remarks';
import { type AcpiTable, headerBytes } from '#firmware/acpi/table';
import type { View } from '#firmware/acpi/view';

/** What nodes have of their own, by type. */
type IortData =
  | { readonly kind: 'its'; readonly identifiers: readonly number[] }
  /** A device of the namespace, by its full path. */
  | { readonly kind: 'named'; readonly path: string; readonly flags: number }
  | { readonly kind: 'root-complex'; readonly segment: number; readonly ats: number }
  /** SMMUv1 and v2. */
  | { readonly kind: 'smmu'; readonly base: bigint; readonly model: number }
  | {
      readonly kind: 'smmu-v3';
      readonly base: bigint;
      readonly model: number;
      readonly deviceIdMapping: number | null;
    }
  /** A performance monitor. */
  | { readonly kind: 'pmcg'; readonly base: bigint; readonly of: number }
  /** Memory that devices use from before the kernel runs. */
  | { readonly kind: 'rmr'; readonly regions: number }
  /** A bridge for wired interrupts. */
  | { readonly kind: 'iwb'; readonly base: bigint; readonly path: string; readonly index: number }
  | { readonly kind: 'unknown'; readonly type: number };

/** A node. References between nodes are offsets in the table. */
export interface IortNode {
  readonly offset: number;
  readonly revision: number;
  readonly mappings: readonly IdMapping[];
  readonly data: IortData;
}

/** The nodes of a table, in its order. */
export interface Iort {
  readonly revision: number;
  readonly nodes: readonly IortNode[];
}

const nodeHeaderBytes = 16;

/** Bytes a node has at least, header included; the types of an IORT by number. */
const kinds: readonly { readonly name: string; readonly bytes: number }[] = [
  { name: 'ITS group', bytes: 20 },
  { name: 'named component', bytes: 29 },
  { name: 'root complex', bytes: 32 },
  { name: 'SMMU', bytes: 60 },
  { name: 'SMMUv3', bytes: 60 },
  { name: 'PMCG', bytes: 32 },
  { name: 'RMR', bytes: 28 },
  { name: 'IWB', bytes: 26 },
];

/** Read an IORT; as in iort_scan_node(), a node that leaves the table ends it. */
export function readIort(table: AcpiTable, remarks: Remarks): Iort {
  const { view, revision } = table;
  const nodes: IortNode[] = [];
  const mappings = new MappingReader(view, remarks);
  const count = view.u32(headerBytes);
  let at = view.u32(headerBytes + 4);
  if (count > 0 && at < headerBytes + 12) {
    remarks.add('RW024', `IORT: the first node is said to be at ${hex(at)}, in the header`);
    return { revision, nodes };
  }
  for (let i = 0; i < count; i++) {
    const length = view.u16(at + 1);
    if (!view.fits(at, nodeHeaderBytes) || length < nodeHeaderBytes) {
      const what = `${count} nodes are announced; that at ${hex(at)}, number ${i + 1}, is none`;
      remarks.add('RW024', `IORT: ${what}`);
      break;
    }
    if (remarks.isFull(nodes, 'IORT', 'nodes')) break;
    nodes.push(readNode(view, at, length, mappings, remarks));
    at += length;
  }
  return { revision, nodes };
}

function readNode(
  view: View,
  at: number,
  length: number,
  mappings: MappingReader,
  remarks: Remarks,
): IortNode {
  const type = view.u8(at);
  const kind = kinds[type];
  const end = Math.min(at + length, view.length);
  const name = `IORT: the ${kind?.name ?? `node of type ${type}`} at ${hex(at)}`;
  const wanted = kind?.bytes ?? nodeHeaderBytes;
  if (end - at < wanted) remarks.add('RW024', `${name} has ${end - at} bytes instead of ${wanted}`);
  else if (at + length > view.length) remarks.add('RW024', `${name} leaves the table`);
  return {
    offset: at,
    revision: view.u8(at + 3),
    mappings: mappings.read({
      name,
      node: at,
      end,
      count: view.u32(at + 8),
      offset: view.u32(at + 12),
    }),
    data: end - at < wanted ? { kind: 'unknown', type } : readData(view, at, end, type),
  };
}

function readData(view: View, at: number, end: number, type: number): IortData {
  const own = at + nodeHeaderBytes;
  switch (type) {
    case 0: {
      const fitting = Math.floor((end - own - 4) / 4);
      const length = Math.min(view.u32(own), fitting);
      const identifiers = Array.from({ length }, (_, i) => view.u32(own + 4 + 4 * i));
      return { kind: 'its', identifiers };
    }
    case 1:
      return { kind: 'named', flags: view.u32(own), path: view.text(own + 13, end) };
    case 2:
      return { kind: 'root-complex', ats: view.u32(own + 8), segment: view.u32(own + 12) };
    case 3:
      return { kind: 'smmu', base: view.u64(own), model: view.u32(own + 16) };
    case 4: {
      const base = view.u64(own);
      const model = view.u32(own + 24);
      return { kind: 'smmu-v3', base, model, deviceIdMapping: deviceIdMapping(view, at, end) };
    }
    case 5:
      return { kind: 'pmcg', base: view.u64(own), of: view.u32(own + 12) };
    case 6:
      return { kind: 'rmr', regions: view.u32(own + 4) };
    case 7:
      return {
        kind: 'iwb',
        base: view.u64(own),
        index: view.u16(own + 8),
        path: view.text(own + 10, end),
      };
    default:
      return { kind: 'unknown', type };
  }
}

/**
 * The mapping of an SMMUv3 that is for its own interrupts, and for no device behind it; null where
 * there is none. As iort_get_id_mapping_index() of v7.2.
 */
function deviceIdMapping(view: View, at: number, end: number): number | null {
  const revision = view.u8(at + 3);
  const own = at + nodeHeaderBytes;
  if (revision < 1 || end < own + 52) return null;
  const index = view.u32(own + 48);
  if (index >= view.u32(at + 8)) return null;
  if (revision >= 5) return (view.u32(own + 8) & 0x10) !== 0 ? index : null;
  const wired = [28, 32, 36, 40].every((field) => view.u32(own + field) !== 0);
  return wired ? null : index;
}
