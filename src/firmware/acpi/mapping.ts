// SPDX-License-Identifier: GPL-2.0-only
// ID mappings, the 20-byte records that IORT and RIMT have in common.
import { acpiLimits } from '#firmware/acpi/limits';
import type { Remarks } from '#firmware/acpi/remarks';
import type { View } from '#firmware/acpi/view';

/** One range of input ids, and the node that takes what comes out. */
export interface IdMapping {
  readonly input: number;
  /** Ids in the range, minus one. */
  readonly count: number;
  readonly output: number;
  /** Offset of the node in the table; 0 is a fault of the firmware. */
  readonly reference: number;
  /** IORT only: the input id is ignored. */
  readonly single: boolean;
}

const mappingBytes = 20;

/** Where the mappings of a node are, and what node it is. */
interface MappingArray {
  readonly name: string;
  /** Offsets in the table. */
  readonly node: number;
  readonly end: number;
  /** Offset in the node; 0 where there is none. */
  readonly offset: number;
  readonly count: number;
}

/** Reads the mappings of the nodes of one table, no more than `mappingsMax` of them. */
export class MappingReader {
  private left: number = acpiLimits.mappingsMax;
  private readonly view: View;
  private readonly remarks: Remarks;

  constructor(view: View, remarks: Remarks) {
    this.view = view;
    this.remarks = remarks;
  }

  /** Like the kernel, records are read past the end of their node, though not of the table. */
  read({ name, node, end, offset, count }: MappingArray): IdMapping[] {
    if (offset === 0 || count === 0) return [];
    const start = node + offset;
    if (start + count * mappingBytes > end) {
      const message = `${name}: ${count} id mappings at ${offset} leave the node`;
      this.remarks.add('RW024', message);
    }
    const fitting = Math.max(0, Math.floor((this.view.length - start) / mappingBytes));
    const taken = Math.min(count, fitting);
    if (taken > this.left) {
      const { mappingsMax } = acpiLimits;
      const message = `${name}: more than ${mappingsMax} id mappings; limit mappingsMax is reached`;
      this.remarks.add('RW025', message);
    }
    const used = Math.min(taken, this.left);
    this.left -= used;
    return Array.from({ length: used }, (_, i) => this.one(start + i * mappingBytes));
  }

  private one(at: number): IdMapping {
    const { view } = this;
    return {
      input: view.u32(at),
      count: view.u32(at + 4),
      output: view.u32(at + 8),
      reference: view.u32(at + 12),
      single: (view.u32(at + 16) & 1) !== 0,
    };
  }
}
