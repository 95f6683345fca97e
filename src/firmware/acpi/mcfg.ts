// SPDX-License-Identifier: GPL-2.0-only
// MCFG, which says which PCI segments and buses a machine has (PCI Firmware 3.3, section 4.1.2).
import type { Remarks } from '#firmware/acpi/remarks';
import { type AcpiTable, headerBytes } from '#firmware/acpi/table';

/** A range of buses of one segment, with configuration space of its own. */
export interface McfgEntry {
  readonly segment: number;
  readonly firstBus: number;
  readonly lastBus: number;
}

const entryBytes = 16;

/** Read an MCFG: whole entries only, as many as fit. */
export function readMcfg({ view }: AcpiTable, remarks: Remarks): McfgEntry[] {
  const bytes = Math.max(0, view.length - headerBytes - 8);
  if (bytes % entryBytes !== 0) remarks.add('RW024', 'MCFG: the last entry is not whole; left out');
  const entries: McfgEntry[] = [];
  const end = view.length - entryBytes;
  for (let at = headerBytes + 8; at <= end; at += entryBytes) {
    if (remarks.isFull(entries, 'MCFG', 'entries')) break;
    const entry = {
      segment: view.u16(at + 8),
      firstBus: view.u8(at + 10),
      lastBus: view.u8(at + 11),
    };
    if (entry.firstBus > entry.lastBus) {
      remarks.add('RW024', `MCFG: buses ${entry.firstBus} to ${entry.lastBus} are no range`);
    }
    entries.push(entry);
  }
  return entries;
}
