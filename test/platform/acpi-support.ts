// SPDX-License-Identifier: GPL-2.0-only
// Platforms of ACPI tables for tests, and what tests ask of them.
import { readAcpiTables } from '#firmware/acpi/tables';
import type { PciFunctions } from '#firmware/pci/functions';
import { readLspci } from '#firmware/pci/lspci';
import { type Platform, platformOf } from '#platform/index';

/** The platform of tables, with PCI functions and names where they are told. */
export function platform(
  files: readonly Uint8Array[],
  functions: PciFunctions | null = null,
  names: ReadonlyMap<string, string> = new Map(),
): Platform {
  const tables = readAcpiTables(files);
  if (!tables.ok) throw new Error(tables.error.message);
  const around = { functions, names };
  const result = platformOf({ kind: 'acpi', tables: tables.value, around, notes: [] });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** What a device is behind, as `arm-smmu-v3.0.auto:0x10`. */
export function behind(p: Platform, name: string): string[] {
  const device = p.devices.find((d) => d.name === name);
  if (!device) throw new Error(`no device ${name}`);
  return device.iommus.map((use) => `${use.iommu}:0x${(use.ids[0] ?? 0).toString(16)}`);
}

/** Groups with their members, in the order of their first ones. */
export function groups(p: Platform): string[][] {
  const found = new Map<string, string[]>();
  for (const { groupKey, name } of p.devices) {
    if (groupKey !== null) found.set(groupKey, [...(found.get(groupKey) ?? []), name]);
  }
  return [...found.values()];
}

/** lspci of a few functions: `00:02.0 0604 Root-Port 01 acs`. */
export function lspci(...lines: readonly string[]): PciFunctions {
  const types: Record<string, string> = {
    root: 'Root Port (Slot+), IntMsgNum 0',
    up: 'Upstream Port, IntMsgNum 0',
    down: 'Downstream Port (Slot+), IntMsgNum 0',
    bridge: 'PCI-Express to PCI/PCI-X Bridge, IntMsgNum 0',
    end: 'Endpoint, IntMsgNum 0',
    rciep: 'Root Complex Integrated Endpoint, IntMsgNum 0',
  };
  const text = lines.map((line) => {
    const [name, type = '', buses, acs] = line.split(' ');
    const [first, last = first] = (buses ?? '-').split('-');
    const code = ['root', 'up', 'down', 'bridge', 'pci-bridge'].includes(type) ? '0604' : '0200';
    return [
      `${name} Something [${code}]: Somebody Some device [1af4:1000] (rev 01)`,
      ...(first
        ? [`\tBus: primary=00, secondary=${first}, subordinate=${last}, sec-latency=0`]
        : []),
      '\tCapabilities: [40] Power Management version 3',
      ...(types[type] ? [`\tCapabilities: [54] Express (v2) ${types[type]}`] : []),
      ...(acs === 'acs' ? ['\tCapabilities: [148 v1] Access Control Services'] : []),
    ].join('\n');
  });
  return readLspci(`${text.join('\n\n')}\n`);
}
