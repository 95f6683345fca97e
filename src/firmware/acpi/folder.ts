// SPDX-License-Identifier: GPL-2.0-only
// A folder of ACPI tables, as /sys/firmware/acpi/tables, or as somebody has put one together: what
// lspci or the kernel's log say of PCI may lie beside them.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { latin1 } from '#base/bytes';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { readAcpiDump } from '#firmware/acpi/dump';
import { acpiLimits } from '#firmware/acpi/limits';
import { Remarks } from '#firmware/acpi/remarks';
import { readAcpiTables } from '#firmware/acpi/tables';
import { contentOf } from '#firmware/content';
import type { AcpiFirmware } from '#firmware/firmware';
import { namesFunctions, readBootLog } from '#firmware/pci/boot-log';
import type { PciFunctions } from '#firmware/pci/functions';
import { readLspci } from '#firmware/pci/lspci';

/** Tables out of @bytes of either kind; null where they are none. */
export function tablesIn(bytes: Uint8Array, remarks: Remarks): Uint8Array[] | null {
  const content = contentOf(bytes);
  if (content === 'acpi') return [bytes];
  return content === 'acpidump' ? readAcpiDump(latin1(bytes), remarks) : null;
}

/** PCI functions out of what lspci or a kernel printed; null where @bytes are neither. */
export function functionsIn(bytes: Uint8Array): PciFunctions | null {
  const content = contentOf(bytes);
  if (content === 'lspci') return readLspci(latin1(bytes));
  if (content !== 'log') return null;
  const text = latin1(bytes);
  return namesFunctions(text) ? readBootLog(text) : null;
}

/** What is in a folder of tables. */
interface FolderOfTables {
  readonly firmware: AcpiFirmware;
  /** All files that were used, one after the other. */
  readonly bytes: readonly Uint8Array[];
}

/** Read all tables of the folder; null where it has none. Files that cannot be read are told. */
export function readTablesFolder(path: string): Result<FolderOfTables | null, UserError> {
  const remarks = new Remarks();
  const tables: Uint8Array[] = [];
  const bytes: Uint8Array[] = [];
  let functions: PciFunctions | null = null;
  const closed: string[] = [];
  for (const name of readdirSync(path).sort()) {
    if (bytes.length + closed.length >= acpiLimits.tablesMax) {
      remarks.add('RW025', `more than ${acpiLimits.tablesMax} files; limit tablesMax is reached`);
      break;
    }
    const file = readSmall(`${path}/${name}`);
    if (file === 'closed') closed.push(name);
    if (file === null || file === 'closed') continue;
    const found = tablesIn(file, remarks);
    tables.push(...(found ?? []));
    const told = found ? null : functionsIn(file);
    functions = told ?? functions;
    if (found || told) bytes.push(file);
  }
  if (tables.length === 0) {
    if (closed.length === 0) return ok(null);
    const message = `${path}: permission denied for ${closed.slice(0, 3).join(', ')}`;
    return fail('RW001', message, 'tables are for root: sudo cat them, or sudo acpidump > FILE');
  }
  const read = readAcpiTables(tables, remarks);
  if (!read.ok) return read;
  const notes = closed.length === 0 ? [] : [`not readable: ${closed.slice(0, 8).join(', ')}`];
  const around = { functions, names: new Map<string, string>() };
  return ok({ firmware: { kind: 'acpi', tables: read.value, around, notes }, bytes });
}

/** A file that a table may be in; null for what is none, or too big. */
function readSmall(path: string): Uint8Array | 'closed' | null {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > acpiLimits.tableBytesMax) return null;
    return new Uint8Array(readFileSync(path));
  } catch {
    return 'closed';
  }
}
