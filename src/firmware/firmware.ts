// SPDX-License-Identifier: GPL-2.0-only
// What firmware says of a machine: a device tree, or ACPI tables with what is known beside them.
import type { AcpiTables } from '#firmware/acpi/tables';
import type { DeviceTree } from '#firmware/dtb/tree';
import type { PciFunctions } from '#firmware/pci/functions';

/** A device tree; @notes: what was lost before it came here. */
interface DtFirmware {
  readonly kind: 'dt';
  readonly tree: DeviceTree;
  readonly notes: readonly string[];
}

/** What is known of a machine with ACPI besides its tables. */
export interface AcpiSurroundings {
  /** The PCI functions there are; null where nobody has said. */
  readonly functions: PciFunctions | null;
  /** Names of devices by their path in the namespace: `\\_SB.GPU0` to `ACPI0007:00`. */
  readonly names: ReadonlyMap<string, string>;
}

/** ACPI tables, read, with their surroundings. */
export interface AcpiFirmware {
  readonly kind: 'acpi';
  readonly tables: AcpiTables;
  readonly around: AcpiSurroundings;
  readonly notes: readonly string[];
}

export type BoardFirmware = DtFirmware | AcpiFirmware;
