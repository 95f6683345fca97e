// SPDX-License-Identifier: GPL-2.0-only
// All tables of one machine: those that tell of IOMMUs are read, the others named.
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type Dmar, readDmar } from '#firmware/acpi/dmar';
import { type Iort, readIort } from '#firmware/acpi/iort';
import { type Ivrs, readIvrs } from '#firmware/acpi/ivrs';
import { type McfgEntry, readMcfg } from '#firmware/acpi/mcfg';
import { type Remark, Remarks } from '#firmware/acpi/remarks';
import { type Rimt, readRimt } from '#firmware/acpi/rimt';
import { type AcpiTable, splitTables } from '#firmware/acpi/table';
import { readViot, type Viot } from '#firmware/acpi/viot';

/** What the tables of a machine say; null for a table that it does not have. */
export interface AcpiTables {
  readonly iort: Iort | null;
  readonly viot: Viot | null;
  readonly dmar: Dmar | null;
  readonly ivrs: Ivrs | null;
  readonly rimt: Rimt | null;
  /** Empty without MCFG. */
  readonly mcfg: readonly McfgEntry[];
  /** Signatures of all tables, in order. */
  readonly signatures: readonly string[];
  /** Who made the machine, by the first table. */
  readonly oem: string;
  /** Faults that were found; what can be read is used. */
  readonly remarks: readonly Remark[];
}

/**
 * Read the tables in @files, each of which holds one or several. Never throws and always ends;
 * the one error is that there is no table at all (RW021).
 */
export function readAcpiTables(
  files: readonly Uint8Array[],
  remarks = new Remarks(),
): Result<AcpiTables, UserError> {
  const tables = files.flatMap((bytes) => splitTables(bytes, remarks));
  const [first] = tables;
  if (!first) {
    const hint = 'give a binary table, what acpidump prints, or /sys/firmware/acpi/tables';
    return fail('RW021', 'there is no ACPI table in the input', hint);
  }
  const read = <T>(name: string, how: (table: AcpiTable, remarks: Remarks) => T): T | null => {
    const [one, ...others] = tables.filter((table) => table.signature === name);
    // acpi_get_table() with instance 0: the kernel looks at no other one.
    if (others.length > 0) remarks.add('RW023', `${name}: there are several; the first is used`);
    return one ? how(one, remarks) : null;
  };
  const parts = {
    iort: read('IORT', readIort),
    viot: read('VIOT', readViot),
    dmar: read('DMAR', readDmar),
    ivrs: read('IVRS', readIvrs),
    rimt: read('RIMT', readRimt),
    mcfg: read('MCFG', readMcfg) ?? [],
  };
  const signatures = tables.map(({ signature }) => signature);
  return ok({ ...parts, signatures, oem: first.oem, remarks: remarks.list() });
}
