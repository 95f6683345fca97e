// SPDX-License-Identifier: GPL-2.0-only
// What an IVRS says: units, ranges of PCI functions, and devices of the namespace.
import type { Ivrs, IvrsUnit } from '#firmware/acpi/ivrs';
import type { KnownFunction } from '#firmware/pci/functions';
import {
  type Instance,
  type NamedDevice,
  type Representative,
  type Route,
  type Router,
  representativesMax,
} from '#platform/acpi/router';
import { pciName } from '#platform/hosts';

/**
 * Router of an IVRS. AMD's driver finds the unit of a device in the table, without a fwspec.
 * Models init_iommu_from_acpi() and check_device() of v7.2: what is set last counts.
 */
export function ivrsRouter(ivrs: Ivrs, isThere: (pci: string) => boolean): Router {
  const units = ivrs.units.map((data, i) => {
    const own = pciName(data.segment, data.id);
    const because = isThere(own) ? null : `it is to be ${own}, and there is no such function`;
    return { name: `ivhd${i}`, data, own, because };
  });
  // iommu_init_pci(): one unit that is not there ends the start of all.
  const broken = units.find((u) => u.because !== null)?.because ?? null;
  const unitOf = ({ segment, rid }: KnownFunction): string | null => {
    // The table says that a unit translates itself: "but this is a lie!"
    if (units.some((u) => u.data.segment === segment && u.data.id === rid)) return null;
    const found = units.findLast(
      ({ data }) =>
        data.segment === segment && data.ranges.some((r) => rid >= r.first && rid <= r.last),
    );
    return found?.name ?? null;
  };
  const routeTo = (iommu: string, id: number): Route => ({
    iommus: [{ iommu, ids: [id] }],
    problem: null,
  });
  return {
    instances: units.map(
      ({ name, own, because }): Instance => ({
        name,
        path: `IVRS ${own}`,
        driver: 'amd',
        pci: null,
        because: because ?? broken,
      }),
    ),
    named: broken === null ? namedOf(units, routeTo) : [],
    pci: (f) => {
      const iommu = broken === null ? unitOf(f) : null;
      return iommu === null ? null : routeTo(iommu, f.rid);
    },
    speaksOf: (segment) => ivrs.units.some((u) => u.segment === segment),
    representatives: () => ivrs.units.flatMap(standIns),
    notes: notesOf(ivrs),
  };
}

/** Names as the kernel gives them, if devices of one HID come in the order of the table. */
function namedOf(
  units: readonly { readonly name: string; readonly data: IvrsUnit }[],
  routeTo: (iommu: string, id: number) => Route,
): NamedDevice[] {
  const counts = new Map<string, number>();
  return units.flatMap(({ name: iommu, data }) =>
    data.devices.map(({ hid, uid, id }): NamedDevice => {
      const nth = counts.get(hid) ?? 0;
      counts.set(hid, nth + 1);
      const name = `${hid}:${nth.toString(16).padStart(2, '0')}`;
      const path = uid === '' ? hid : `${hid} with _UID ${uid}`;
      return { path, name, route: routeTo(iommu, id) };
    }),
  );
}

/** Functions by the first ids of the ranges; what an interrupt controller uses is none. */
function standIns({ segment, id, ranges }: IvrsUnit): Representative[] {
  const rids = new Set<number>();
  for (const { first, last, forInterrupts } of ranges) {
    if (forInterrupts) continue;
    const rid = first === id && last > first ? first + 1 : first;
    if (rid !== id && rids.size < representativesMax) rids.add(rid);
  }
  return [...rids].map((rid) => ({ segment, rid }));
}

function notesOf({ units, blocks, reservedRegions }: Ivrs): string[] {
  const notes: string[] = [];
  const others = new Set(blocks.filter((b) => b < 0x20 || b >= 0x40));
  const taken = units[0]?.type;
  if (taken !== undefined && others.size > 1) {
    const all = [...others].map((type) => `${type.toString(16)}h`).join(', ');
    notes.push(`IVRS: blocks of type ${all}; the kernel takes ${taken.toString(16)}h`);
  }
  if (reservedRegions > 0) {
    notes.push(`IVRS: ${reservedRegions} IVMDs, memory that devices use from the start`);
  }
  return notes;
}

/** Ids that the table gives to functions besides their own, on their own bus: setup_aliases(). */
export function ivrsAliases(
  { units }: Ivrs,
  functions: readonly KnownFunction[],
): Map<string, number> {
  const aliases = new Map<string, number>();
  for (const f of functions) {
    for (const { segment, ranges } of units) {
      if (segment !== f.segment) continue;
      const range = ranges.findLast((r) => r.alias !== null && f.rid >= r.first && f.rid <= r.last);
      const alias = range?.alias ?? null;
      if (alias !== null && alias !== f.rid && alias >> 8 === f.rid >> 8)
        aliases.set(f.name, alias);
    }
  }
  return aliases;
}
