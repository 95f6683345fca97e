// SPDX-License-Identifier: GPL-2.0-only
// ACPI tables as they lie in files: the header that all have (ACPI 6.5, section 5.2.6), checksums.
import { latin1 } from '#base/bytes';
import { acpiLimits } from '#firmware/acpi/limits';
import type { Remarks } from '#firmware/acpi/remarks';
import { View } from '#firmware/acpi/view';

/** One table with its header. */
export interface AcpiTable {
  /** `IORT`, `DMAR`. */
  readonly signature: string;
  readonly revision: number;
  /** Who made the machine, as `ACPI: IORT ... (v03 BOCHS  BXPC` has it; blanks cut off. */
  readonly oem: string;
  /** Header and all; fewer than the header says where the table was cut off. */
  readonly view: View;
}

/** Bytes of the header that all tables have. */
export const headerBytes = 36;

/** Tables without that header: they are passed over by their length. */
const headless: readonly string[] = ['FACS', 'RSD '];

/** True where @bytes have the header of a table at @at. */
export function isTableAt(bytes: Uint8Array, at: number): boolean {
  if (bytes.length - at < headerBytes) return false;
  const signature = latin1(bytes.subarray(at, at + 4));
  // "OEM0", "S3PT", "XSDT", "WPBT"; AMD has a "TPM2", and some firmware a "_CRT".
  if (!/^[A-Z_][A-Z0-9_!$]{3}$/.test(signature)) return false;
  const view = new View(bytes.subarray(at, at + headerBytes));
  const length = view.u32(4);
  const names = latin1(bytes.subarray(at + 10, at + 24));
  return (
    length >= headerBytes && length <= acpiLimits.tableBytesMax && !/[^\0\x20-\xff]/.test(names)
  );
}

/**
 * The tables of a file: one, or several one after the other. What is wrong with one is told, and
 * what is there of it is used; bytes that are no table end the list.
 */
export function splitTables(bytes: Uint8Array, remarks: Remarks): AcpiTable[] {
  const tables: AcpiTable[] = [];
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at);
    if (!isTableAt(rest, 0)) {
      const zeros = rest.every((byte) => byte === 0);
      if (!zeros)
        remarks.add('RW023', `${rest.length} bytes at offset ${at} are no table; left out`);
      break;
    }
    if (tables.length >= acpiLimits.tablesMax) {
      remarks.add('RW025', `more than ${acpiLimits.tablesMax} tables; limit tablesMax is reached`);
      break;
    }
    const table = tableOf(rest, remarks);
    at += Math.max(table.view.length, headerBytes);
    if (!headless.includes(table.signature)) tables.push(table);
  }
  return tables;
}

function tableOf(bytes: Uint8Array, remarks: Remarks): AcpiTable {
  const head = new View(bytes);
  const signature = head.text(0, 4);
  const length = head.u32(4);
  const own = bytes.subarray(0, Math.min(length, bytes.length));
  if (length > bytes.length) {
    const message = `${signature}: ${length} bytes by its header, ${bytes.length} are there`;
    remarks.add('RW023', message);
  } else if (!headless.includes(signature) && own.reduce((sum, b) => (sum + b) & 0xff, 0) !== 0) {
    remarks.add('RW022', `${signature}: the checksum is wrong; the table is used all the same`);
  }
  const oem = `${head.text(10, 16).trim()} ${head.text(16, 24).trim()}`.trim();
  return { signature, revision: head.u8(8), oem, view: new View(own) };
}
