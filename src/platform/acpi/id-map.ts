// SPDX-License-Identifier: GPL-2.0-only
// Following an id from node to node of an IORT until an SMMU has it.
import type { IortNode } from '#firmware/acpi/iort';
import type { IdMapping } from '#firmware/acpi/mapping';

/** An SMMU and the id that arrives there. */
export interface Arrival {
  readonly node: IortNode;
  readonly id: number;
}

/** Nodes that an id may pass: a table whose nodes refer to each other in a circle ends there. */
const hopsMax = 32;

const isSmmu = ({ data }: IortNode): boolean => data.kind === 'smmu' || data.kind === 'smmu-v3';

/** Kinds of nodes whose mappings may ignore the input id. */
const mayBeSingle: readonly string[] = ['named', 'iwb', 'root-complex'];

/** Follows ids through the nodes of one table. */
export class IdMap {
  private readonly byOffset: ReadonlyMap<number, IortNode>;

  constructor(nodes: readonly IortNode[]) {
    this.byOffset = new Map(nodes.map((node) => [node.offset, node]));
  }

  /**
   * Models iort_node_map_id() of v7.2, for SMMUs.
   * ABSTRACTED: an output reference that is not the beginning of a node leads nowhere.
   */
  follow(start: IortNode, id: number): Arrival | null {
    let node: IortNode | undefined = start;
    let at = id;
    for (let hops = 0; node && hops < hopsMax; hops++) {
      if (isSmmu(node)) return { node, id: at };
      const step: IdMapping | null = this.pick(node, at);
      if (!step) return null;
      at = outputOf(step, at);
      node = this.byOffset.get(step.reference);
    }
    return null;
  }

  /**
   * The SMMUs of a named component, in the order of its mappings, up to the first that leads to
   * none. Models iort_nc_iommu_map() and iort_node_get_id() of v7.2.
   */
  arrivalsOf(node: IortNode): Arrival[] {
    const arrivals: Arrival[] = [];
    for (const mapping of node.mappings) {
      const parent = this.byOffset.get(mapping.reference);
      if (!mapping.single || mapping.reference === 0 || !parent) break;
      const arrival = this.follow(parent, mapping.output);
      if (!arrival) break;
      arrivals.push(arrival);
    }
    return arrivals;
  }

  /**
   * The mapping that an id takes. Firmware writes the number of ids where it should be one less, so
   * the end of a range gives way to a range that begins there. Models iort_id_map() of v7.2.
   */
  private pick(node: IortNode, id: number): IdMapping | null {
    if (node.mappings[0]?.reference === 0) return null;
    const skipped = node.data.kind === 'smmu-v3' ? node.data.deviceIdMapping : null;
    let atEnd: IdMapping | null = null;
    for (const [i, mapping] of node.mappings.entries()) {
      if (i === skipped) continue;
      if (mapping.single) {
        if (mayBeSingle.includes(node.data.kind)) return mapping;
        continue;
      }
      // 32 bits, as in the kernel: the end of a range that is too long wraps around.
      const last = (mapping.input + mapping.count) >>> 0;
      if (id < mapping.input || id > last) continue;
      if (atEnd !== null && id !== mapping.input) continue;
      if (mapping.count === 0 || id !== last) return mapping;
      atEnd = mapping;
    }
    return atEnd;
  }
}

function outputOf(mapping: IdMapping, id: number): number {
  return mapping.single ? mapping.output : (mapping.output + (id - mapping.input)) >>> 0;
}
