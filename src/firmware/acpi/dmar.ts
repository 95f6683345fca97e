// SPDX-License-Identifier: GPL-2.0-only
// DMAR, the DMA remapping table of Intel machines (VT-d specification 4.1, chapter 8).
import { hex } from '#base/bytes';
import type { Remarks } from '#firmware/acpi/remarks';
import { type AcpiTable, headerBytes } from '#firmware/acpi/table';
import type { View } from '#firmware/acpi/view';

/** A hop of a path: a device number and a function number. */
interface Hop {
  readonly device: number;
  readonly function: number;
}

/** What a unit is for: a PCI function, all below a bridge, a device of the namespace, or others. */
export interface DeviceScope {
  readonly kind: 'endpoint' | 'bridge' | 'ioapic' | 'hpet' | 'namespace' | 'unknown';
  /** Of a device of the namespace: the number that its ANDD has. */
  readonly enumeration: number;
  readonly bus: number;
  readonly path: readonly Hop[];
}

/** A DMA remapping unit, DRHD. */
export interface RemappingUnit {
  readonly segment: number;
  /** It has all PCI functions of its segment that no other unit has. */
  readonly includeAll: boolean;
  readonly base: bigint;
  readonly scopes: readonly DeviceScope[];
}

/** An ACPI namespace device, ANDD. */
interface NamespaceDevice {
  readonly number: number;
  readonly path: string;
}

/** What of a DMAR matters here. */
export interface Dmar {
  readonly units: readonly RemappingUnit[];
  readonly namespaceDevices: readonly NamespaceDevice[];
  /** Devices whose memory is mapped from the start, RMRR. */
  readonly reservedRegions: number;
  /** Structures of each type by number, those that are not read included. */
  readonly structures: readonly number[];
}

const names = ['DRHD', 'RMRR', 'ATSR', 'RHSA', 'ANDD', 'SATC', 'SIDP'];
const bytesMin = [16, 24, 8, 20, 9, 8, 8];
const kinds = ['unknown', 'endpoint', 'bridge', 'ioapic', 'hpet', 'namespace'] as const;

/** Read a DMAR. As dmar_walk_remapping_entries() of v7.2, a structure of length 0 ends it. */
export function readDmar({ view }: AcpiTable, remarks: Remarks): Dmar {
  const units: RemappingUnit[] = [];
  const namespaceDevices: NamespaceDevice[] = [];
  const structures: number[] = [];
  for (let at = headerBytes + 12; at < view.length; ) {
    const type = view.u16(at);
    const length = view.u16(at + 2);
    const name = `DMAR: the ${names[type] ?? `structure of type ${type}`} at ${hex(at)}`;
    if (!view.fits(at, 4) || length < 4 || at + length > view.length) {
      remarks.add('RW024', `${name} has a length of ${length}, and ends the list`);
      break;
    }
    if (remarks.isFull(structures, 'DMAR', 'structures')) break;
    structures.push(type);
    const end = at + length;
    if (length < (bytesMin[type] ?? 4)) remarks.add('RW024', `${name} is too short; left out`);
    else if (type === 0) units.push(readUnit(view, at, end, name, remarks));
    else if (type === 4) {
      namespaceDevices.push({ number: view.u8(at + 7), path: view.text(at + 8, end) });
    }
    at = end;
  }
  const reservedRegions = structures.filter((type) => type === 1).length;
  return { units, namespaceDevices, reservedRegions, structures };
}

function readUnit(
  view: View,
  at: number,
  end: number,
  name: string,
  remarks: Remarks,
): RemappingUnit {
  const scopes: DeviceScope[] = [];
  for (let scope = at + 16; scope < end; ) {
    const length = view.u8(scope + 1);
    if (length < 6 || scope + length > end) {
      remarks.add('RW024', `${name} has a device scope of ${length} bytes, which ends it`);
      break;
    }
    const hops = Math.floor((length - 6) / 2);
    const path = Array.from({ length: hops }, (_, i) => ({
      device: view.u8(scope + 6 + 2 * i),
      function: view.u8(scope + 7 + 2 * i),
    }));
    const kind = kinds[view.u8(scope)] ?? 'unknown';
    scopes.push({ kind, enumeration: view.u8(scope + 4), bus: view.u8(scope + 5), path });
    scope += length;
  }
  return {
    segment: view.u16(at + 6),
    includeAll: (view.u8(at + 4) & 1) !== 0,
    base: view.u64(at + 8),
    scopes,
  };
}
