// SPDX-License-Identifier: GPL-2.0-only
// VIOT, which says what is behind a virtio-iommu (ACPI 6.5, section 5.2.34).
import { hex } from '#base/bytes';
import type { Remarks } from '#firmware/acpi/remarks';
import { type AcpiTable, headerBytes } from '#firmware/acpi/table';
import type { View } from '#firmware/acpi/view';

/** A node of a VIOT; ids and BDFs are 16 bits, bus above devfn. */
export type ViotNode = { readonly offset: number } & (
  | {
      readonly kind: 'pci-range';
      readonly endpoint: number;
      readonly segments: readonly [number, number];
      readonly bdfs: readonly [number, number];
      /** Offset of the node of the IOMMU. */
      readonly output: number;
    }
  | {
      readonly kind: 'mmio';
      readonly endpoint: number;
      readonly base: bigint;
      readonly output: number;
    }
  | { readonly kind: 'pci-iommu'; readonly segment: number; readonly bdf: number }
  | { readonly kind: 'mmio-iommu'; readonly base: bigint }
);

/** The nodes of a table that can be read, in its order. */
export interface Viot {
  readonly nodes: readonly ViotNode[];
}

/** Names and lengths by type; there is no type 0. */
const kinds: readonly ({ readonly name: string; readonly bytes: number } | null)[] = [
  null,
  { name: 'PCI range', bytes: 24 },
  { name: 'MMIO endpoint', bytes: 24 },
  { name: 'PCI virtio-iommu', bytes: 8 },
  { name: 'MMIO virtio-iommu', bytes: 16 },
];

/**
 * Read a VIOT. As acpi_viot_init() of v7.2: what is known of a node is used, the first that is
 * broken ends the list. The node of an IOMMU is taken wherever an endpoint points to it.
 */
export function readViot({ view }: AcpiTable, remarks: Remarks): Viot {
  const nodes: ViotNode[] = [];
  const count = view.u16(headerBytes);
  const first = view.u16(headerBytes + 2);
  const start = Math.max(headerBytes + 12, first);
  const known = new Set<number>();
  const take = (at: number): boolean => {
    const node = readNode(view, at, start, remarks);
    if (node === 'broken') return false;
    if (node && !known.has(at)) nodes.push(node);
    known.add(at);
    return true;
  };
  let at = first;
  for (let i = 0; i < count; i++) {
    if (remarks.isFull(nodes, 'VIOT', 'nodes') || !take(at)) break;
    at += view.u16(at + 2);
  }
  for (const node of [...nodes]) {
    if ('output' in node && !known.has(node.output)) take(node.output);
  }
  return { nodes };
}

function readNode(
  view: View,
  at: number,
  start: number,
  remarks: Remarks,
): ViotNode | 'broken' | null {
  const length = view.u16(at + 2);
  if (at < start || !view.fits(at, 4) || length < 4) {
    remarks.add('RW024', `VIOT: what should be a node at ${hex(at)} is none`);
    return 'broken';
  }
  const type = view.u8(at);
  const kind = kinds[type];
  if (!kind) {
    remarks.add('RW024', `VIOT: the node at ${hex(at)} has the unknown type ${type}`);
    return null;
  }
  if (length < kind.bytes || !view.fits(at, kind.bytes)) {
    remarks.add('RW024', `VIOT: the ${kind.name} at ${hex(at)} has too few bytes`);
    return 'broken';
  }
  const endpoint = view.u32(at + 4);
  switch (type) {
    case 1: {
      const segments = [view.u16(at + 8), view.u16(at + 10)] as const;
      const bdfs = [view.u16(at + 12), view.u16(at + 14)] as const;
      const output = view.u16(at + 16);
      return { offset: at, kind: 'pci-range', endpoint, segments, bdfs, output };
    }
    case 2:
      return {
        offset: at,
        kind: 'mmio',
        endpoint,
        base: view.u64(at + 8),
        output: view.u16(at + 16),
      };
    case 3:
      return {
        offset: at,
        kind: 'pci-iommu',
        segment: view.u16(at + 4),
        bdf: view.u16(at + 6),
      };
    default:
      return { offset: at, kind: 'mmio-iommu', base: view.u64(at + 8) };
  }
}
